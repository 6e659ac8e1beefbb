"""Waivers hold only while they are right, and every fault of the file is told at its line."""

from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest

from compliance import scanners
from compliance.evidence import Answer, Finding, Outcome
from compliance.waivers import Rules, Waivers, apply, read
from tests.compliance import samples

TODAY = date(2026, 11, 24)
RULES = Rules(
    policies=(samples.policy("queue-encryption"), samples.policy("queue-fifo", waivable=False)),
    scanners=scanners.RULE_FORMS,
)
GOOD = """
- policy: queue-encryption
  resource: "*"
  reason: The key comes next week.
  owner: analytics
  expires: 2026-12-31
"""


def waivers(tmp_path: Path, entries: str, *, today: date = TODAY, rules: Rules = RULES) -> Waivers:
    path = tmp_path / "waivers.yaml"
    indented = "".join(f"  {line}\n" for line in entries.strip("\n").splitlines())
    path.write_text(f"waivers:\n{indented}")
    return read(path, name="waivers.yaml", rules=rules, today=today)


def problems(found: Waivers) -> list[str]:
    return [str(problem) for problem in found.problems]


def failing(policy: str = "queue-encryption", urn: str = samples.QUEUE) -> Answer:
    return samples.answer(policy, urn, Outcome.FAIL, message="bad")


def test_a_missing_file_waives_nothing_and_is_no_problem(tmp_path: Path) -> None:
    assert read(tmp_path / "none.yaml", name="none.yaml", rules=RULES, today=TODAY) == Waivers(
        file="none.yaml"
    )


@pytest.mark.parametrize("text", ["", "# nothing\n", "waivers: []\n"])
def test_an_empty_file_waives_nothing(tmp_path: Path, text: str) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    assert read(path, name="w", rules=RULES, today=TODAY) == Waivers(file="w")


def test_a_complete_waiver_holds(tmp_path: Path) -> None:
    found = waivers(tmp_path, GOOD)
    assert problems(found) == []
    assert [(w.rule, w.owner, w.expires, w.line) for w in found.valid] == [
        ("queue-encryption", "analytics", date(2026, 12, 31), 2)
    ]


def test_it_holds_on_its_last_day_and_not_on_the_next(tmp_path: Path) -> None:
    assert waivers(tmp_path, GOOD, today=date(2026, 12, 31)).valid
    late = waivers(tmp_path, GOOD, today=date(2027, 1, 1))
    assert not late.valid
    assert problems(late) == [
        "waivers.yaml:2: expired on 2026-12-31; renew it under review or fix what it covers"
    ]


@pytest.mark.parametrize(
    ("line", "replacement", "problem"),
    [
        ("  reason: The key comes next week.\n", "", "reason is missing"),
        ("reason: The key comes next week.", "reason: '  '", "reason must be a text"),
        ("reason: The key comes next week.", "reason: 7", "reason must be a text"),
        ("reason: The", "reason: !because The", "reason must be a text"),
        ("reason: The", "reason: !!bool The", "reason must be a text"),
        ("reason: The key comes next week.", 'reason: "\\ud800"', "reason must be a text"),
        ("  owner: analytics\n", "", "owner is missing"),
        ('  resource: "*"\n', "", "resource is missing"),
        ("  expires: 2026-12-31\n", "", "expires must be a date"),
        ("expires: 2026-12-31", "expires: next year", "expires must be a date"),
        ("expires: 2026-12-31", "expires: 2026-02-30", "expires must be a date"),
        ("expires: 2026-12-31", "expires: '2026-12-31'", "expires must be a date"),
        ("expires: 2026-12-31", "expires: !!timestamp soon", "expires must be a date"),
        ("expires: 2026-12-31", "expires: 2026-12-31T10:00:00Z", "expires must be a date"),
        ("policy: queue-encryption", "policy: queue-colour", "no policy is named 'queue-colour'"),
        ("policy: queue-encryption", "policy: queue-fifo", "queue-fifo cannot be waived"),
        ("policy: queue-encryption", "polcy: queue-encryption", "unknown key 'polcy'"),
        ("policy: queue-encryption", "policy: [a]", "name one policy"),
        ("policy: queue-encryption", "rule: trivy:AVD-1", "no scanner is named 'trivy'"),
        ("policy: queue-encryption", "rule: checkov:AWS117", "is not a rule of checkov"),
        ("owner: analytics", "owner: a\n  owner: b", "owner stands twice"),
        ("owner: analytics", "owner: a\n  rule: checkov:CKV_AWS_1", "name one policy"),
    ],
)
def test_a_faulty_waiver_waives_nothing_and_says_why(
    tmp_path: Path, line: str, replacement: str, problem: str
) -> None:
    assert line in GOOD
    found = waivers(tmp_path, GOOD.replace(line, replacement))
    assert not found.valid
    assert any(re.match(r"waivers\.yaml:2: ", p) and problem in p for p in problems(found))


def test_every_problem_is_listed_with_its_line(tmp_path: Path) -> None:
    bad = GOOD.replace("queue-encryption", "gone").replace("analytics", "''")
    found = waivers(tmp_path, bad + GOOD + "- just text\n")
    assert [p.split(": ", 1)[0] for p in problems(found)] == [
        "waivers.yaml:2",
        "waivers.yaml:2",
        "waivers.yaml:13",
    ]
    assert len(found.valid) == 1


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("waivers:\n  - {a: b\n", 3, "not YAML"),
        ("- policy: x\n", 1, "must be one mapping"),
        ("waivers: {}\n", 1, "must be one mapping"),
        ("exceptions: []\n", 1, "must be one mapping"),
        ("waivers: []\nmore: 1\n", 1, "must be one mapping"),
        ("waivers: " + "[" * 9000 + "]" * 9000, 1, "nested too deeply"),
    ],
)
def test_a_malformed_file_is_one_problem(
    tmp_path: Path, text: str, line: int, message: str
) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    (problem,) = read(path, name="waivers.yaml", rules=RULES, today=TODAY).problems
    assert problem.line == line
    assert message in problem.message


