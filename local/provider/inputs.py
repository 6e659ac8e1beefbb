"""What the official provider makes of a program's inputs, and of old inputs on a refresh.

The official provider is Terraform's behind Pulumi's bridge (pulumi-terraform-bridge 3.136,
``pkg/tfbridge/schema.go`` and ``defaults.go``). It leaves a list ``__defaults`` in every object of
a type that Terraform's older SDK describes: the names that it filled in itself.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.provider.properties import SIGNATURE, Properties, document, is_unknown, same
from local.provider.resource import Resource

DEFAULTS = "__defaults"

# Objects whose keys are the program's own words: no properties, so nothing is filled in.
MAPS = frozenset(
    {
        "dimensions",
        "endpoints",
        "headerParameters",
        "inputPaths",
        "parameters",
        "queryStringParameters",
        "requestModels",
        "requestParameters",
        "requestTemplates",
        "responseModels",
        "responseParameters",
        "responseTemplates",
        "stageVariableOverrides",
        "tags",
        "tagsAll",
        "triggers",
        "variables",
    }
)


@dataclass(frozen=True, kw_only=True)
class Filling:
    """What a provider adds to every resource: its own region and tags."""

    region: str
    tags: Mapping[str, str] = field(default_factory=dict)


def checked(
    resource: Resource,
    old: Properties,
    new: Properties,
    *,
    filling: Filling,
    name: Callable[[Properties], str],
) -> Properties:
    """The inputs that the engine is told: the program's, and what is filled in.

    A default that was filled in before stays what it is in the old inputs, whatever the schema says
    today: what a refresh has read of it is kept. One of the schema is written down only where it is
    neither false, zero nor empty.

    Args:
        resource: the type.
        old: the inputs of the last deployment, with their ``__defaults``; empty for a new resource.
        new: the program's inputs.
        filling: the provider's region and tags.
        name: makes a physical name out of the other inputs.
    """
    replayed = {key: old[key] for key in old.get(DEFAULTS, old) if key in old and key != DEFAULTS}
    filled = {
        key: replayed.get(key, value)
        for key, value in resource.defaults.items()
        if key not in new and (value or key in replayed)
    }
    if (key := resource.autoname) and key not in new:
        filled[key] = replayed.get(key) or name({**resource.defaults, **filled, **new})
    inputs = {**filled, **new, **_added(resource, new, filling)}
    inputs |= {key: document(inputs[key]) for key in resource.documents if key in inputs}
    if resource.framework:
        return inputs
    return {**{key: _marked(value, key) for key, value in inputs.items()}, DEFAULTS: sorted(filled)}


def refreshed(inputs: Properties, found: Properties) -> Properties:
    """Old inputs with the values that AWS reports now; only what was an input stays one.

    A default that has changed is no longer listed in ``__defaults``, and an empty list is dropped.
    Without a list every old value counts as filled in: see `checked`.

    Args:
        inputs: the inputs of the last deployment, with their ``__defaults``.
        found: the resource's properties as read.
    """
    return _extracted_object(inputs, found)[0]


def _added(resource: Resource, new: Properties, filling: Filling) -> Properties:
    added: Properties = {}
    if resource.regional and "region" not in new:
        added["region"] = filling.region
    if resource.tagged:
        own = new.get("tags") or {}
        tags = own if is_unknown(own) else {**filling.tags, **own}
        if tags:
            added["tagsAll"] = tags
    return added


def _marked(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return [_marked(item, name) for item in value]
    if not isinstance(value, dict) or SIGNATURE in value or name in MAPS:
        return value
    return {**{key: _marked(item, key) for key, item in value.items()}, DEFAULTS: []}


def _extracted(old: Any, new: Any) -> tuple[Any, bool]:
    """The value now, and whether it is what it was."""
    if isinstance(old, dict) and isinstance(new, dict):
        # Of an archive the engine keeps the hash alone: a refresh does not know where it was.
        return (new, same(old, new)) if SIGNATURE in old else _extracted_object(old, new)
    if isinstance(old, list) and isinstance(new, list):
        if _as_set(old) == _as_set(new):
            return _bare(old), True
        pairs = [_extracted(before, after) for before, after in zip(old, new, strict=False)]
        unchanged = len(pairs) == len(old) and all(same for _, same in pairs)
        return [value for value, _ in pairs], unchanged
    return (old, True) if same(old, new) else (new, False)


def _extracted_object(old: Properties, new: Properties) -> tuple[Properties, bool]:
    defaults = set(old.get(DEFAULTS, ()))
    result: Properties = {}
    all_unchanged = True
    for name in old.keys() - {DEFAULTS}:
        unchanged = False
        if new.get(name) is not None:
            result[name], unchanged = _extracted(old[name], new[name])
        if not unchanged:
            all_unchanged = False
            defaults.discard(name)
    if defaults:
        result[DEFAULTS] = sorted(defaults)
    return result, all_unchanged


def _as_set(items: list[Any]) -> list[str]:
    """A list's items for comparison with another: AWS gives sets back in an order of its own."""
    return sorted(json.dumps(_bare(item), sort_keys=True) for item in items)


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items() if key != DEFAULTS}
    return [_bare(item) for item in value] if isinstance(value, list) else value
