"""Mutants of a stack: each changes one thing of one resource.

They are generated from what the resources hold and from what the SDK's types would allow, so a new
resource or property is mutated without anyone listing it.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compliance.engine import EngineResource
from mutation.sdk import additions, has_argument

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"

# Values with a meaning, and the neighbours that weaken it. Any other text is altered instead.
_NEIGHBOURS: Mapping[str, tuple[str, ...]] = {
    "Active": ("PassThrough",),
    "Allow": ("Deny",),
    "AWS_IAM": ("NONE",),
    "BucketOwnerEnforced": ("ObjectWriter",),
    "Deny": ("Allow",),
    "ENABLED": ("DISABLED",),
    "Enabled": ("Disabled", "Suspended"),
    "GLACIER": ("DEEP_ARCHIVE", "STANDARD_IA"),
    "GreaterThanThreshold": ("LessThanThreshold",),
    "INFO": ("OFF",),
    "JSON": ("Text",),
    "PAY_PER_REQUEST": ("PROVISIONED",),
    "Production": ("Staging",),
    "aws:kms": ("AES256",),
    "bootstrap": ("main",),
    "false": ("true",),
    "messageGroup": ("queue",),
    "perMessageGroupId": ("perQueue",),
    "provided.al2023": ("provided.al2", "go1.x", "python3.12"),
    "uploads/": ("", "results/"),
    "us-east-1": ("us-west-2",),
}


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change. `mutated` is the resource afterwards, None where it is removed."""

    urn: str
    type: str
    path: str
    kind: str
    mutated: EngineResource | None

    @property
    def name(self) -> str:
        """How reports call it, such as `validator-function memorySize: increment`."""
        return f"{self.urn.rsplit('::', 1)[-1]} {self.path or '(resource)'}: {self.kind}"


def mutants(resources: tuple[EngineResource, ...]) -> Iterator[Mutant]:
    """Every mutant of every AWS resource and of the provider's region."""
    for resource in resources:
        if resource.type.startswith("aws:"):
            yield from _of_resource(resource)
        elif resource.type == "pulumi:providers:aws":
            yield from _of_inputs(resource, only=("region",))


def _of_resource(resource: EngineResource) -> Iterator[Mutant]:
    yield from _of_inputs(resource)
    yield _mutant(resource, "", "remove", None)
    yield _mutant(resource, "protect", "set", replace(resource, protect=True))
    yield _mutant(resource, "retainOnDelete", "set", replace(resource, retain_on_delete=True))
    if has_argument(resource.type, "region") and "region" not in resource.inputs:
        yield _with(resource, "region", "add", {**resource.inputs, "region": "us-west-2"})
    for key, value in additions(resource.type, resource.inputs):
        yield _with(resource, key, "add", {**resource.inputs, key: value})


def _of_inputs(resource: EngineResource, only: tuple[str, ...] = ()) -> Iterator[Mutant]:
    for path, kind, inputs in _changes(dict(resource.inputs), "", lambda changed: changed):
        if not only or path in only:
            yield _with(resource, path, kind, inputs)


def _with(resource: EngineResource, path: str, kind: str, inputs: Mapping[str, Any]) -> Mutant:
    """A changed property is no longer made from another resource, unless it is still unknown."""
    top = path.split(".")[0].split("[")[0]
    dependencies = {**resource.property_dependencies, top: ()}
    changed = replace(resource, inputs=inputs, property_dependencies=dependencies)
    return _mutant(resource, path, kind, changed)


def _mutant(
    resource: EngineResource, path: str, kind: str, mutated: EngineResource | None
) -> Mutant:
    return Mutant(urn=resource.urn, type=resource.type, path=path, kind=kind, mutated=mutated)


Change = tuple[str, str, Any]


def _changes(value: Any, path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
    """Every change at or below `value`; `put` builds the whole inputs around a changed value."""
    if isinstance(value, dict):
        yield from _of_object(value, path, put)
    elif isinstance(value, list):
        yield from _of_list(value, path, put)
    elif isinstance(value, bool):
        yield path, "flip", put(not value)
    elif isinstance(value, int | float):
        for kind, changed in (("increment", value + 1), ("decrement", value - 1)):
            yield path, kind, put(changed)
    elif isinstance(value, str) and value != UNKNOWN:
        yield from _of_text(value, path, put)


def _of_object(value: dict[str, Any], path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
    if _SIGNATURE in value:  # an archive: its content has tests of its own
        return
    for key, item in value.items():
        if key.startswith("__"):
            continue
        here = f"{path}.{key}" if path else key

        def inside(changed: Any, key: str = key) -> Any:
            return put({**value, key: changed})

        yield here, "drop", put({k: v for k, v in value.items() if k != key})
        if item != UNKNOWN:
            yield here, "unknown", inside(UNKNOWN)
        yield from _changes(item, here, inside)


def _of_list(value: list[Any], path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
    for index, item in enumerate(value):

        def inside(changed: Any, index: int = index) -> Any:
            return put([*value[:index], changed, *value[index + 1 :]])

        here = f"{path}[{index}]"
        if len(value) > 1:
            yield here, "drop", put([*value[:index], *value[index + 1 :]])
        yield from _changes(item, here, inside)


def _of_text(value: str, path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
    document = _document(value)
    if document is not None:
        yield path, "malformed", put(value[:-1])
        for below in _changes(document, path, lambda changed: put(json.dumps(changed))):
            if below[1] != "unknown":  # an unknown inside makes the whole text unknown
                yield below
        return
    last = path.rsplit(".", 1)[-1].split("[")[0]
    if last in ("Action", "NotAction") and ":" in value:
        yield path, "broaden", put(f"{value.split(':')[0]}:*")
        yield path, "broaden to all", put("*")
    elif (last == "Resource" and value != "*") or (".Principal" in path and value != "*"):
        yield path, "broaden", put("*")
    if value.startswith("arn:aws:"):
        yield path, "point elsewhere", put(f"{value}-other")
    for neighbour in _NEIGHBOURS.get(value, () if value.startswith("arn:") else (f"{value}-x",)):
        yield path, f"become {neighbour!r}" if value in _NEIGHBOURS else "alter", put(neighbour)


def _document(value: str) -> dict[str, Any] | None:
    """The JSON object in a string, None if there is none."""
    if not value.startswith("{"):
        return None
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
