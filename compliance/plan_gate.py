"""What the policy pack cannot see: how the engine is told to treat a resource.

The analyzer protocol carries no `retainOnDelete` and no `deletedWith`, and the pack's view of
`protect` is checked a second time here, against the plan itself. These policies have answers of
their own in the evidence and cannot be waived: they decide whether the stack can be destroyed, and
whether what the pack judged is what will exist.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compliance.engine import EngineResource, PackAnswer
from compliance.evidence import Outcome, Policy, logical_name


@dataclass(frozen=True, kw_only=True)
class _Gate:
    policy: Policy
    objection: Callable[[EngineResource], str | None]
    applies: Callable[[EngineResource], bool]
    otherwise: str


def _retained(resource: EngineResource) -> str | None:
    if resource.retain_on_delete:
        return (
            "retainOnDelete is set here or inherited from a parent: destroy would leave it behind"
        )
    if resource.deleted_with is not None:
        other = logical_name(resource.deleted_with)
        return (
            f"deletedWith is set here or inherited from a parent: destroy would delete {other} "
            "and only assume that this is gone too"
        )
    return None


def _protected(resource: EngineResource) -> str | None:
    return "protect is set: destroy would fail on it" if resource.protect else None


def _ignoring(resource: EngineResource) -> str | None:
    if not resource.ignore_changes:
        return None
    ignored = ", ".join(sorted(resource.ignore_changes))
    return f"changes of {ignored} are ignored: what the program says need not be what exists"


def _aliased(resource: EngineResource) -> str | None:
    # The engine makes full URNs of aliases, of one that names a type or a parent alone too, and
    # tells only those under which it finds a resource in the state: the others adopt nothing.
    others = [alias for alias in resource.aliases if _type_of(alias) != resource.type]
    if not others:
        return None
    return f"an alias has another type ({_type_of(others[0])}): it would adopt a different resource"


def _type_of(urn: str) -> str:
    return urn.split("::")[2].rsplit("$", 1)[-1] if urn.count("::") >= 3 else ""


def _every(_: EngineResource) -> bool:
    return True


_GATES: tuple[_Gate, ...] = (
    _Gate(
        policy=Policy(
            name="plan-gate/no-ignored-changes",
            sentence="Every property is managed: no resource ignores changes.",
            severity="high",
            requirements=("GOV-1", "DEL-1"),
            remediation="Remove ignore_changes from the resource's options.",
            waivable=False,
        ),
        objection=_ignoring,
        applies=lambda resource: resource.custom,
        otherwise="a component has no properties of its own in the cloud",
    ),
    _Gate(
        policy=Policy(
            name="plan-gate/no-protect",
            sentence="No resource is protected from deletion.",
            severity="high",
            requirements=("ORG-4",),
            remediation="Remove protect from the resource's options; for one that is deployed "
            "already, run `pulumi state unprotect URN` too.",
            waivable=False,
        ),
        objection=_protected,
        applies=_every,
        otherwise="",
    ),
    _Gate(
        policy=Policy(
            name="plan-gate/no-retain-on-delete",
            sentence="No resource outlives the stack: nothing is retained on delete.",
            severity="high",
            requirements=("ORG-4",),
            remediation="Remove retain_on_delete and deleted_with from the options of the resource "
            "and of every component above it.",
            waivable=False,
        ),
        objection=_retained,
        applies=_every,
        otherwise="",
    ),
    _Gate(
        policy=Policy(
            name="plan-gate/no-foreign-alias",
            sentence="A resource takes over only resources of its own type.",
            severity="medium",
            requirements=("GOV-1",),
            remediation="Remove the alias, or import the resource under its own type.",
            waivable=False,
        ),
        objection=_aliased,
        applies=lambda resource: bool(resource.aliases),
        otherwise="the resource has no aliases",
    ),
)

POLICIES: tuple[Policy, ...] = tuple(gate.policy for gate in _GATES)


def answers(resources: Sequence[EngineResource]) -> tuple[PackAnswer, ...]:
    """One answer of every gate policy for every resource."""
    return tuple(_answer(gate, resource) for gate in _GATES for resource in resources)


def _answer(gate: _Gate, resource: EngineResource) -> PackAnswer:
    if not gate.applies(resource):
        return PackAnswer(
            policy=gate.policy.name,
            urn=resource.urn,
            outcome=Outcome.NOT_APPLICABLE,
            reason=gate.otherwise,
            path=None,
            message=None,
        )
    objection = gate.objection(resource)
    return PackAnswer(
        policy=gate.policy.name,
        urn=resource.urn,
        outcome=Outcome.FAIL if objection else Outcome.PASS,
        reason=None,
        path=None,
        message=f"{objection}\nFix: {gate.policy.remediation}" if objection else None,
    )
