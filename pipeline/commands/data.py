"""The data set: ask it with SQL."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline import query
from pipeline.commands.options import Json, Stack, read_date
from pipeline.console import answer_json, answer_table, say
from pipeline.dataset import Part, copy_of
from pipeline.deployment import load
from pipeline.names import Feed
from pipeline.target import target

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


@app.command()
def plot(
    feed: Annotated[str, typer.Argument(metavar="PARTNER/FEED", help="The feed.")],
    symbol: Annotated[str, typer.Argument(metavar="SYMBOL", help="The symbol.")],
    day: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="The trading day.")],
    output: Annotated[
        Path, typer.Option(metavar="FILE", help="Write the picture here: .png or .html.")
    ] = Path("plot.png"),
    restore: Annotated[
        bool, typer.Option("--restore", help="Have what is archived restored from Glacier.")
    ] = False,
    stack: Stack = None,
) -> None:
    """Draw a symbol's trading day: a candle for each minute, and its volume."""
    from pipeline import plot as picture  # a second to import, which only this command needs

    picture.form(output)
    part = Part(feed=Feed.parse(feed), day=read_date(day))
    where = target(stack)
    with query.opened(load(where), copy_of(where), part, restore=restore) as connection:
        minutes = picture.candles(connection, symbol)
    picture.write(output, f"{symbol}, {feed}, {part.day}", minutes)
    say(f"{len(minutes)} minutes drawn in {output}")