def test_a_file_that_is_not_text_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "waivers.yaml"
    path.write_bytes(b"\xff\xfe\xff")
    (problem,) = read(path, name="waivers.yaml", rules=RULES, today=TODAY).problems
    assert "cannot be read" in problem.message


@pytest.mark.parametrize("pattern", ["*", "orders-queue", "orders-*", samples.QUEUE, "urn:*queue"])
def test_a_pattern_is_matched_against_the_name_and_the_urn(tmp_path: Path, pattern: str) -> None:
    held = waivers(tmp_path, GOOD.replace('"*"', f'"{pattern}"'))
    after, (answered,), _ = apply(held, [failing()], [], ran=())
    assert answered.outcome is Outcome.WAIVED
    assert answered.waived is Outcome.FAIL
    assert answered.waiver == 0
    assert after.valid[0].matched == 1
    assert not after.problems


def test_an_undetermined_answer_can_be_waived_and_stays_told(tmp_path: Path) -> None:
    unknown = samples.answer("queue-encryption", samples.QUEUE, Outcome.UNKNOWN, path="name")
    _, (answered,), _ = apply(waivers(tmp_path, GOOD), [unknown], [], ran=())
    assert (answered.outcome, answered.waived, answered.path) == (
        Outcome.WAIVED,
        Outcome.UNKNOWN,
        "name",
    )


def test_a_waiver_that_covers_nothing_is_a_problem(tmp_path: Path) -> None:
    passing = samples.answer("queue-encryption", samples.QUEUE, Outcome.PASS)
    after, (answered,), _ = apply(waivers(tmp_path, GOOD), [passing], [], ran=())
    assert answered.outcome is Outcome.PASS
    assert problems(after) == [
        "waivers.yaml:2: queue-encryption on '*' matches nothing that fails; remove it"
    ]


def test_a_second_waiver_for_the_same_answers_covers_nothing(tmp_path: Path) -> None:
    after, _, _ = apply(waivers(tmp_path, GOOD + GOOD), [failing()], [], ran=())
    assert [problem.line for problem in after.problems] == [8]


def test_other_policies_and_resources_are_not_covered(tmp_path: Path) -> None:
    held = waivers(tmp_path, GOOD.replace('"*"', '"other-*"'))
    _, answers, _ = apply(held, [failing(), failing("queue-fifo")], [], ran=())
    assert [answered.outcome for answered in answers] == [Outcome.FAIL, Outcome.FAIL]


FINDING = Finding(
    rule="checkov:CKV_AWS_117",
    severity="medium",
    message="no VPC",
    guideline=None,
    urn=samples.FUNCTION,
    source=None,
    outcome=Outcome.FAIL,
    waiver=None,
)
SCANNER_WAIVER = GOOD.replace("policy: queue-encryption", "rule: checkov:CKV_AWS_117")


def test_a_name_that_holds_colons_is_the_whole_of_it(tmp_path: Path) -> None:
    longer = samples.QUEUE.replace("orders-queue", "old::orders-queue")
    for pattern, waived in (("orders-queue", False), ("old::orders-queue", True)):
        held = waivers(tmp_path, GOOD.replace('"*"', f'"{pattern}"'))
        _, (answer,), _ = apply(held, [failing(urn=longer)], [], ran=())
        assert (answer.outcome is Outcome.WAIVED) is waived


def test_a_scanners_finding_is_waived_by_its_rule(tmp_path: Path) -> None:
    after, _, (finding,) = apply(waivers(tmp_path, SCANNER_WAIVER), [], [FINDING], ran={"checkov"})
    assert finding.outcome is Outcome.WAIVED
    assert not after.problems


def test_a_waiver_of_a_scanner_that_did_not_run_is_left_alone(tmp_path: Path) -> None:
    after, _, _ = apply(waivers(tmp_path, SCANNER_WAIVER), [], [], ran=())
    assert not after.problems


def test_a_waiver_of_a_scanner_that_ran_must_match(tmp_path: Path) -> None:
    after, _, _ = apply(waivers(tmp_path, SCANNER_WAIVER), [], [], ran={"checkov"})
    assert "matches nothing" in after.problems[0].message


def test_a_rule_that_the_scanner_does_not_have_is_refused(tmp_path: Path) -> None:
    rules = Rules(
        policies=RULES.policies, scanners=RULES.scanners, known={"checkov": {"CKV_AWS_1"}}
    )
    found = waivers(tmp_path, SCANNER_WAIVER, rules=rules)
    assert "checkov has no rule 'CKV_AWS_117'" in problems(found)[0]


def test_a_finding_about_no_resource_is_covered_by_the_star_alone(tmp_path: Path) -> None:
    nowhere = dataclasses.replace(FINDING, urn=None)
    _, _, (waived,) = apply(waivers(tmp_path, SCANNER_WAIVER), [], [nowhere], ran={"checkov"})
    narrow = waivers(tmp_path, SCANNER_WAIVER.replace('"*"', '"orders-*"'))
    _, _, (standing,) = apply(narrow, [], [nowhere], ran={"checkov"})
    assert (waived.outcome, standing.outcome) == (Outcome.WAIVED, Outcome.FAIL)
