"""The summary in a terminal."""

from __future__ import annotations

import dataclasses

from compliance.evidence import Outcome, Problem
from compliance.summary import explanation, headline, render_summary, verdict_line
from tests.compliance import samples


def test_a_policy_has_one_line_with_its_counts() -> None:
    lines = [line.split() for line in render_summary(samples.sample()).splitlines()]
    assert ["queue-fifo", "1", "1", "·", "·", "MQ-1,", "SEC-1"] in lines
    assert ["queue-encryption", "·", "·", "1", "1", "MQ-1,", "SEC-1"] in lines


def test_what_blocks_is_told_with_its_line_and_its_remedy() -> None:
    text = render_summary(samples.sample())
    assert "✗ queue-fifo on orders-queue  stack/orders.py:12" in text
    assert "    fifoQueue is not true\n    Fix: Set the property." in text
    assert "✗ checkov:CKV_AWS_117" in text


def test_the_verdict_comes_last() -> None:
    last = render_summary(samples.sample(), width=200).rstrip().splitlines()[-1]
    assert last == verdict_line(samples.sample())
    assert last == (
        "Not compliant: 2 failed, 1 undetermined. 2 policies on 4 resources: "
        "1 waived, 1 passed, 4 not applicable."
    )


def test_the_headline_counts_what_stands_against_a_deployment() -> None:
    problem = Problem(file="waivers.yaml", line=3, message="owner is missing")
    assert headline(samples.sample(problems=(problem,))) == (
        "Not compliant: 2 failed, 1 undetermined, 1 invalid waiver"
    )
    assert headline(samples.compliant()) == "Compliant"


RESTING = "Answers with basis reference, whose values deployment shows: 1."


def test_a_verdict_is_explained_in_whole_sentences() -> None:
    assert explanation(samples.compliant()) == f"All 2 policies pass. {RESTING}"
    assert explanation(samples.sample()) == (
        "1 of 2 policies fail. 1 of 2 policies need values that are unknown. "
        f"1 answers are waived. {RESTING} 1 Checkov findings stand."
    )


def test_waived_findings_of_a_scanner_are_told_apart_from_the_policies() -> None:
    (finding,) = samples.sample().findings
    waived = dataclasses.replace(finding, outcome=Outcome.WAIVED, waiver=0)
    evidence = dataclasses.replace(
        samples.compliant(),
        findings=(waived,) * 30,
        scanners=("checkov",),
        waivers=samples.sample().waivers,
    )
    assert explanation(evidence) == (
        f"All 2 policies pass. {RESTING} 30 Checkov findings are waived."
    )


def test_a_policy_that_governs_nothing_here_is_not_passed_off_as_one_that_holds() -> None:
    compliant = samples.compliant()
    idle = tuple(
        samples.answer(a.policy, a.urn, Outcome.NOT_APPLICABLE, reason="Governs Queue only.")
        if a.policy == "queue-fifo"
        else a
        for a in compliant.answers
    )
    evidence = dataclasses.replace(compliant, answers=idle)
    assert explanation(evidence) == "All 2 policies pass, 1 with nothing to judge."


def test_a_compliant_stack_has_no_objection() -> None:
    assert "✗" not in render_summary(samples.compliant())


def test_a_faulty_waiver_is_told() -> None:
    problem = Problem(file="waivers.yaml", line=3, message="owner is missing")
    text = render_summary(samples.sample(problems=(problem,)))
    assert "✗ waivers.yaml:3: owner is missing" in text


def test_text_that_looks_like_markup_is_printed_as_it_is() -> None:
    assert "[link](javascript:alert(3))" in render_summary(samples.hostile(), width=2000)
