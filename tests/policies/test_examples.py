"""Every example that stands beside a rule is judged as it says."""

import pytest

from policies.facts.types import KNOWN
from policies.pack.answers import Kind
from policies.pack.catalogue import POLICIES
from policies.pack.policy import Policy
from tests.policies.kit.examples import answer


def examples(what: str) -> list[object]:
    return [
        pytest.param(policy, example, id=f"{policy.name}-{number}")
        for policy in POLICIES
        for number, example in enumerate(getattr(policy, what))
    ]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_every_rule_shows_what_passes_and_what_fails(policy: Policy) -> None:
    assert policy.passes
    assert policy.fails


@pytest.mark.parametrize(("policy", "example"), examples("passes"))
def test_what_is_shown_to_pass_passes(policy: Policy, example: str) -> None:
    found = answer(policy, example)
    assert found.kind is Kind.PASS, found


@pytest.mark.parametrize(("policy", "example"), examples("fails"))
def test_what_is_shown_to_fail_fails_by_that_rule(policy: Policy, example: str) -> None:
    found = answer(policy, example)
    assert found.kind is Kind.FAIL, found


def test_no_two_types_have_one_name_in_examples() -> None:
    assert len({token.rsplit(":", 1)[-1] for token in KNOWN}) == len(KNOWN)
