"""Every report says which answers rest on values that only the deployment shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from compliance import report
from compliance.answers import read_answers
from compliance.codec import encode
from compliance.evidence import Outcome
from compliance.reports.html.data import page_data
from tests.compliance import samples
from tests.compliance.samples import FUNCTION

PATH = "worker.deadLetterConfig.targetArn"


def test_the_evidence_says_it_of_the_answer() -> None:
    document = encode(samples.sample())
    (resting,) = [answer for answer in document["answers"] if "basis" in answer]
    assert (resting["policy"], resting["urn"]) == ("queue-fifo", FUNCTION)
    assert (resting["basis"], resting["references"]) == ("reference", [PATH])


@pytest.mark.parametrize("form", ["sarif", "markdown", "html"])
def test_a_report_names_the_value(form: str) -> None:
    assert PATH in report.render(samples.sample(), form)


def test_the_matrix_tells_it_of_its_answer() -> None:
    data = page_data(samples.sample())
    assert f"Basis: reference ({PATH})" in data["texts"]


def test_a_comment_names_twenty_values_and_counts_the_rest() -> None:
    many = tuple(f"worker.p{number:02}" for number in range(23))
    evidence = samples.sample()
    answers = tuple(
        samples.answer(a.policy, a.urn, Outcome.PASS, basis="reference", references=many)
        if a.references
        else a
        for a in evidence.answers
    )
    text = report.render(samples.sample(answers=answers), "markdown")
    assert "`worker.p19` and 3 more" in text
    assert "worker.p20" not in text


def test_it_is_read_from_the_packs_answers(tmp_path: Path) -> None:
    line = {"policy": "p", "urn": "u", "answer": "PASS", "basis": "reference", "references": [PATH]}
    file = tmp_path / "answers.jsonl"
    file.write_text(json.dumps(line) + "\n")
    (answer,) = read_answers(file)
    assert answer.references == (PATH,)
