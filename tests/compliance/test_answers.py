"""The pack's answers are trusted only as far as the engine and the catalogue bear them out."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from compliance.answers import cross_check, read_answers
from compliance.catalogue import Catalogue
from compliance.engine import PackAnswer, Preview, Violation, resource_from_state
from compliance.errors import BrokenRunError
from compliance.evidence import Outcome
from tests.compliance import samples

POLICIES = (samples.policy("queue-fifo"),)


def pack_answer(urn: str, outcome: Outcome, policy: str = "queue-fifo") -> PackAnswer:
    return PackAnswer(
        policy=policy, urn=urn, outcome=outcome, reason=None, path=None, message="bad"
    )


FAILED = pack_answer(samples.QUEUE, Outcome.FAIL)
PASSED = pack_answer(samples.FUNCTION, Outcome.PASS)
VIOLATION = Violation(policy="queue-fifo", urn=samples.QUEUE, message="bad", mandatory=True)
GOOD = Preview(
    catalogue=Catalogue(policies=(), general=frozenset(), types=frozenset()),
    resources=tuple(
        resource_from_state({"urn": urn, "type": "aws:sqs/queue:Queue"})
        for urn in (samples.QUEUE, samples.FUNCTION)
    ),
    violations=(VIOLATION,),
    answers=(FAILED, PASSED),
    config={},
    pack_versions={},
)


def test_answers_that_agree_with_the_engine_are_taken() -> None:
    assert set(cross_check(GOOD, POLICIES)) == {FAILED, PASSED}


def test_the_same_answer_twice_is_one_answer() -> None:
    twice = dataclasses.replace(GOOD, answers=(FAILED, PASSED, PASSED))
    assert len(cross_check(twice, POLICIES)) == 2


@pytest.mark.parametrize(
    ("preview", "message"),
    [
        (dataclasses.replace(GOOD, answers=(FAILED,)), "has no answer"),
        (
            dataclasses.replace(
                GOOD, answers=(FAILED, PASSED, pack_answer(samples.FUNCTION, Outcome.UNKNOWN))
            ),
            "has two different answers",
        ),
        (
            dataclasses.replace(
                GOOD, answers=(*GOOD.answers, pack_answer(samples.QUEUE, Outcome.PASS, "other"))
            ),
            "the catalogue or the preview does not know it",
        ),
        (
            dataclasses.replace(GOOD, answers=(*GOOD.answers, pack_answer("urn:x", Outcome.PASS))),
            "the catalogue or the preview does not know it",
        ),
        (dataclasses.replace(GOOD, violations=()), "the engine reports no violation"),
        (
            dataclasses.replace(
                GOOD,
                violations=(VIOLATION, dataclasses.replace(VIOLATION, urn=samples.FUNCTION)),
            ),
            "the pack does not answer for",
        ),
    ],
    ids=["missing", "contradiction", "policy", "resource", "unreported", "unanswered"],
)
def test_a_discrepancy_breaks_the_run(preview: Preview, message: str) -> None:
    with pytest.raises(BrokenRunError, match=message):
        cross_check(preview, POLICIES)


READ = resource_from_state({"urn": samples.ORDERS, "type": "aws:sqs/queue:Queue", "external": True})


def test_a_resource_that_is_only_read_need_not_be_answered_for() -> None:
    with_read = dataclasses.replace(GOOD, resources=(*GOOD.resources, READ))
    (filled,) = [a for a in cross_check(with_read, POLICIES) if a.urn == samples.ORDERS]
    assert filled.outcome is Outcome.NOT_APPLICABLE
    assert "managed elsewhere" in (filled.reason or "")


def test_a_violation_by_a_resource_that_is_only_read_stands() -> None:
    violated = dataclasses.replace(
        GOOD,
        resources=(*GOOD.resources, READ),
        answers=(*GOOD.answers, pack_answer(samples.ORDERS, Outcome.FAIL)),
        violations=(VIOLATION, dataclasses.replace(VIOLATION, urn=samples.ORDERS)),
    )
    outcomes = {a.urn: a.outcome for a in cross_check(violated, POLICIES)}
    assert outcomes[samples.ORDERS] is Outcome.FAIL


def test_an_undetermined_answer_must_be_a_violation_to_the_engine() -> None:
    unknown = dataclasses.replace(FAILED, outcome=Outcome.UNKNOWN)
    assert cross_check(dataclasses.replace(GOOD, answers=(unknown, PASSED)), POLICIES)


def test_a_pack_that_wrote_nothing_breaks_the_run(tmp_path: Path) -> None:
    with pytest.raises(BrokenRunError, match="POLICY_ANSWERS_FILE"):
        read_answers(tmp_path / "none")


@pytest.mark.parametrize(
    "line",
    ["", "{", "[]", '{"policy": "p"}', '{"policy": "p", "urn": "u", "answer": "MAYBE"}'],
    ids=["empty", "cut off", "list", "incomplete", "outcome"],
)
def test_a_line_that_is_no_answer_breaks_the_run(tmp_path: Path, line: str) -> None:
    good = {"policy": "p", "urn": "u", "answer": "PASS"}
    (tmp_path / "answers").write_text(f"{json.dumps(good)}\n{line}\n")
    with pytest.raises(BrokenRunError, match="line 2"):
        read_answers(tmp_path / "answers")
