"""The picture of a symbol's trading day: a candle for each minute, and its volume."""

import html
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
from matplotlib import rc_context
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter, date2num
from matplotlib.figure import Figure

from pipeline import query
from pipeline.errors import CommandError, UsageError

FORMS = (".png", ".html")
_MINUTES = (
    "select minute, open, high, low, close, volume from minutes where symbol = $symbol "
    "order by minute"
)
_SYMBOLS = "select distinct symbol from minutes order by symbol limit 10"
_RISE, _FALL = "#1a7f37", "#cf222e"
_WIDTH = timedelta(seconds=48) / timedelta(days=1)  # of a candle, in matplotlib's days
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ margin: 1rem auto; max-width: 75rem; }} svg {{ width: 100%; height: auto; }}</style>
{picture}
</html>
"""


@dataclass(frozen=True, kw_only=True)
class Candle:
    """One minute, as a picture needs it: floats are exact enough for a few hundred pixels."""

    minute: datetime
    open: float
    high: float
    low: float
    close: float
    volume: float


def candles(connection: duckdb.DuckDBPyConnection, symbol: str) -> list[Candle]:
    """The minutes of a symbol, in order.

    Args:
        connection: What `query.opened` gives, of one feed and one day.
        symbol: The symbol.

    Raises:
        CommandError: It has none; the message names symbols that have.
    """
    rows = connection.execute(_MINUTES, {"symbol": symbol}).fetchall()
    if not rows:
        there = ", ".join(str(row[0]) for row in query.run(connection, _SYMBOLS).rows)
        raise CommandError(f"There are no bars of {symbol!r} on that day. There are of: {there}.")
    return [
        Candle(minute=minute.astimezone(UTC), **dict(zip(_NAMES, map(float, values), strict=True)))
        for minute, *values in rows
    ]


_NAMES = ("open", "high", "low", "close", "volume")


def form(path: Path) -> str:
    """The form of a picture by its name; a UsageError if it is none of FORMS."""
    if path.suffix not in FORMS:
        raise UsageError(f"{path} is no picture: name a file that ends in {' or '.join(FORMS)}.")
    return path.suffix


def write(path: Path, title: str, minutes: Sequence[Candle]) -> None:
    """Draw the minutes and write the picture: an image, or a page that needs no other file.

    Raises:
        UsageError: The file's name ends otherwise.
        OSError: It cannot be written.
    """
    figure = _figure(title, minutes)
    if form(path) == ".png":
        figure.savefig(path, dpi=150)
        return
    picture = io.StringIO()
    with rc_context({"svg.hashsalt": "plot"}):  # else its names are random
        figure.savefig(picture, format="svg", metadata={"Date": None})
    svg = picture.getvalue()
    page = _PAGE.format(title=html.escape(title), picture=svg[svg.index("<svg") :])
    path.write_text(page, encoding="utf-8")


def _figure(title: str, minutes: Sequence[Candle]) -> Figure:
    figure = Figure(figsize=(12, 6.5), layout="constrained")
    prices, volumes = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    times = [date2num(one.minute) for one in minutes]
    colours = [_RISE if one.close >= one.open else _FALL for one in minutes]
    prices.vlines(
        times, [one.low for one in minutes], [one.high for one in minutes], colors=colours, lw=0.8
    )
    prices.bar(
        times,
        [one.close - one.open for one in minutes],
        bottom=[one.open for one in minutes],
        width=_WIDTH,
        color=colours,
        edgecolor=colours,
        linewidth=0.8,  # a minute that closes where it opened is a line
    )
    prices.set_title(title.replace("$", r"\$"), loc="left")
    prices.set_ylabel("price")
    volumes.bar(times, [one.volume for one in minutes], width=_WIDTH, color=colours)
    volumes.set_ylabel("volume")
    volumes.set_xlabel("UTC")
    locator = AutoDateLocator()
    volumes.xaxis.set_major_locator(locator)
    volumes.xaxis.set_major_formatter(ConciseDateFormatter(locator))
    for axes in (prices, volumes):
        axes.grid(visible=True, linewidth=0.3)
        axes.set_axisbelow(True)
    return figure
