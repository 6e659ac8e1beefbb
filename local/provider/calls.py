"""From a resource's properties to the arguments of AWS calls, as mechanically as AWS allows."""

from collections.abc import Callable, Mapping
from typing import Any

from local.provider.properties import Properties


def pascal(value: Any) -> Any:
    """The same value with every object's keys as AWS writes them (``ruleId`` → ``RuleId``)."""
    if isinstance(value, dict):
        return {_capital(name): pascal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [pascal(item) for item in value]
    return value


def arguments(properties: Mapping[str, Any], *names: str, **renamed: str) -> Properties:
    """Call arguments from those of some properties that have a value.

    Args:
        properties: a resource's properties.
        names: properties whose argument is the same name capitalised.
        renamed: argument → property, where the two differ.
    """
    pairs = {**{_capital(name): name for name in names}, **renamed}
    return {
        argument: pascal(properties[name])
        for argument, name in pairs.items()
        if properties.get(name) is not None
    }


def reported(answer: Mapping[str, Any], *names: str, **renamed: str) -> Properties:
    """The properties that AWS reports: `arguments` the other way round, for values of one kind.

    Args:
        answer: what a call answered.
        names: properties whose field is the same name capitalised.
        renamed: field → property, where the two differ.
    """
    pairs = {**{_capital(name): name for name in names}, **renamed}
    return {name: answer[field] for field, name in pairs.items() if field in answer}


def tags(properties: Mapping[str, Any]) -> dict[str, str]:
    """A resource's tags, those of the provider among them."""
    return dict(properties.get("tagsAll") or {})


def tag_list(properties: Mapping[str, Any], *, prefix: str = "") -> list[dict[str, str]]:
    """A resource's tags as the older services take them, with their word before Key and Value."""
    return as_list(tags(properties), prefix=prefix)


def as_list(values: Mapping[str, str], *, prefix: str = "") -> list[dict[str, str]]:
    """Tags as a list of pairs."""
    return [{f"{prefix}Key": key, f"{prefix}Value": value} for key, value in sorted(values.items())]


def retag(
    old: Properties,
    new: Properties,
    *,
    write: Callable[[dict[str, str]], Any],
    remove: Callable[[list[str]], Any],
) -> None:
    """Brings a resource's tags from the old to the new ones.

    Args:
        old: the properties as deployed.
        new: the properties wanted.
        write: adds or overwrites tags.
        remove: takes away the tags of these keys.
    """
    before, after = tags(old), tags(new)
    if gone := sorted(before.keys() - after.keys()):
        remove(gone)
    if changed := {key: value for key, value in after.items() if before.get(key) != value}:
        write(changed)


def given(properties: Mapping[str, Any], *names: str, **renamed: str) -> Properties:
    """Call arguments for the services that spell them as the properties are spelt."""
    pairs = {**{name: name for name in names}, **renamed}
    return {
        argument: properties[name]
        for argument, name in pairs.items()
        if properties.get(name) is not None
    }


def patches(old: Properties, new: Properties, paths: Mapping[str, str]) -> list[dict[str, str]]:
    """API Gateway's patch operations from old to new properties.

    Args:
        old: the properties as deployed; empty for a new resource.
        new: the properties wanted.
        paths: property (``outer.inner`` for one within an object) → path of the patch.
    """
    before, after = _patchable(old, paths), _patchable(new, paths)
    return [{"op": "remove", "path": path} for path in sorted(before.keys() - after.keys())] + [
        {"op": "replace", "path": path, "value": value}
        for path, value in sorted(after.items())
        if before.get(path) != value
    ]


def _patchable(properties: Properties, paths: Mapping[str, str]) -> dict[str, str]:
    """Values by path; a map has one path per entry."""
    values: dict[str, str] = {}
    for name, path in paths.items():
        value: Any = properties
        for step in name.split("."):
            value = (value or {}).get(step)
        if isinstance(value, dict):
            for key, item in value.items():
                values[f"{path}/{key.replace('~', '~0').replace('/', '~1')}"] = _patch_text(item)
        elif value is not None:
            values[path] = _patch_text(value)
    return values


def _patch_text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
