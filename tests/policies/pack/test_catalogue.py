"""The set of policies: frozen, complete, tested four ways, documented."""

import re

import pytest

from policies.pack.catalogue import POLICIES
from policies.pack.policy import ResourcePolicy
from policies.pack.requirements import REQUIREMENTS
from tests.policies.golden import GOLDEN
from tests.policies.kit import Declarations, judge
from tests.policies.kit.reference import DOCUMENT, cases, document


def test_no_policy_was_removed_or_weakened() -> None:
    actual = {
        policy.name: (
            "resource" if isinstance(policy, ResourcePolicy) else "stack",
            policy.severity.value,
        )
        for policy in POLICIES
    }
    assert actual == GOLDEN


def test_no_policy_but_the_one_on_mere_names_can_be_waived() -> None:
    assert [policy.name for policy in POLICIES if policy.waivable] == ["credential-names"]


def test_a_rule_for_all_resources_makes_no_type_governed() -> None:
    assert {policy.name for policy in POLICIES if policy.general} == {
        *("allowed-types", "destroyable", "no-credentials", "no-vpc", "region"),
        *("resource-name", "resource-tags"),
    }


def test_every_hard_constraint_has_a_policy_and_every_other_clause_a_proof() -> None:
    enforced = {id_ for policy in POLICIES for id_ in policy.requirements}
    assert {r.id for r in REQUIREMENTS if r.hard} - enforced == set()
    assert [r.id for r in REQUIREMENTS if not r.hard and not r.proof] == []
    assert enforced - {r.id for r in REQUIREMENTS} == set()


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_policy_says_what_it_is_in_one_form(policy: ResourcePolicy) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", policy.name)
    assert policy.sentence.endswith(".")
    assert policy.fix.endswith(".")
    assert "\n" not in policy.sentence + policy.fix
    assert policy.requirements
    for schema in policy.schema.values():
        assert {"type", "description", "default"} <= set(schema)


def test_every_policy_is_shown_to_give_each_of_the_four_answers(baseline: Declarations) -> None:
    shown = {(case.policy, case.answer) for listed in cases().values() for case in listed}
    shown |= {(found.policy, found.answer) for found in judge(baseline).answers}
    lacking = {
        policy.name: missing
        for policy in POLICIES
        for given in [{answer for name, answer in shown if name == policy.name}]
        if (missing := _ANSWERS - _NEVER.get(policy.name, set()) - given)
    }
    assert lacking == {}


_ANSWERS = {"PASS", "FAIL", "NOT_APPLICABLE", "UNKNOWN"}
# What a policy cannot answer: it governs everything, or reads nothing that could be unknown.
_NEVER = {"destroyable": {"NOT_APPLICABLE"}, "allowed-types": {"UNKNOWN"}}


def test_the_reference_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "docs/policies.md is stale: run `make regenerate`"
    )
