"""Partners' files before they are sent: what the pipeline would make of them."""

from pathlib import Path
from typing import Annotated

import typer

import formats as shipped_formats
from pipeline import inspection
from pipeline.commands.options import Json
from pipeline.console import answer_json, answer_table
from pipeline.errors import Exit

app = typer.Typer()


@app.command("inspect")
def inspect_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="The files to try.")],
    form: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="NAME|PATH",
            help="Read them by this format, by name or path; without it all shipped are tried.",
        ),
    ] = None,
    rows: Annotated[int, typer.Option(min=0, help="How many trades of each to show.")] = 10,
    path: Annotated[
        str | None,
        typer.Option(help="The key behind the feed, where the format reads more than the name."),
    ] = None,
    non_positive_prices: Annotated[
        bool, typer.Option("--non-positive-prices", help="As in a feed that declares it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Read files with the functions' own code, on this machine: nothing is sent or deployed.

    Exit code 0: the pipeline would take them all; 3: it would reject one.
    """
    chosen = inspection.find(form) if form else None
    found = inspection.inspect(
        files, chosen, rows=rows, path=path, non_positive=non_positive_prices
    )
    if as_json:
        answer_json(found[0] if len(found) == 1 else {"files": found})
    else:
        for document in found:
            inspection.show(document)
    taken = all(map(inspection.accepted, found))
    raise typer.Exit(Exit.DONE if taken else Exit.REFUSED)


@app.command("formats")
def formats_(as_json: Json = False) -> None:
    """The formats of files that are shipped; docs/formats.md tells how to write another."""
    known = shipped_formats.shipped()
    if as_json:
        answer_json(
            {name: {"title": one.body["title"], "hash": one.hash} for name, one in known.items()}
        )
    else:
        rows = [(name, one.hash[:12], one.body["title"]) for name, one in known.items()]
        answer_table("Formats of files", ("format", "hash", "whose files"), rows)
