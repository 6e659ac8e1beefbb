"""Options that many commands share."""

from datetime import date
from typing import Annotated

import typer

from pipeline.errors import UsageError

Stack = Annotated[str | None, typer.Option(help="A stack on AWS; the local one without it.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Official = Annotated[bool, typer.Option(help="Use Pulumi's own plugins instead of this project's.")]


def read_date(text: str) -> date:
    """A date as `YYYY-MM-DD`; anything else is a UsageError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no date: write YYYY-MM-DD.") from None
