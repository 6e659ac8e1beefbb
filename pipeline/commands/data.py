"""The data set: ask it with SQL."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import query
from pipeline.commands.options import Json, Stack, read_date
from pipeline.console import answer_json, answer_table, say
from pipeline.dataset import Part
from pipeline.deployment import load
from pipeline.names import Feed
from pipeline.target import Target, target

app = typer.Typer()


@app.command("query")
def query_(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="A query in DuckDB's SQL.")],
    parquet: Annotated[
        Path | None, typer.Option("--parquet", metavar="FILE", help="Write the rows here.")
    ] = None,
    feed: Annotated[
        str | None, typer.Option(metavar="PARTNER/FEED", help="Look at this feed alone.")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="At this day alone.")
    ] = None,
    restore: Annotated[
        bool, typer.Option("--restore", help="Have what is archived restored from Glacier.")
    ] = False,
    stack: Stack = None,
    as_json: Json = False,
) -> None:
    """Ask the data set with SQL: tables bars and days, views minutes and daily.

    docs/query.md tells what is in them.
    """
    part = Part(
        feed=None if feed is None else Feed.parse(feed),
        day=None if day is None else read_date(day),
    )
    where = target(stack)
    with query.opened(load(where), copy_of(where), part, restore=restore) as connection:
        if parquet is not None:
            rows = query.write(connection, sql, parquet)
            say(f"{rows} rows written to {parquet}")
            return
        found = query.run(connection, sql)
    if as_json:
        answer_json(found.documents())
    else:
        answer_table(f"{len(found.rows)} rows", found.columns, found.table())


def copy_of(where: Target) -> Path:
    """Where a stack's data set is copied to, where DuckDB cannot read the bucket itself."""
    return where.project / ".pipeline" / "data" / where.stack
