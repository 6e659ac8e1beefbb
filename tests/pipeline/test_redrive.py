"""What an operator is told of dead letters, and asked before they are moved."""

import io
from contextlib import nullcontext
from typing import Any

import pytest
import typer

from pipeline import redrive
from pipeline.commands import feeds
from pipeline.deployment import Deployment
from pipeline.errors import UsageError
from pipeline.redrive import Letter


def letter(number: int | None) -> Letter:
    """A letter about a file; without a number, one that nothing can take up again."""
    return {
        **{"function": "processor", "messageId": f"m-{number}", "redrivable": number is not None},
        **{"feed": number and "acme/x", "number": number, "file": number and f"{number}/a.csv"},
    }


class Program:
    """Answers as the operator's program does, and remembers what it was asked."""

    def __init__(self, seen: list[Letter], moved: list[Letter], unseen: int = 0) -> None:
        self.answers: dict[str, Any] = {
            "look": {"seen": seen, "unseen": unseen},
            "redrive": {"moved": moved},
        }
        self.asked: list[str] = []

    def ask(self, _deployment: Deployment, command: str, **_arguments: object) -> dict[str, Any]:
        self.asked.append(command)
        answer: dict[str, Any] = self.answers[command]
        return answer

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "Program":
        monkeypatch.setattr(redrive, "ask", self.ask)
        monkeypatch.setattr(feeds, "load", lambda _: Deployment(outputs={}, session=None))
        return self


def test_what_is_seen_and_moved_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Program([letter(1), letter(None)], [letter(1)], unseen=3).install(monkeypatch)
    feeds.redrive("processor", yes=True)
    said = capsys.readouterr().err
    assert "acme/x 1 1/a.csv" in said
    assert "m-None: nothing that can be taken up again" in said
    assert "3 more cannot be seen yet" in said
    assert "2 dead letters seen, 1 moved back." in said


def test_letters_that_another_command_took_meanwhile_are_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    Program([letter(1), letter(2), letter(None)], []).install(monkeypatch)
    feeds.redrive("processor", yes=True)
    said = capsys.readouterr().err
    assert "2 were taken by another command meanwhile" in said
    assert "3 dead letters seen, 0 moved back." in said


def test_a_dry_run_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program([letter(1)], []).install(monkeypatch)
    feeds.redrive("processor", dry_run=True)
    assert program.asked == ["look"]


def test_where_nobody_can_be_asked_nothing_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program([letter(1)], []).install(monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError, match="say --yes"):
        feeds.redrive("processor")
    assert program.asked == ["look"]


@pytest.mark.parametrize(("words", "moved"), [("y\n", 1), ("yes\n", 1), ("n\n", 0), ("\n", 0)])
def test_an_answer_that_is_piped_counts(
    monkeypatch: pytest.MonkeyPatch, words: str, moved: int
) -> None:
    program = Program([letter(1)], [letter(1)]).install(monkeypatch)
    monkeypatch.setattr("sys.stdin", io.StringIO(words))
    with nullcontext() if moved else pytest.raises(typer.Abort):
        feeds.redrive("processor")
    assert program.asked == ["look", "redrive"][: 1 + moved]
