"""Options that many commands share."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import UsageError

Stack = Annotated[str | None, typer.Option(help="A stack on AWS; the local one without it.")]
Project = Annotated[
    Path | None,
    typer.Option(
        help="The Pulumi project's folder; the nearest one with a Pulumi.yaml without it.",
        exists=True,
        file_okay=False,
    ),
]
Local = Annotated[
    bool, typer.Option("--local", help="Use this machine's emulator and plugins in any project.")
]
PolicyConfig = Annotated[
    Path | None,
    typer.Option(
        "--policy-config", help="The policies' settings for this program (JSON).", dir_okay=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Official = Annotated[bool, typer.Option(help="Use Pulumi's own plugins instead of this project's.")]


def read_date(text: str) -> date:
    """A date as `YYYY-MM-DD`; anything else is a UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no date: write YYYY-MM-DD.") from None
