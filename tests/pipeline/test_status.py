"""An answer's meaning, and how long to ask for it."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import requests

from pipeline import status
from pipeline.errors import Exit, UsageError
from pipeline.status import Subject


def feed(*states: str) -> dict[str, Any]:
    return {"files": [{"file": f"{n}.csv", "status": state} for n, state in enumerate(states)]}


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"status": "AGGREGATED"}, Exit.DONE),
        ({"status": "REJECTED"}, Exit.REFUSED),
        ({"status": "FAILED"}, Exit.REFUSED),
        ({"status": "SKIPPED"}, Exit.REFUSED),
        ({"status": "WAITING"}, Exit.UNSETTLED),
        ({"status": "PROCESSED"}, Exit.UNSETTLED),
        (None, Exit.UNSETTLED),
        (feed("AGGREGATED", "AGGREGATED"), Exit.DONE),
        (feed("AGGREGATED", "REJECTED"), Exit.REFUSED),
        (feed("AGGREGATED", "RECEIVED"), Exit.UNSETTLED),
        (feed(), Exit.UNSETTLED),
    ],
)
def test_an_answer_means_an_exit_code(answer: dict[str, Any] | None, code: Exit) -> None:
    assert status.verdict(answer) is code


class Answers:
    """Gives one answer after the other, the last for ever, and a clock that each moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: dict[str, Any] | None) -> None:
        self.now = 0.0
        self.asked = 0
        self._answers: Iterator[dict[str, Any] | None] = iter(answers)
        self._last: dict[str, Any] | None = None
        monkeypatch.setattr("pipeline.status.time.monotonic", lambda: self.now)
        monkeypatch.setattr("pipeline.status.time.sleep", self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> dict[str, Any] | None:
        self.asked += 1
        self._last = next(self._answers, self._last)
        return self._last


def states(*names: str) -> list[dict[str, Any]]:
    return [{"status": name} for name in names]


def test_watching_ends_with_the_final_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch, None, *states("RECEIVED", "VALIDATED", "AGGREGATED"))
    shown: list[Any] = []
    assert status.watch(answers, 60, shown.append) == {"status": "AGGREGATED"}
    assert len(shown) == 4


def test_watching_ends_at_the_timeout_with_the_last_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch, {"status": "PROCESSED"})
    assert status.watch(answers, 60, lambda _: None) == {"status": "PROCESSED"}
    assert answers.now == pytest.approx(60)


def test_a_failure_that_a_last_attempt_mends_is_not_final(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch, *states("FAILED", "FAILED", "PROCESSED", "AGGREGATED"))
    assert status.watch(answers, 60, lambda _: None) == {"status": "AGGREGATED"}


def test_a_failure_that_stands_is_final(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch, {"status": "FAILED"})
    assert status.watch(answers, 600, lambda _: None) == {"status": "FAILED"}
    assert 3 <= answers.now < 10


def test_a_feed_that_a_rejected_file_holds_ends_the_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    held = feed("AGGREGATED", "REJECTED", "WAITING")
    answers = Answers(monkeypatch, feed("AGGREGATED", "RECEIVED"), held)
    assert status.watch(answers, 600, lambda _: None) == held
    assert answers.now < 10


def test_a_feed_with_a_gap_is_watched_to_the_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = Answers(monkeypatch, feed("AGGREGATED", "WAITING"))
    status.watch(answers, 60, lambda _: None)
    assert answers.now == pytest.approx(60)


def test_a_file_of_a_feed_is_addressed_percent_encoded() -> None:
    subject = Subject.parse("acme/us-equities/7/a b%é.csv")
    assert subject.path == "/status/acme/us-equities/7/a%20b%25%C3%A9.csv"


@pytest.mark.parametrize("file", ["a//b.csv", "/a.csv", "../../a.csv", "a/./b.csv"])
def test_a_path_that_clients_would_mend_is_asked_for_as_it_is(file: str) -> None:
    path = Subject.parse(f"acme/us-equities/{file}").path
    assert urlsplit(requests.Request("GET", f"https://api{path}").prepare().url).path == path
    assert unquote(path) == f"/status/acme/us-equities/{file}"
    assert path.count("/") == 4


@pytest.mark.parametrize("text", ["acme", "acme/x/", "ACME/x/y", "", "acme/x/\udcff.csv"])
def test_what_names_neither_feed_nor_file_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        Subject.parse(text)


def test_what_a_file_waits_for_is_said_in_words() -> None:
    before = {"sequence": 6, "file": None, "status": "MISSING"}
    assert status.waiting({"waitingFor": before}) == "waiting for number 6 (MISSING)"


def test_a_feed_says_how_many_wait_and_how_far_they_are_counted() -> None:
    answer = {
        "kind": "sequenced",
        "cursors": {"validator": 1, "processor": 1, "aggregator": 1},
        "gaps": [{"from": 2, "to": 2}],
        "open": {"gaps": 1, "waiting": 10_000, "failed": 3, "countedTo": None, "next": 103},
        "files": [],
    }
    assert status.describe(answer, "uploads-bucket-dev") == [
        "sequenced; complete up to: validator 1, processor 1, aggregator 1",
        "10000 waiting, 3 failed, 1 gaps",
        "missing: 2 to 2",
    ]
    answer["open"] |= {"countedTo": 10_005}  # type: ignore[operator]
    assert status.describe(answer, "uploads-bucket-dev")[1] == (
        "10000 waiting, 3 failed, 1 gaps, up to number 10005 and more behind it"
    )


def test_a_rejected_file_says_what_to_mend_and_how_to_read_its_report() -> None:
    answer = {
        "status": "REJECTED",
        "rejects": {
            "count": 1_200,
            "byReason": {"not a decimal number": 1_199, "missing column": 1},
            "first": [
                {
                    "line": 4,
                    "column": "price",
                    "value": "x",
                    "reason": "not a decimal number",
                    "remedy": "write 181.52",
                }
            ],
            "location": "rejects/acme/us equities/a.csv/v1.jsonl",
        },
        "history": [],
    }
    assert status.describe(answer, "uploads-bucket-dev") == [
        "REJECTED",
        "faults: 1,200; the report: "
        "aws s3 cp 's3://uploads-bucket-dev/rejects/acme/us equities/a.csv/v1.jsonl' -",
        "  1,199 × not a decimal number",  # noqa: RUF001
        "  1 × missing column",  # noqa: RUF001
        "  line 4, price: 'x' not a decimal number. Write 181.52.",
    ]
