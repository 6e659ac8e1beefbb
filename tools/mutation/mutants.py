"""Mutants of a stack: each changes one thing of one resource.

They are generated from what the resources hold and from what the SDK's types would allow, so a new
resource or property is mutated without anyone listing it.
"""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from compliance.engine import EngineResource
from tools.mutation import sdk
from tools.mutation.changes import ACCESS_KEY, UNKNOWN, Changes
from tools.mutation.strangers import Stranger, strangers

PROVIDER = "pulumi:providers:aws"
# What a provider could be told; the engine hands it over as texts.
_TOLD = {
    "accessKey": ACCESS_KEY,
    "endpoints": '[{"sqs": "http://example.com"}]',
    "ignoreTags": '{"keys": ["Team"]}',
    "insecure": "true",
}
# What the provider adds to every resource, whatever the program says.
_FILLED = ("region", "tagsAll")
_ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
_ARN = re.compile(r"arn:aws:(?P<service>[a-z0-9-]+):[a-z0-9-]*:\d*:(?P<kind>[a-z-]+[/:])?.+")


_PLACE = ("region", "allowedAccountIds")
"""What says where a provider works."""


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One change. `mutated` is the resource afterwards, None where it is removed."""

    urn: str
    type: str
    path: str
    kind: str
    mutated: EngineResource | None

    @property
    def resource(self) -> str:
        """What the program calls the resource."""
        return self.urn.rsplit("::", 1)[-1]

    @property
    def name(self) -> str:
        """How reports call it, such as `validator-function (Function) memorySize: increment`."""
        short = self.type.rsplit(":", 1)[-1]
        return f"{self.resource} ({short}) {self.path or 'itself'}: {self.kind}"


# Variables of functions: one that is named like a credential, and one that holds one.
_CREDENTIALS = {"DB_PASSWORD": "any", "DATABASE": "postgres://feed:any@example.com/prices"}


def mutants(resources: tuple[EngineResource, ...], suffix: str) -> Iterator[Mutant]:
    """Every mutant of every AWS resource and of the provider, in a fixed order.

    Args:
        resources: The stack as the engine plans it.
        suffix: Its environment suffix, for the names of strangers.
    """
    siblings = _siblings(resources)
    for resource in resources:
        if resource.type.startswith("aws:"):
            changes = Changes(
                siblings=siblings,
                others=_others(resource, resources),
                rights=_rights(resource, resources),
            )
            yield from _of_resource(resource, changes)
        elif resource.type == PROVIDER:
            rest = {k: v for k, v in resource.inputs.items() if k not in _PLACE}
            place = {k: _parsed(v) for k, v in resource.inputs.items() if k in _PLACE}
            for path, kind, inputs in Changes().of(place, "", lambda changed: changed):
                told = {key: _text(value) for key, value in inputs.items()}
                yield _with(resource, path, kind, {**rest, **told})
            for key, value in _TOLD.items():
                yield _with(resource, key, "add", {**resource.inputs, key: value})
    like = [resource for resource in resources if resource.type.startswith("aws:")]
    for stranger in strangers(suffix):
        yield from (_appearing(stranger, resource) for resource in like[:1])


def _parsed(setting: str) -> Any:
    """A provider's setting, of which the engine writes all but texts as JSON."""
    return json.loads(setting) if setting.startswith("[") else setting


def _text(setting: Any) -> Any:
    return json.dumps(setting) if isinstance(setting, list) else setting


def _of_resource(resource: EngineResource, changes: Changes) -> Iterator[Mutant]:
    inputs = {key: value for key, value in resource.inputs.items() if key not in _FILLED}
    for path, kind, changed in changes.of(inputs, "", lambda changed: changed):
        if changed != inputs:
            yield _with(resource, path, kind, changed)
    for key, value in inputs.items():
        if _holds_unknown(value) and resource.property_dependencies.get(key):
            # As if it came from elsewhere: a data source, another stack.
            nothing = {**resource.property_dependencies, key: ()}
            yield _mutant(
                resource, key, "lose source", replace(resource, property_dependencies=nothing)
            )
    known = sdk.arguments(resource.type)
    if "region" in known and "region" not in inputs:
        yield _with(resource, "region", "add", {**inputs, "region": "us-west-2"})
    variables = inputs.get("environment", {}).get("variables", {})
    for name, value in _CREDENTIALS.items() if variables else ():
        changed = {**inputs, "environment": {"variables": {**variables, name: value}}}
        yield _with(resource, f"environment.variables.{name}", "add", changed)
    for path, changed in _additions(resource.type, known, inputs, "", lambda changed: changed):
        yield _with(resource, path, "add", changed)
    yield _mutant(resource, "", "remove", None)
    foreign = resource.urn.replace(resource.type, "aws:s3/bucketObject:BucketObject")
    yield _mutant(resource, "aliases", "set", replace(resource, aliases=(foreign,)))
    yield _mutant(resource, "ignoreChanges", "set", replace(resource, ignore_changes=("tags",)))
    yield _mutant(resource, "protect", "set", replace(resource, protect=True))
    yield _mutant(resource, "retainOnDelete", "set", replace(resource, retain_on_delete=True))
    yield _mutant(resource, "deletedWith", "set", replace(resource, deleted_with=foreign))


