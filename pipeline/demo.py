"""The whole story in one command: deploy, send, watch, read the results, take it all down."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from compliance import report
from local import environment
from local.emulator import process
from pipeline import checking, emulator, files, plot, query, sample, status, up
from pipeline.board import follow
from pipeline.console import answer_table, say, step
from pipeline.dataset import Part, copy_of
from pipeline.deployment import Deployment, load
from pipeline.errors import Exit, UsageError
from pipeline.files import Upload
from pipeline.names import Feed
from pipeline.results import SUMMARY_COLUMNS, Results, summary_rows
from pipeline.target import Target

PARTNER, FEED = "acme", "demo"
_TIMEOUT = 300.0  # seconds
_REASONS_SHOWN = 3


def run(target: Target, paths: Sequence[Path]) -> Exit:
    """Run the demonstration on the local stack and leave the machine as it was found.

    A local stack that was deployed before is used and kept; else the demonstration's own is
    destroyed at the end. The emulator is stopped unless it ran before.

    Args:
        target: The local stack.
        paths: The user's own files; none means the synthetic sample.

    Returns:
        DONE if every file was aggregated, REFUSED if one was not or the pack refuses the stack.
    """
    if not target.own:
        raise UsageError(f"The demonstration is this project's own, not that of {target.name}.")
    uploads = _own(paths) if paths else _sample(target)
    ran = process.status(environment.emulator_state(target.project)) is not None
    kept = up.deployed(target)
    try:
        evidence, outputs = up.up(target)
        if outputs is None:
            checking.show(evidence)
            return checking.exit_code(evidence)
        deployment = load(target)
        sent = files.send(deployment, uploads)
        with step("Through the pipeline") as current:
            answers = follow(deployment, sent, timeout=_TIMEOUT)
            current.result(status.summary({"files": answers}))
        _show_files(uploads, answers)
        days = _show_days(deployment, uploads)
        checking.show_counts(evidence)
        report.prepare(_reports(target))
        report.write(evidence, _reports(target))
        pictures = _draw(target, deployment, days[:1])
    finally:
        try:
            if not kept:
                up.destroy(target, keep_outputs=True)
        finally:
            if not ran and emulator.stop(target):
                say("The emulator is stopped; nothing is left running.")
    _show_what_is_next(target, pictures)
    aggregated = all(answer["status"] == "AGGREGATED" for answer in answers)
    return Exit.DONE if aggregated else Exit.REFUSED


def _own(paths: Iterable[Path]) -> list[Upload]:
    """The user's files as one sequenced feed, in the order given."""
    return files.plan(files.find(paths), Feed(partner=PARTNER, name=FEED), sequence=1)


def _sample(target: Target) -> list[Upload]:
    """The synthetic files of several feeds."""
    folder = target.project / ".pipeline" / "sample"
    with step("Writing sample files of synthetic trades (no real market data)") as current:
        made = sample.write(folder, day=date(2026, 1, 5), files=3, rows=12_000, seed=1)
        current.result(f"{len(made)} files in {folder.relative_to(target.project)}")
    uploads: list[Upload] = []
    for file in made:
        uploads += files.plan(
            [file.path], Feed(partner=file.partner, name=file.feed), file.sequence
        )
    return uploads


def _show_files(uploads: Sequence[Upload], answers: Sequence[dict[str, Any]]) -> None:
    """Each file's status, and why a file was rejected."""
    rows = [
        (upload.status, answer["status"], str(answer.get("rows") or ""), status.waiting(answer))
        for upload, answer in zip(uploads, answers, strict=True)
    ]
    answer_table("What became of each file", ("file", "status", ">rows", ""), rows)
    for upload, answer in zip(uploads, answers, strict=True):
        if answer.get("rejects"):
            for fault in answer["rejects"]["first"][:_REASONS_SHOWN]:
                say(f"  {upload.status}: {status.fault(fault)}")


def _show_days(deployment: Deployment, uploads: Sequence[Upload]) -> list[tuple[Feed, date, str]]:
    """Each feed's days per symbol; returns which there are."""
    found = []
    for feed in sorted({upload.feed for upload in uploads}, key=str):
        results = Results(deployment, feed)
        rows = [
            (day, *row)
            for day in results.days()
            for row in summary_rows(results.day(date.fromisoformat(day)))
        ]
        found += [(feed, date.fromisoformat(day), symbol) for day, symbol, *_ in rows]
        if rows:
            columns = ("day (UTC)", "symbol", *(f">{name}" for name in SUMMARY_COLUMNS))
            answer_table(f"{feed}: the day per symbol", columns, rows)
    return found


def _draw(
    target: Target, deployment: Deployment, days: Iterable[tuple[Feed, date, str]]
) -> list[tuple[str, Path]]:
    """Pictures of days, with what each shows; they stay when the stack is gone."""
    drawn = []
    for feed, day, symbol in days:
        path = _reports(target) / "day.html"
        with query.opened(deployment, copy_of(target), Part(feed=feed, day=day)) as connection:
            minutes = plot.candles(connection, symbol)
        plot.write(path, f"{symbol}, {feed}, {day}", minutes)
        drawn.append((f"{symbol} on {day}", path))
    return drawn


def _reports(target: Target) -> Path:
    return target.project / "reports"


def _show_what_is_next(target: Target, pictures: Iterable[tuple[str, Path]]) -> None:
    say("\nTo look at, in a browser:")
    for title, path in (("what the pack found", _reports(target) / "report.html"), *pictures):
        say(f"  {title}: {path.as_uri()}")
    say("\nWhat to do next:")
    say("  .venv/bin/pipeline up      # deploy a stack that stays")
    say("  .venv/bin/pipeline demo    # send it these files again")
    say('  .venv/bin/pipeline query "from daily"    # ask its results with SQL (docs/query.md)')
