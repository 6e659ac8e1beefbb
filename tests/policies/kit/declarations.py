"""Declared resources, and small changes to them that return a changed copy."""

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

PROJECT = "market-data-pipeline"
STACK = "dev"

ACCOUNT = "123456789012"
REGION = "us-east-1"

PROVIDER = {"region": REGION, "allowedAccountIds": json.dumps([ACCOUNT])}
"""The provider of a compliant program, as the engine hands it over: held to its account."""

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the engine writes a value that it does not know yet."""

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """One resource as a program declares it.

    Attributes:
        urn: Pulumi's identifier.
        type: Type token.
        inputs: Properties as JSON, numbers as floats, as the engine sends them.
        protect: The resource option.
        custom: False for components.
        depends_on: Per property, the URNs that its value is made from.
        provider: Inputs of its provider.
    """

    urn: str
    type: str
    inputs: Mapping[str, Any]
    protect: bool = False
    custom: bool = True
    depends_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    provider: Mapping[str, Any] = field(default_factory=lambda: PROVIDER)

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rsplit("::", 1)[-1]


def declare(type_: str, name: str, /, **inputs: Any) -> Declaration:
    """A resource by its type token and its inputs in Pulumi's camelCase."""
    return Declaration(
        urn=f"urn:pulumi:{STACK}::{PROJECT}::{type_}::{name}", type=type_, inputs=inputs
    )


@dataclass(frozen=True)
class Declarations:
    """A whole stack. Every change returns a changed copy, so that a baseline stays what it is."""

    resources: tuple[Declaration, ...]

    def __getitem__(self, name: str) -> Declaration:
        found = [resource for resource in self.resources if resource.name == name]
        assert len(found) == 1, f"{len(found)} resources are named {name}"
        return found[0]

    def set(self, name: str, path: str, value: Any) -> "Declarations":
        """Set the property at `path`, such as `policy.Statement[0].Action`, inside JSON too."""
        return self._edit(name, lambda inputs: _at(inputs, _steps(path), lambda _: value))

    def drop(self, name: str, path: str) -> "Declarations":
        """Remove the property, or the element of a list, at `path`."""
        *head, last = _steps(path)

        def without(holder: Any) -> Any:
            if isinstance(holder, str):
                return json.dumps(without(json.loads(holder)))
            del holder[last]
            return holder

        return self._edit(name, lambda inputs: _at(inputs, head, without))

    def alter(
        self, name: str, steps: Sequence[str | int], change: Callable[[Any], Any]
    ) -> "Declarations":
        """Change the value at the end of the steps, inside JSON too."""
        return self._edit(name, lambda inputs: _at(inputs, list(steps), change))

    def hide(self, name: str, path: str) -> "Declarations":
        """Make the property at `path` unknown, and made from nothing that the engine knows of.

        A property inside JSON makes the whole text unknown, as an Output does.
        """
        changed = self._edit(
            name, lambda inputs: _at(inputs, _steps(path), lambda _: UNKNOWN, opaque=True)
        )
        return changed.redepend(name, path.split(".")[0], ())

    def redepend(self, name: str, key: str, urns: tuple[str, ...]) -> "Declarations":
        """Say what the property `key` is made from."""
        return self._replace(
            name, lambda node: replace(node, depends_on={**node.depends_on, key: urns})
        )

    def protect(self, name: str) -> "Declarations":
        """Set the resource option protect."""
        return self._replace(name, lambda node: replace(node, protect=True))

    def under(self, name: str, **provider: Any) -> "Declarations":
        """Let another provider, with these inputs, manage the resource."""
        return self._replace(name, lambda node: replace(node, provider=provider))

    def remove(self, name: str) -> "Declarations":
        """Leave the resource out."""
        gone = self[name]
        return Declarations(tuple(node for node in self.resources if node is not gone))

    def add(self, *resources: Declaration) -> "Declarations":
        """Declare more resources."""
        return Declarations((*self.resources, *resources))

    def _edit(self, name: str, edit: Callable[[Any], Any]) -> "Declarations":
        return self._replace(
            name, lambda node: replace(node, inputs=edit(copy.deepcopy(dict(node.inputs))))
        )

    def _replace(self, name: str, change: Callable[[Declaration], Declaration]) -> "Declarations":
        old = self[name]
        return Declarations(tuple(change(node) if node is old else node for node in self.resources))


def _steps(path: str) -> list[str | int]:
    return [key or int(index) for key, index in _STEP.findall(path)]


def _at(
    value: Any, steps: list[str | int], change: Callable[[Any], Any], *, opaque: bool = False
) -> Any:
    """`value` with `change` made at the end of `steps`, inside JSON texts too."""
    if not steps:
        return change(value)
    if isinstance(value, str):
        changed = _at(json.loads(value), steps, change)
        return UNKNOWN if opaque else json.dumps(changed)
    step, *rest = steps
    existing = value[step] if isinstance(step, int) else value.get(step, {})
    value[step] = _at(existing, rest, change, opaque=opaque)
    return value
