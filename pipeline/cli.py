"""The command line's words; what they do is in the modules beside this one."""

import os
import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from compliance.errors import BrokenRunError
from local.emulator.process import EmulatorError
from pipeline import bars, checking, files, logs, sample, status, up
from pipeline import demo as demonstration
from pipeline.console import Changes, answer, answer_json, answer_table, complain, say
from pipeline.deployment import load
from pipeline.errors import CommandError, Exit, UsageError
from pipeline.names import Feed
from pipeline.results import SUMMARY_COLUMNS, Results, summary_rows
from pipeline.status import StatusApi, Subject
from pipeline.target import target

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The market-data pipeline: deployed under its policy pack, here or on AWS.",
)

Stack = Annotated[str | None, typer.Option(help="A stack on AWS; the local one without it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Official = Annotated[bool, typer.Option(help="Use Pulumi's own plugins instead of this project's.")]


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """The options of every command; `main` looks for this one itself, as errors end there."""
    del debug


@app.command("up")
def up_(stack: Stack = None, official_plugins: Official = False, as_json: Json = False) -> None:
    """Preview under the pack and the plan gate, deploy, write cfn-outputs/flat-outputs.json."""
    evidence, outputs = up.up(target(stack, official_plugins=official_plugins))
    if not outputs:
        checking.show(evidence)
        raise typer.Exit(checking.exit_code(evidence))
    if as_json:
        answer_json(dict(outputs))


@app.command()
def destroy(
    stack: Stack = None,
    yes: Annotated[bool, typer.Option(help="Do it without asking.")] = False,
    official_plugins: Official = False,
) -> None:
    """Delete everything the stack made."""
    chosen = target(stack, official_plugins=official_plugins)
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("destroy deletes every file and result; say --yes to do it.")
        typer.confirm(f"Delete stack {chosen.stack} with every file and result?", abort=True)
    up.destroy(chosen)


@app.command()
def stop() -> None:
    """Stop the emulator; its state stays for the next `pipeline up`."""
    say("Stopped." if up.stop_emulator(target(None)) else "The emulator was not running.")


@app.command()
def outputs(stack: Stack = None, as_json: Json = False) -> None:
    """The stack's outputs."""
    found = load(target(stack)).outputs
    if as_json:
        answer_json(dict(found))
    else:
        for name, value in found.items():
            answer(f"{name}={value}")


@app.command()
def env(stack: Stack = None) -> None:
    """Print `export` lines: after eval, pulumi and AWS clients talk to this stack."""
    caller = dict(os.environ)
    for line in target(stack).exports(caller):
        answer(line)


@app.command("logs")
def logs_(
    function: Annotated[str, typer.Argument(help="validator, processor, aggregator or status.")],
    follow: Annotated[bool, typer.Option(help="Go on with new lines until interrupted.")] = False,
    since: Annotated[float, typer.Option(help="Minutes back to begin.")] = 60.0,
    stack: Stack = None,
) -> None:
    """A function's log."""
    for line in logs.lines(load(target(stack)), function, since=since * 60, follow=follow):
        answer(line)


@app.command()
def check(
    stack: Stack = None,
    official_plugins: Official = False,
    as_json: Json = False,
) -> None:
    """Judge the stack by the policy pack and the plan gate, before anything exists."""
    evidence = checking.check(target(stack, official_plugins=official_plugins))
    checking.show(evidence)
    raise typer.Exit(checking.exit_code(evidence))


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
    timeout: Annotated[float, typer.Option(help="Seconds to watch.")] = 300.0,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """What became of a file or a feed.

    Exit code 0: aggregated; 3: rejected, failed or skipped; 4: still moving.
    """
    about = Subject.parse(subject)
    api = StatusApi(load(target(stack)), about.feed.partner)
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
        for line in status.describe(found):
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
    found = Results(load(target(stack)), Feed.parse(feed))
    aggregate = found.day(_date(day))
    if bars_file is not None:
        merged = bars.merge(found.bars(aggregate))
        bars.write(merged, bars_file)
        say(f"{len(merged)} bars written to {bars_file}")
    if as_json:
        answer_json(aggregate)
    else:
        columns = ("symbol", *(f">{name}" for name in SUMMARY_COLUMNS))
        answer_table(f"{feed} on {day} (UTC)", columns, summary_rows(aggregate))


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
    made = sample.write(output, day=_date(day), files=per_feed, rows=rows, seed=seed)
    say("These trades are synthetic: the symbols are invented, the prices random walks.")
    if as_json:
        answer_json([one.document() for one in made])
    else:
        for one in made:
            answer(str(one.path))


@app.command()
def demo(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Your own files.")
    ] = None,
) -> None:
    """Deploy here, process files, show everything, and leave nothing running."""
    raise typer.Exit(demonstration.run(target(None), paths or []))


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no date: write YYYY-MM-DD.") from None


def main() -> None:
    """Run the command line and end the process with the exit code of docs/architecture.md."""
    sys.exit(_run())


def _run() -> int:
    failure: Exception
    try:
        app()
    except CommandError as error:
        failure, code = error, error.code
    except BrokenRunError as error:
        failure, code = error, Exit.BROKEN
    except (BotoCoreError, ClientError, EmulatorError, OSError) as error:
        failure, code = error, Exit.NOT_CARRIED_OUT
    except KeyboardInterrupt:
        return 130
    if "--debug" in sys.argv:
        raise failure
    complain(str(failure))
    return code
