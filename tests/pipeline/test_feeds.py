"""What an operator's words must be, and the words in which the ledger's refusals are told."""

from typing import Any
from unittest.mock import Mock

import pytest

from pipeline import feeds
from pipeline.commands import feeds as commands
from pipeline.deployment import Deployment
from pipeline.errors import CommandError, Exit, UsageError
from pipeline.feeds import Operator
from pipeline.names import Feed
from pipeline.operator import RefusedError


@pytest.fixture
def operator() -> Operator:
    outputs = {"region": "us-east-1", "tableName": "status-table-x"}
    feed = Feed(partner="acme", name="us-equities")
    return Operator(Deployment(outputs=outputs, session=Mock()), feed)


@pytest.mark.parametrize(
    "reason",
    ["", " ", "two\nlines", "two\u2028lines", "\x1b[31mred", "not UTF-8: \udcff", "x" * 501],
    ids=lambda reason: ascii(reason)[:20],
)
def test_a_reason_that_cannot_be_kept_is_wrong_words(reason: str, operator: Operator) -> None:
    with pytest.raises(UsageError, match="reason"):
        operator.skip(range(1, 2), reason)
    with pytest.raises(UsageError, match="reason"):
        operator.retry(1, reason)


@pytest.mark.parametrize(
    ("refusal", "code", "words"),
    [
        ({"why": "no-feed"}, 1, "has had no file yet"),
        ({"why": "undecided"}, 1, "has been found valid yet"),
        ({"why": "beyond", "number": 7}, 2, "no number above 7"),
        ({"why": "passed", "number": 7}, 1, "Number 7 of acme/us-equities holds nothing up"),
        ({"why": "counts", "number": 7}, 1, "`pipeline feed retry acme/us-equities 7 --reason …`"),
        ({"why": "nothing-has", "number": 7}, 1, "Nothing with number 7 has come"),
        ({"why": "invalid", "number": 7, "file": "7/a.csv"}, 1, "7/a.csv was rejected, and would"),
        ({"why": "never-valid", "number": 7, "file": "7/a.csv"}, 1, "send it anew"),
        ({"why": "of another version", "number": 7}, 1, "of another version"),
    ],
    ids=lambda value: value.get("why") if isinstance(value, dict) else "",
)
def test_what_the_ledger_refuses_is_told_in_words(
    refusal: dict[str, Any],
    code: int,
    words: str,
    operator: Operator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(feeds, "ask", Mock(side_effect=RefusedError(refusal)))
    with pytest.raises(CommandError, match=r"\S") as caught:
        operator.retry(7, "why not")
    assert words in str(caught.value)
    assert caught.value.code == Exit(code)


def test_how_a_feed_stands_is_told_in_tables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    parked = ["validator"]
    act = {
        "command": "skip",
        "from": 1,
        "through": 9,
        "at": "today",
        "by": "jo",
        "reason": "x",
    }
    shown = {
        **{"kind": "sequenced", "highest": 12, "cursors": {"validator": 9, "processor": 9}},
        "numbers": [{"number": 11, "file": "11/a", "status": "WAITING", "parked": parked}],
        **{"operator": [act], "unfinished": [{"from": 10, "through": 10}], "more": True},
    }
    monkeypatch.setattr(feeds, "ask", lambda *_, **__: shown)
    monkeypatch.setattr(commands, "load", lambda _: Deployment(outputs={}, session=Mock()))
    commands.show("acme/x")
    told = capsys.readouterr()
    assert "sequenced, highest 12; complete up to: validator 9, processor 9" in told.out
    for line in (["11", "WAITING", "11/a", "validator"], ["1 to 9", "skip", "jo", "today"]):
        assert any(all(cell in row for cell in line) for row in told.out.splitlines()), told.out
    assert "and more behind them" in told.out
    assert "The skip of 10 was interrupted and is not in force yet: repeat it." in told.err
