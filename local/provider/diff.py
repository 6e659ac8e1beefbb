"""What changes between a resource's old and new inputs, path by path."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from local.provider.properties import Properties, is_unknown, same
from local.provider.resource import Resource

Kind = Literal["ADD", "DELETE", "UPDATE"]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One changed value: its top-level property, its path and what happens to it."""

    property: str
    path: str
    kind: Kind
    replaces: bool


def changes(resource: Resource, old: Properties, new: Properties) -> list[Change]:
    """The differences between two sets of inputs, sorted by property.

    Args:
        resource: the type, which says what can't be changed in place.
        old: the inputs of the last deployment.
        new: the inputs wanted now; an unknown value counts as changed.
    """
    fixed = {*resource.key, *resource.replaces, "region"}
    return [
        Change(property=name, path=path, kind=kind, replaces=name in fixed)
        for name in sorted({*old, *new})
        for path, kind in _differences(name, old.get(name), new.get(name))
    ]


def delete_first(resource: Resource, old: Properties, new: Properties) -> bool:
    """Whether a replacement would collide with what it replaces: both have the same key."""
    return bool(resource.key) and all(
        not is_unknown(new.get(name)) and same(old.get(name), new.get(name))
        for name in resource.key
    )


def _differences(path: str, old: Any, new: Any) -> Iterator[tuple[str, Kind]]:
    if same(old, new):
        return
    if old is None:
        yield path, "ADD"
    elif new is None:
        yield path, "DELETE"
    elif isinstance(old, dict) and isinstance(new, dict):
        for name in sorted({*old, *new}):
            step = f".{name}" if name.replace("_", "").isalnum() else f'["{name}"]'
            yield from _differences(path + step, old.get(name), new.get(name))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _differences(f"{path}[{index}]", before, after)
    else:
        yield path, "UPDATE"
