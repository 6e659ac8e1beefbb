"""What the Terraform AWS provider calls things.

`schema.json` holds the attributes and blocks of 175 resource types of the serverless set, as the
provider 5.100.0 itself prints them (`terraform providers schema -json`), descriptions left out.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

PROVIDER_VERSION = "5.100.0"


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """A leaf: `type` is Terraform's, such as `"string"` or `["map", "string"]`."""

    type: Any
    computed: bool
    configurable: bool
    required: bool
    sensitive: bool


@dataclass(frozen=True, kw_only=True)
class Block:
    """Attributes and nested blocks by Terraform name; `single` blocks are objects, not lists."""

    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, "Block"]
    single: bool = False
    _plurals: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Index the plural forms under which the Pulumi bridge shows lists."""
        names = [*self.attributes, *self.blocks]
        object.__setattr__(self, "_plurals", {pluralise(name): name for name in names})

    @property
    def identifying(self) -> frozenset[str]:
        """What Terraform's provider has no default for: it wants a value, or makes one up."""
        return frozenset(
            name
            for name, attribute in self.attributes.items()
            if attribute.required or (attribute.computed and attribute.configurable)
        )

    def name_of(self, snake: str) -> str | None:
        """The Terraform name behind a Pulumi property in snake case, None if there is none."""
        if snake in self.attributes or snake in self.blocks:
            return snake
        return self._plurals.get(snake)


def pluralise(name: str) -> str:
    """The English plural that the Pulumi bridge gives to a list's name."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return f"{name[:-1]}ies"
    return f"{name}es" if name.endswith(("s", "x", "ch", "sh")) else f"{name}s"


def _block(raw: Mapping[str, Any]) -> Block:
    return Block(
        attributes={
            name: Attribute(
                type=attribute["type"],
                computed=attribute.get("computed", False),
                configurable=attribute.get("optional", False) or attribute.get("required", False),
                required=attribute.get("required", False),
                sensitive=attribute.get("sensitive", False),
            )
            for name, attribute in raw.get("attributes", {}).items()
        },
        blocks={name: _block(nested) for name, nested in raw.get("blocks", {}).items()},
        single=raw.get("nesting") == "single",
    )


@cache
def _raw() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(
        Path(__file__).with_name("schema.json").read_text("utf-8")
    )
    return document


@cache
def resource_types() -> frozenset[str]:
    """Every Terraform resource type that the schema knows."""
    return frozenset(_raw())


@cache
def block_of(resource_type: str) -> Block:
    """The schema of one Terraform resource type."""
    return _block(_raw()[resource_type])
