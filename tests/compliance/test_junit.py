"""The JUnit report: what every CI's parser reads from it."""

from __future__ import annotations

import junitparser

from compliance.evidence import Evidence, Problem
from compliance.reports import junit
from tests.compliance import samples


def parse(evidence: Evidence) -> junitparser.JUnitXml:
    return junitparser.JUnitXml.fromstring(junit.render(evidence).encode())


def cases(evidence: Evidence) -> dict[tuple[str, str], junitparser.TestCase]:
    return {(case.classname, case.name): case for suite in parse(evidence) for case in suite}


def test_it_is_the_golden_report() -> None:
    golden = (samples.GOLDEN / "junit.xml").read_text(encoding="utf-8")
    assert junit.render(samples.sample()) == golden


def test_there_is_one_case_per_policy_and_governed_resource() -> None:
    assert set(cases(samples.sample())) == {
        ("queue-encryption", samples.FUNCTION),
        ("queue-encryption", samples.QUEUE),
        ("queue-fifo", samples.FUNCTION),
        ("queue-fifo", samples.QUEUE),
        ("checkov:CKV_AWS_117", samples.FUNCTION),
    }


def test_the_totals_are_those_of_the_cases() -> None:
    document = parse(samples.sample())
    assert (document.tests, document.failures, document.skipped, document.errors) == (5, 3, 1, 0)


def test_a_violation_is_a_failure_with_its_line() -> None:
    (mark,) = cases(samples.sample())["queue-fifo", samples.QUEUE].result
    assert isinstance(mark, junitparser.Failure)
    assert (mark.type, mark.message) == ("violation", "fifoQueue is not true")
    assert mark.text.endswith("stack/orders.py:12")


def test_an_undetermined_value_is_a_failure_too() -> None:
    (mark,) = cases(samples.sample())["queue-encryption", samples.FUNCTION].result
    assert isinstance(mark, junitparser.Failure)
    assert mark.type == "undetermined"


def test_a_waived_answer_is_skipped_with_its_reason_and_never_passed() -> None:
    (mark,) = cases(samples.sample())["queue-encryption", samples.QUEUE].result
    assert isinstance(mark, junitparser.Skipped)
    assert "waived until 2026-12-31 by analytics" in mark.message


def test_a_passed_answer_has_no_mark() -> None:
    assert cases(samples.sample())["queue-fifo", samples.FUNCTION].result == []


def test_a_faulty_waiver_file_is_a_failure() -> None:
    problem = Problem(file="waivers.yaml", line=7, message="owner is missing")
    (mark,) = cases(samples.sample(problems=(problem,)))["waivers", "waivers.yaml:7"].result
    assert isinstance(mark, junitparser.Failure)


def test_hostile_text_stays_text() -> None:
    told = cases(samples.hostile())
    queue = next(name for policy, name in told if policy == "queue-fifo" and "script" in name)
    assert "</script><script>alert(1)</script>" in queue
    assert "\x00" not in junit.render(samples.hostile())
