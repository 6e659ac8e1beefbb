"""Which resource refers to which: the edges of the architecture.

The engine knows the dependencies that pass through outputs. This program computes most ARNs from
names, so that they are known at preview; those references are found by the physical name that
stands in the value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compliance.engine import EngineResource
from compliance.evidence import Link
from compliance.terraform.values import is_unknown

_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_BUCKET = re.compile(r"aws:s3/bucket(V2)?:Bucket(V2)?")
_LABELS = frozenset({"tags", "tagsAll", "name", "description"})


def links(resources: Sequence[EngineResource]) -> Mapping[str, tuple[Link, ...]]:
    """Every resource's links, by URN, sorted."""
    owners: dict[str, str | None] = {}
    for resource in resources:
        if name := _physical_name(resource):
            owners[name] = resource.urn if name not in owners else None
    return {
        resource.urn: tuple(
            Link(property=name, urn=urn)
            for name, urn in sorted({*_dependencies(resource), *_references(resource, owners)})
            if urn != resource.urn
        )
        for resource in resources
    }


def _physical_name(resource: EngineResource) -> str | None:
    name = resource.inputs.get("bucket" if _BUCKET.fullmatch(resource.type) else "name")
    if not isinstance(name, str) or is_unknown(name):
        return None
    plain = name.removeprefix("alias/")
    return plain if _WORD.fullmatch(plain) else None


def _dependencies(resource: EngineResource) -> Iterator[tuple[str, str]]:
    for name, urns in resource.property_dependencies.items():
        for urn in urns:
            yield name, urn


def _references(
    resource: EngineResource, owners: Mapping[str, str | None]
) -> Iterator[tuple[str, str]]:
    for name, value in resource.inputs.items():
        if name in _LABELS:
            continue
        for text in _texts(value):
            for word in _WORD.findall(text):
                if urn := owners.get(word):
                    yield name, urn


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
