"""The one door for output: answers on standard output, everything else on standard error."""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from pipeline.errors import CommandError, UsageError

progress = Console(stderr=True, highlight=False)
# Keys and messages are others' words: what in them would steer a terminal is shown as a blot.
_STEERING = dict.fromkeys({*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}, "\ufffd")


class Step:
    """A piece of work under way; `note` says what it is at, `result` what came of it."""

    def __init__(self, title: str, status: Status | None) -> None:
        self.title = title
        self.outcome = ""
        self._status = status

    def note(self, text: str) -> None:
        """Show where the work stands, on a terminal only: a log needs the results alone."""
        if self._status is not None:
            self._status.update(f"{escape(self.title)} [dim]{escape(text)}[/dim]")

    def result(self, text: str) -> None:
        """Say with the closing line what came of the work."""
        self.outcome = text


@contextmanager
def step(title: str) -> Iterator[Step]:
    """Announce a piece of work and, when it ends, say how long it took.

    Args:
        title: What is being done, such as "Deploying stack local".
    """
    began = time.monotonic()
    if progress.is_terminal:
        with progress.status(escape(title)) as status:
            current = Step(title, status)
            yield current
    else:
        progress.print(f"  {escape(title)} …")
        current = Step(title, None)
        yield current
    outcome = f": {current.outcome}" if current.outcome else ""
    seconds = f"{time.monotonic() - began:.1f} s"
    line = f"[green]✓[/green] {escape(title + outcome)} [dim]({seconds})[/dim]"
    progress.print(line, soft_wrap=True)


def say(text: str) -> None:
    """Print one line for the person at the terminal, on standard error."""
    progress.print(escape(text.translate(_STEERING)), soft_wrap=True)


def complain(text: str) -> None:
    """Print an error on standard error."""
    progress.print(f"[red]Error:[/red] {escape(text.translate(_STEERING))}", soft_wrap=True)


def ask(question: str, *, otherwise: str) -> None:
    """Go on only where the person at the terminal, or what is piped in, agrees.

    Args:
        question: To be answered with yes or no.
        otherwise: What to do where nobody can answer.

    Raises:
        UsageError: Nobody answers; the message is `otherwise`.
        typer.Abort: The answer is no.
    """
    progress.print(escape(f"{question} [y/N]: "), end="")
    line = sys.stdin.readline() if sys.stdin else ""
    if not line:
        progress.print()
        raise UsageError(otherwise)
    if line.strip().lower() not in {"y", "yes"}:
        raise typer.Abort


def answer(text: str) -> None:
    """Print a line of the command's answer on standard output, exactly as it is."""
    if not sys.stdout:
        raise CommandError("Standard output is closed: there is nowhere to answer to.")
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def answer_json(document: object) -> None:
    """Print the command's answer as one JSON document."""
    answer(json.dumps(document, indent=2, ensure_ascii=False))


def answer_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the command's answer as a table, never cut off; `>name` aligns a column right."""
    table = [[column.lstrip(">") for column in columns], *rows]
    widths = [max(map(cell_len, cells)) for cells in zip(*table, strict=True)]
    answer(f"\n{title}")
    for row in table:
        cells = [
            " " * (width - cell_len(cell)) + cell
            if column.startswith(">")
            else cell + " " * (width - cell_len(cell))
            for column, width, cell in zip(columns, widths, row, strict=True)
        ]
        answer("  " + "  ".join(cells).rstrip())


class Changes:
    """Tells, on standard error, each new state of something and how long it took to get there.

    Args:
        what: Whose states they are.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._last = ""
        self._began = time.monotonic()

    def tell(self, state: str) -> None:
        """Print the state if it is a new one."""
        if state != self._last:
            self._last = state
            say(f"{time.monotonic() - self._began:6.1f} s  {self._what}: {state}")
