"""What the Pulumi engine says of a stack, planned or deployed, in one shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from compliance.catalogue import Catalogue
from compliance.evidence import Outcome, Source, logical_name

ROOT_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True, kw_only=True)
class EngineResource:
    """A resource as the engine plans it or keeps it in its state.

    Values of `inputs` and `outputs` are masked where the program called them secret. A value
    unknown at preview is the engine's sentinel text. An `external` resource is only read: another
    stack, or a person, manages it. `provider` is a URN, empty for a component.
    """

    urn: str
    type: str
    parent: str | None
    custom: bool
    external: bool
    provider: str
    protect: bool
    retain_on_delete: bool
    deleted_with: str | None
    ignore_changes: tuple[str, ...]
    aliases: tuple[str, ...]
    dependencies: tuple[str, ...]
    property_dependencies: Mapping[str, tuple[str, ...]]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    source: Source | None

    @property
    def name(self) -> str:
        """The logical name: what the program called the resource."""
        return logical_name(self.urn)


@dataclass(frozen=True, kw_only=True)
class Violation:
    """A policy violation as the engine reported it."""

    policy: str
    urn: str
    message: str
    mandatory: bool


@dataclass(frozen=True, kw_only=True)
class PackAnswer:
    """One line the policy pack wrote: its answer for one policy and one resource."""

    policy: str
    urn: str
    outcome: Outcome
    reason: str | None
    path: str | None
    message: str | None
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preview:
    """Everything one run of the engine under the pack brought to light."""

    resources: tuple[EngineResource, ...]
    violations: tuple[Violation, ...]
    answers: tuple[PackAnswer, ...]
    catalogue: Catalogue
    config: Mapping[str, str]
    pack_versions: Mapping[str, str]


def resource_from_state(state: Mapping[str, Any]) -> EngineResource:
    """Reads one resource of `pulumi preview --json`, of an engine event or of a state file."""
    return EngineResource(
        urn=state["urn"],
        type=state["type"],
        parent=state.get("parent") or None,
        custom=bool(state.get("custom")),
        external=bool(state.get("external")),
        provider=(state.get("provider") or "").rpartition("::")[0],  # behind it is its identifier
        protect=bool(state.get("protect")),
        retain_on_delete=bool(state.get("retainOnDelete")),
        deleted_with=state.get("deletedWith") or None,
        ignore_changes=tuple(state.get("ignoreChanges") or ()),
        aliases=tuple(state.get("aliases") or ()),
        dependencies=tuple(state.get("dependencies") or ()),
        property_dependencies={
            name: tuple(urns or ())
            for name, urns in (state.get("propertyDependencies") or {}).items()
        },
        inputs=state.get("inputs") or {},
        outputs=state.get("outputs") or {},
        source=source_of(state),
    )


def source_of(state: Mapping[str, Any]) -> Source | None:
    """The innermost line of the user's own program that created the resource.

    Frames outside the project (the SDK, the language host) and inside a virtual environment are
    passed over; None when no frame is left, as for default providers, and for the stack itself:
    a language host makes it, even one that lies inside the project.
    """
    if state["type"] == ROOT_TYPE:
        return None
    frames = [state, *(state.get("stackTrace") or ())]
    for frame in frames:
        position = re.fullmatch(r"project:///(.+)#(\d+)(?:,\d+)?", frame.get("sourcePosition", ""))
        if position is None:
            continue
        file = unquote(position[1])
        if not {"..", ".venv", "site-packages"} & set(file.split("/")):
            return Source(file=file, line=int(position[2]))
    return None


def violation_from_event(event: Mapping[str, Any], root: str) -> Violation:
    """Reads a `policyEvent`; one without a URN is about the stack as a whole."""
    return Violation(
        policy=event["policyName"],
        urn=event.get("resourceUrn") or root,
        message=event["message"].strip(),
        mandatory=event["enforcementLevel"] == "mandatory",
    )
