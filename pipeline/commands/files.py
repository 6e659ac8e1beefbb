"""Files: send them, ask what became of them, read their results, make synthetic ones."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import bars, files, sample, status
from pipeline.commands.options import Json, Stack, read_date
from pipeline.console import Changes, answer, answer_json, answer_table, say
from pipeline.deployment import load
from pipeline.errors import CommandError
from pipeline.names import Feed
from pipeline.results import SUMMARY_COLUMNS, Results, summary_rows
from pipeline.status import StatusApi, Subject
from pipeline.target import target

app = typer.Typer()


@app.command()
def send(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files or folders.")],
    partner: Annotated[str, typer.Option(help="The partner's name.")],
    feed: Annotated[str, typer.Option(help="The feed's name.")],
    sequence: Annotated[
        int | None, typer.Option(help="The first file's number; the others count on.")
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Upload a partner's files."""
    into = Feed.parse(f"{partner}/{feed}")
    uploads = files.plan(files.find(paths), into, sequence)
    sent = files.send(load(target(stack)), uploads)
    if as_json:
        answer_json([one.document() for one in sent])
    else:
        for one in sent:
            answer(f"{one.upload.status}  {one.version_id}")


@app.command("status")
def status_(
    subject: Annotated[str, typer.Argument(metavar="PARTNER/FEED[/FILE]")],
    watch: Annotated[bool, typer.Option(help="Ask until the answer is final.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Seconds to watch.")] = 300.0,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """What became of a file or a feed.

    Exit code 0: aggregated; 3: rejected, failed or skipped; 4: still moving.
    """
    about = Subject.parse(subject)
    deployment = load(target(stack))
    api = StatusApi(deployment, about.feed.partner)
    if watch:
        changes = Changes(subject)
        found = status.watch(
            lambda: api.ask(about), timeout, lambda a: changes.tell(status.summary(a))
        )
    else:
        found = api.ask(about)
    if found is None:
        raise CommandError(f"Nothing is known of {subject}: has it been sent?")
    if as_json:
        answer_json(found)
    else:
        for line in status.describe(found, deployment.output("bucketName")):
            answer(line)
    raise typer.Exit(status.verdict(found))


@app.command()
def results(
    feed: Annotated[str, typer.Argument(metavar="PARTNER/FEED")],
    day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="Trading day, UTC.")],
    bars_file: Annotated[
        Path | None,
        typer.Option("--bars", help="Write the one-minute bars here, .parquet or .csv."),
    ] = None,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """The day's summary per symbol."""
    if bars_file is not None:
        bars.check_name(bars_file)
    about, asked = Feed.parse(feed), read_date(day)
    found = Results(load(target(stack)), about)
    summary = found.day(asked)
    if bars_file is not None:
        merged = found.bars(asked)
        bars.write(merged, bars_file)
        say(f"{len(merged)} bars written to {bars_file}")
    if as_json:
        answer_json(summary)
    else:
        columns = ("symbol", *(f">{name}" for name in SUMMARY_COLUMNS))
        answer_table(f"{feed} on {day} (UTC)", columns, summary_rows(summary))


@app.command("sample")
def sample_(
    output: Annotated[Path, typer.Option(help="The folder to write into.")] = Path("sample"),
    day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD")] = "2026-01-05",
    rows: Annotated[int, typer.Option(min=1, help="Trades per feed.")] = 12_000,
    per_feed: Annotated[int, typer.Option("--files", min=1, help="Files per feed.")] = 3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    as_json: Json = False,
) -> None:
    """Write files of synthetic trades (generated; no real market data)."""
    made = sample.write(output, day=read_date(day), files=per_feed, rows=rows, seed=seed)
    say("These trades are synthetic: the symbols are invented, the prices random walks.")
    if as_json:
        answer_json([one.document() for one in made])
    else:
        for one in made:
            answer(str(one.path))
