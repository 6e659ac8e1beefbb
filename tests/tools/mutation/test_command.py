"""`python -m tools.mutation`: what it writes, and how it ends."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from compliance.errors import BrokenRunError
from tests.tools.mutation.test_report import KILLED, SURVIVED, report
from tools.mutation import __main__ as command
from tools.mutation.preview import NotCompliantError
from tools.mutation.report import Report


def ends(
    monkeypatch: pytest.MonkeyPatch, run: Callable[[], Report], folder: Path, *words: str
) -> int:
    monkeypatch.setattr(command, "_run", run)
    return command.main(["--output", str(folder), *words])


def raising(error: Exception) -> Callable[[], Report]:
    def run() -> Report:
        raise error

    return run


def test_a_clean_run_ends_with_0_and_two_reports(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ends(monkeypatch, lambda: report(KILLED), tmp_path / "reports") == 0
    assert json.loads((tmp_path / "reports" / "mutation.json").read_text())["passed"] is True
    assert "1 of 1 mutants" in (tmp_path / "reports" / "mutation.md").read_text()


def test_a_survivor_is_told_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, lambda: report(KILLED, SURVIVED), tmp_path) == 1
    assert "queue-fifo let it pass" in capsys.readouterr().err


def test_json_is_one_document_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ends(monkeypatch, lambda: report(KILLED, SURVIVED), tmp_path, "--json")
    printed = capsys.readouterr()
    assert json.loads(printed.out)["score"]["owned"] == 2
    assert "mutants killed" in printed.err


def test_a_stack_that_breaks_rules_by_itself_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ends(monkeypatch, raising(NotCompliantError("queue-fifo on one")), tmp_path) == 1
    assert "queue-fifo on one" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_broken_preview_ends_with_6_and_no_report(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ends(monkeypatch, raising(BrokenRunError("no engine")), tmp_path) == 6
    assert list(tmp_path.iterdir()) == []