def _appearing(stranger: Stranger, like: EngineResource) -> Mutant:
    """A stranger beside the resources of the stack."""
    stack = "::".join(like.urn.split("::")[:2])
    added = replace(
        like,
        urn=f"{stack}::{stranger.type}::stranger",
        type=stranger.type,
        inputs=stranger.inputs,
        property_dependencies={},
    )
    return _mutant(added, "", "appear", added)


def _additions(
    token: str,
    known: sdk.Arguments,
    present: Mapping[str, Any],
    path: str,
    put: Callable[[Any], Any],
) -> Iterator[tuple[str, Any]]:
    """What could be set besides, in an object and in the objects inside it."""
    at = f"{path}." if path else ""
    for key, value in sdk.additions(token, known, present, inner=bool(path)):
        yield f"{at}{key}", put({**present, key: value})
    for key, value in present.items():
        inner = sdk.below(token, known, key)
        if not inner:
            continue

        def inside(changed: Any, key: str = key) -> Any:
            return put({**present, key: changed})

        if isinstance(value, dict):
            yield from _additions(token, inner, value, f"{at}{key}", inside)
        for index, item in enumerate(value if isinstance(value, list) else ()):

            def there(changed: Any, index: int = index, value: list[Any] = value) -> Any:
                return inside([*value[:index], changed, *value[index + 1 :]])

            if isinstance(item, dict):
                label = item.get("id") or index
                yield from _additions(token, inner, item, f"{at}{key}[{label}]", there)


def _with(resource: EngineResource, path: str, kind: str, inputs: Mapping[str, Any]) -> Mutant:
    """A changed property is no longer made from another resource, unless it is still unknown."""
    top = path.split(".")[0].split("[")[0]
    dependencies = dict(resource.property_dependencies)
    was, is_ = _holds_unknown(resource.inputs.get(top)), _holds_unknown(inputs.get(top))
    if not (was and is_):
        dependencies[top] = ()
    filled = {**_filled(resource, inputs), **inputs}
    changed = replace(resource, inputs=filled, property_dependencies=dependencies)
    return _mutant(resource, path, kind, changed)


def _filled(resource: EngineResource, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What the provider would add to a resource that is changed; to itself, nothing."""
    if resource.type == PROVIDER:
        return {}
    added = {key: resource.inputs[key] for key in _FILLED if key in resource.inputs}
    if "tagsAll" in added:
        added["tagsAll"] = inputs.get("tags")
    return {key: value for key, value in added.items() if value}


def _mutant(
    resource: EngineResource, path: str, kind: str, mutated: EngineResource | None
) -> Mutant:
    return Mutant(urn=resource.urn, type=resource.type, path=path, kind=kind, mutated=mutated)


def _holds_unknown(value: Any) -> bool:
    return any(leaf == UNKNOWN for leaf in _leaves(value))


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


def _siblings(resources: tuple[EngineResource, ...]) -> Mapping[str, str]:
    """Per ARN that stands in the stack, the next one of the same service and kind."""
    kinds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for resource in resources:
        for leaf in _leaves(dict(resource.inputs)):
            found = _ARN.fullmatch(leaf) if isinstance(leaf, str) else None
            if found:
                kinds[(found["service"], found["kind"] or "")].add(leaf)
    siblings: dict[str, str] = {}
    for arns in kinds.values():
        ordered = sorted(arns)
        siblings |= {one: ordered[i - 1] for i, one in enumerate(ordered) if len(ordered) > 1}
    return siblings


def _others(resource: EngineResource, resources: tuple[EngineResource, ...]) -> Mapping[str, str]:
    """The first word of its name, and that of the next resource named and typed like it."""
    word, _, rest = resource.name.partition("-")
    words = sorted(
        other.name.partition("-")[0]
        for other in resources
        if other.type == resource.type and other.name.partition("-")[2] == rest
    )
    other = words[words.index(word) - 1] if len(words) > 1 else word
    return {word: other} if other != word else {}


def _rights(resource: EngineResource, resources: tuple[EngineResource, ...]) -> Mapping[str, str]:
    """Per service, the first action that another policy of a role has and this one has not."""
    own = _actions(resource)
    others = {a for other in resources if other.type == resource.type for a in _actions(other)}
    return {action.split(":")[0]: action for action in sorted(others - own, reverse=True)}


def _actions(resource: EngineResource) -> set[str]:
    if resource.type != _ROLE_POLICY:
        return set()
    statements = json.loads(resource.inputs["policy"])["Statement"]
    return {action for statement in statements for action in statement["Action"]}
