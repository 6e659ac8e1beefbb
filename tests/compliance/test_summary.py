"""The summary in a terminal."""

from __future__ import annotations

from compliance.evidence import Problem
from compliance.summary import render_summary, verdict_line
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
        "violations: 2 policies on 4 resources: "
        "1 pass, 2 fail, 1 unknown, 1 waived, 4 not applicable"
    )


def test_a_compliant_stack_has_no_objection() -> None:
    assert "✗" not in render_summary(samples.compliant())


def test_a_faulty_waiver_is_told() -> None:
    problem = Problem(file="waivers.yaml", line=3, message="owner is missing")
    text = render_summary(samples.sample(problems=(problem,)))
    assert "✗ waivers.yaml:3: owner is missing" in text


def test_text_that_looks_like_markup_is_printed_as_it_is() -> None:
    assert "[link](javascript:alert(3))" in render_summary(samples.hostile(), width=2000)
