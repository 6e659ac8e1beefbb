"""Feeds that are held up: look, skip, try again, and move dead letters back."""

from typing import Annotated, Any

import typer

from pipeline.commands.options import Json, Stack
from pipeline.console import answer, answer_json, answer_table, ask, say
from pipeline.deployment import FUNCTIONS, function_name, load
from pipeline.errors import UsageError
from pipeline.feeds import Operator
from pipeline.names import Feed
from pipeline.redrive import DeadLetterQueue, Letter
from pipeline.target import target

app = typer.Typer()
feed = typer.Typer(help="A feed that is held up: look at it, skip a number, try one again.")
app.add_typer(feed, name="feed")

FeedName = Annotated[str, typer.Argument(metavar="PARTNER/FEED")]
Number = Annotated[int, typer.Argument(min=1, help="The number in the feed's order.")]
Reason = Annotated[str, typer.Option(help="Why; kept with the feed.")]


@feed.command()
def show(name: FeedName, stack: Stack = None, as_json: Json = False) -> None:
    """The feed's cursors, what is held up, and what an operator did to it."""
    about = Feed.parse(name)
    found = Operator(load(target(stack)), about).show()
    if as_json:
        answer_json(found)
        return
    cursors = ", ".join(f"{stage} {number}" for stage, number in found["cursors"].items())
    answer(f"{name}: {found['kind']}, highest {found['highest']}; complete up to: {cursors}")
    held = [
        (str(n["number"]), n["status"], n["file"], ", ".join(n["parked"])) for n in found["numbers"]
    ]
    if held:
        answer_table("Held up", (">number", "status", "file", "parked at"), held)
    tried = [
        (a["stage"], str(a["number"]), str(a["attempt"]), a["dueAt"], a["reason"], a["messageId"])
        for a in found.get("attempts", [])
    ]
    if tried:
        titles = ("stage", ">number", ">attempt", "tried again", "reason", "message")
        answer_table("At work, or failed", titles, tried)
    if found["more"]:
        answer("and more behind them")
    done = [(_run(a), a["command"], a["by"], a["at"], a["reason"]) for a in found["operator"]]
    if done:
        answer_table("Done by operators", (">numbers", "", "by", "at", "reason"), done)
    for rest in found["unfinished"]:
        say(f"The skip of {_run(rest)} was interrupted and is not in force yet: repeat it.")


def _run(numbers: dict[str, Any]) -> str:
    """An interval of numbers in words."""
    first, last = numbers["from"], numbers["through"]
    return f"{first} to {last}" if last > first else f"{first}"


@feed.command()
def skip(
    name: FeedName,
    number: Number,
    reason: Reason,
    through: Annotated[int | None, typer.Option(help="Skip all up to this number.")] = None,
    stack: Stack = None,
) -> None:
    """Let the feed go on without a number."""
    about = Feed.parse(name)
    numbers = range(number, (through or number) + 1)
    if not numbers:
        raise UsageError(f"--through {through} lies before {number}.")
    woken = Operator(load(target(stack)), about).skip(numbers, reason)
    skipped = _run({"from": number, "through": numbers[-1]})
    say(f"{name} goes on without {skipped}. Woken: {', '.join(woken) or 'nothing waited'}.")


@feed.command()
def retry(name: FeedName, number: Number, reason: Reason, stack: Stack = None) -> None:
    """Take a number up again where it stopped."""
    about = Feed.parse(name)
    say(Operator(load(target(stack)), about).retry(number, reason))


@app.command()
def redrive(
    function: Annotated[str, typer.Argument(help=f"One of {', '.join(FUNCTIONS)}.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show, and change nothing.")] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Move a function's dead letters back, in feed order."""
    function_name(function)
    queue = DeadLetterQueue(load(target(stack)), function)
    found, unseen = queue.look()
    for letter in found:
        say(_tell(letter))
    if unseen:
        say(
            f"  {unseen} more cannot be seen yet: a queue shows ten of a group at a time, and none "
            "for a minute after a command that looked at them was killed"
        )
    moved: list[Letter] = []
    if found and not dry_run:
        if not yes:
            how = "redrive asks first, and nobody can answer here: say --yes or --dry-run."
            if as_json:
                raise UsageError(how)
            behind = f" and what is behind them (about {unseen})" if unseen else ""
            ask(f"Move {len(_movable(found))}{behind} back?", otherwise=how)
        moved = queue.redrive()
        held = _movable(found) - _movable(moved)
        if held:
            say(f"  {len(held)} were taken by another command meanwhile: look again in a minute")
    say(f"{len(found)} dead letters seen, {len(moved)} moved back.")
    if as_json:
        answer_json({"seen": found, "unseen": unseen, "moved": moved})


def _movable(letters: list[Letter]) -> set[str]:
    return {letter["messageId"] for letter in letters if letter["redrivable"]}


def _tell(letter: Letter) -> str:
    if not letter["redrivable"]:
        return f"  {letter['messageId']}: nothing that can be taken up again; it stays"
    return f"  {letter['feed'] or ''} {letter['number'] or ''} {letter['file']}".rstrip()
