"""The evidence is complete, canonical, and read back with care."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path

import jsonschema
import pytest

from compliance import check, document, report
from compliance.errors import BrokenRunError
from compliance.evidence import Evidence, Outcome, Problem, Verdict
from tests.compliance import samples


def test_it_is_read_back_as_it_was_written() -> None:
    for original in (samples.sample(), samples.compliant(), samples.hostile()):
        assert document.loads(document.dumps(original), origin="sample") == original


def test_its_bytes_are_those_of_the_golden_file() -> None:
    golden = (samples.GOLDEN / "evidence.json").read_text(encoding="utf-8")
    assert document.dumps(samples.sample()) == golden


def test_only_the_time_tells_two_checks_of_the_same_inputs_apart() -> None:
    later = samples.sample(generated_at=datetime(2027, 1, 2, tzinfo=UTC))
    first = document.dumps(samples.sample()).splitlines()
    second = document.dumps(later).splitlines()
    different = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    assert different == [
        (' "generatedAt": "2026-11-24T09:30:00Z",', ' "generatedAt": "2027-01-02T00:00:00Z",')
    ]


def test_its_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(document.SCHEMA.read_text()))


def test_a_missing_answer_is_a_broken_run() -> None:
    complete = samples.sample()
    with pytest.raises(BrokenRunError, match="7 answers for 2 policies x 4 resources: 1 missing"):
        dataclasses.replace(complete, answers=complete.answers[1:])


def test_a_second_answer_for_the_same_question_is_a_broken_run() -> None:
    complete = samples.sample()
    with pytest.raises(BrokenRunError, match="1 surplus"):
        dataclasses.replace(complete, answers=(*complete.answers, complete.answers[0]))


def test_violations_outweigh_undetermined_values() -> None:
    assert samples.sample().verdict is Verdict.VIOLATIONS


def test_a_scanners_finding_alone_is_a_violation() -> None:
    finding = samples.sample().findings
    only = dataclasses.replace(samples.compliant(), findings=finding, scanners=("checkov",))
    assert only.verdict is Verdict.VIOLATIONS


def test_what_blocks_comes_with_violations_first() -> None:
    assert [answer.outcome for answer in samples.sample().blocking] == [
        Outcome.FAIL,
        Outcome.UNKNOWN,
    ]


def _undetermined() -> Evidence:
    complete = samples.compliant()
    answers = list(complete.answers)
    answers[0] = samples.answer(
        answers[0].policy,
        answers[0].urn,
        Outcome.UNKNOWN,
        path="name",
        message="Undetermined: name",
    )
    return dataclasses.replace(complete, answers=tuple(answers))


def _badly_waived() -> Evidence:
    problem = Problem(file="waivers.yaml", line=3, message="expired on 2026-01-01")
    return samples.sample(problems=(problem,))


@pytest.mark.parametrize(
    ("judged", "code"),
    [
        (samples.compliant(), 0),
        (samples.sample(), 3),
        (_undetermined(), 4),
        (_badly_waived(), 5),
    ],
    ids=["compliant", "violations", "undetermined", "waivers"],
)
def test_each_verdict_has_its_exit_code(judged: Evidence, code: int) -> None:
    assert check.exit_code(judged) == code


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BrokenRunError, match="`pipeline check` writes it"):
        document.load(tmp_path / "evidence.json")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "evidence.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BrokenRunError, match="cannot read the evidence"):
        document.load(tmp_path / "evidence.json")


def _document() -> dict[str, object]:
    parsed: dict[str, object] = json.loads(document.dumps(samples.sample()))
    return parsed


def _changed(**changes: object) -> str:
    return json.dumps({**_document(), **changes})


def _nested(depth: int) -> list[object]:
    inner: list[object] = []
    for _ in range(depth):
        inner = [inner]
    return inner


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is not JSON"),
        (document.dumps(samples.sample())[:-100], "is not JSON"),
        ("[]", "version None"),
        ('{"version": "2"}', "version '2', this tool reads '1'"),
        (_changed(answers=None), r"\$.answers"),
        (_changed(surprise=1), "surprise"),
        (_changed(answers=[]), "0 answers for 2 policies x 4 resources"),
        (_changed(generatedAt="yesterday"), r'\$.generatedAt: "yesterday" does not match'),
        (_changed(answers=[{}], waivers=None), r"\$.waivers: null"),
        (_changed(generatedAt="2026-02-31T10:00:00Z"), "day is out of range"),
        (_changed(tools={"python": "\ud800"}), "surrogates not allowed"),
        ("[" * 100_000, "is not JSON"),
        (_changed(tools=_nested(500)), "Recursion limit"),
    ],
    ids=[
        *("empty", "cut off", "list", "version", "no answers", "unknown", "dropped", "time"),
        "nearest to the root first",
        *("no such day", "half a character", "bottomless", "deep"),
    ],
)
def test_broken_evidence_is_refused_and_named(text: str, message: str) -> None:
    with pytest.raises(BrokenRunError, match=message) as refused:
        document.loads(text, origin="old.json")
    assert "old.json" in str(refused.value) or "answers for" in str(refused.value)


def test_an_answer_that_names_no_waiver_of_the_list_is_refused() -> None:
    with pytest.raises(BrokenRunError, match="waivers that do not exist"):
        samples.sample(waivers=())


def test_an_answer_that_fails_without_saying_why_is_refused() -> None:
    changed = json.loads(document.dumps(samples.sample()))
    failed = next(a for a in changed["answers"] if a["outcome"] == "FAIL")
    del failed["message"]
    with pytest.raises(
        BrokenRunError, match=r'\$\.answers\[6\]: "message" is a required property; make it again'
    ):
        document.loads(json.dumps(changed), origin="old.json")


FROZEN = Path(__file__).parent / "frozen" / "evidence-2026-11.json"


@pytest.mark.parametrize("form", report.FORMATS)
def test_evidence_of_before_clauses_and_settings_is_read_and_rendered(form: str) -> None:
    old = document.load(FROZEN)
    assert old.clauses == ()
    assert all(policy.settings == {} for policy in old.policies)
    assert report.render(old, form)


def test_a_policy_cites_its_clauses_with_their_texts() -> None:
    evidence = samples.sample()
    assert evidence.cited(evidence.policies[0]) == (
        "MQ-1 Every queue is FIFO",
        "SEC-1 Everything is encrypted",
    )
    without = dataclasses.replace(evidence, clauses=())
    assert without.cited(without.policies[0]) == ("MQ-1", "SEC-1")
