"""The plan gate refuses what the policy pack cannot see."""

from __future__ import annotations

import dataclasses

import pytest

from compliance import plan_gate
from compliance.engine import EngineResource, resource_from_state
from compliance.evidence import Outcome
from tests.compliance import samples

PLAIN = resource_from_state(
    {
        "urn": samples.QUEUE,
        "type": "aws:sqs/queue:Queue",
        "custom": True,
        "parent": samples.ORDERS,
        "inputs": {"name": "orders-queue-dev.fifo"},
    }
)
COMPONENT = resource_from_state(
    {"urn": samples.ORDERS, "type": "shop:index:Orders", "parent": samples.STACK}
)


def outcome(resource: EngineResource, policy: str) -> Outcome:
    (found,) = [a for a in plan_gate.answers([resource]) if a.policy == f"plan-gate/{policy}"]
    return found.outcome


def test_every_gate_policy_answers_once_for_every_resource() -> None:
    pairs = [(a.policy, a.urn) for a in plan_gate.answers([PLAIN, COMPONENT])]
    assert sorted(pairs) == sorted(
        (p.name, r.urn) for p in plan_gate.POLICIES for r in (PLAIN, COMPONENT)
    )


def test_no_gate_policy_can_be_waived() -> None:
    assert not any(policy.waivable for policy in plan_gate.POLICIES)


def test_a_plain_resource_passes() -> None:
    blocked = [a for a in plan_gate.answers([PLAIN, COMPONENT]) if a.outcome in ("FAIL", "UNKNOWN")]
    assert blocked == []


@pytest.mark.parametrize("resource", [PLAIN, COMPONENT], ids=["resource", "component"])
def test_a_retained_resource_fails(resource: EngineResource) -> None:
    retained = dataclasses.replace(resource, retain_on_delete=True)
    assert outcome(retained, "no-retain-on-delete") is Outcome.FAIL


@pytest.mark.parametrize("resource", [PLAIN, COMPONENT], ids=["resource", "component"])
def test_a_resource_that_is_left_to_the_deletion_of_another_fails(resource: EngineResource) -> None:
    left = dataclasses.replace(resource, deleted_with=samples.STACK)
    assert outcome(left, "no-retain-on-delete") is Outcome.FAIL


@pytest.mark.parametrize("resource", [PLAIN, COMPONENT], ids=["resource", "component"])
def test_a_protected_resource_fails(resource: EngineResource) -> None:
    assert outcome(dataclasses.replace(resource, protect=True), "no-protect") is Outcome.FAIL


def test_ignored_changes_fail_and_are_named() -> None:
    ignoring = dataclasses.replace(PLAIN, ignore_changes=("tags", "fifoQueue"))
    assert outcome(ignoring, "no-ignored-changes") is Outcome.FAIL
    messages = [a.message for a in plan_gate.answers([ignoring]) if a.message]
    assert "changes of fifoQueue, tags are ignored" in messages[0]


def test_ignored_changes_do_not_apply_to_components() -> None:
    assert outcome(COMPONENT, "no-ignored-changes") is Outcome.NOT_APPLICABLE


def test_an_alias_of_the_same_type_passes_and_of_another_type_fails() -> None:
    renamed = samples.QUEUE.replace("orders-queue", "old-name")
    other = "urn:pulumi:dev::shop::aws:sns/topic:Topic::orders-topic"
    same = dataclasses.replace(PLAIN, aliases=(renamed,))
    foreign = dataclasses.replace(PLAIN, aliases=(renamed, other))
    assert outcome(PLAIN, "no-foreign-alias") is Outcome.NOT_APPLICABLE
    assert outcome(same, "no-foreign-alias") is Outcome.PASS
    assert outcome(foreign, "no-foreign-alias") is Outcome.FAIL


def test_what_fails_says_how_to_mend_it() -> None:
    retained = dataclasses.replace(PLAIN, protect=True)
    (message,) = [a.message for a in plan_gate.answers([retained]) if a.message]
    assert message.splitlines()[1].startswith("Fix: Remove protect from the resource's options")
