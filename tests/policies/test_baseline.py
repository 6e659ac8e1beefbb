"""The compliant stack is compliant, and every policy answers about every resource once."""

from collections import Counter
from dataclasses import replace

from local.provider.inputs import Filling, checked
from local.provider.services import TYPES
from policies.pack.catalogue import POLICIES
from tests.policies.kit import Declarations, judge


def test_nothing_blocks_the_compliant_stack(baseline: Declarations) -> None:
    judgement = judge(baseline)
    assert [f"{a.policy} {a.resource}: {a.message}" for a in judgement.answers if a.message] == []
    assert judgement.diagnostics == ()


def test_nothing_blocks_it_as_the_official_provider_has_it_either(baseline: Declarations) -> None:
    filling = Filling(region="us-east-1")
    bridged = Declarations(
        tuple(
            replace(
                resource,
                inputs=checked(
                    TYPES[resource.type],
                    {},
                    dict(resource.inputs),
                    filling=filling,
                    name=lambda _: "made-up",
                ),
            )
            if resource.type in TYPES
            else resource
            for resource in baseline.resources
        )
    )
    answers = {(a.policy, a.resource, a.answer) for a in judge(baseline).answers}
    assert {(a.policy, a.resource, a.answer) for a in judge(bridged).answers} == answers


def test_every_policy_answers_once_about_every_resource(baseline: Declarations) -> None:
    answers = judge(baseline).answers
    assert len(answers) == len(POLICIES) * len(baseline.resources)
    pairs = Counter((answer.policy, answer.resource, answer.type) for answer in answers)
    assert set(pairs.values()) == {1}
