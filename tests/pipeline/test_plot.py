"""The picture of a day: what is in it, in both forms."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest
from PIL import Image

from pipeline import dataset, plot
from pipeline.errors import CommandError, UsageError

TITLE = "A&B <$1>, acme/us-equities, 2026-01-05"


def candle(minute: int, open_: float, close: float) -> plot.Candle:
    return plot.Candle(
        minute=datetime(2026, 1, 5, 14, minute, tzinfo=UTC),
        open=open_,
        high=max(open_, close) + 1,
        low=min(open_, close) - 1,
        close=close,
        volume=100 * (minute + 1),
    )


MINUTES = [candle(30, 10, 11), candle(31, 11, 9), candle(32, 9, 9)]


@pytest.fixture
def minutes() -> Iterator[duckdb.DuckDBPyConnection]:
    with dataset.connect() as connection:
        connection.execute(
            "create table minutes as from (values "
            "(timestamptz '2026-01-05 14:31:00+00', 'IBM', 2.5, 3, 2, 2.75, 7), "
            "(timestamptz '2026-01-05 14:30:00+00', 'IBM', 1.5, 3, 1, 2.5, 100), "
            "(timestamptz '2026-01-05 14:30:00+00', 'XOM', 1, 1, 1, 1, 1)"
            ") t(minute, symbol, open, high, low, close, volume)"
        )
        yield connection


def test_the_minutes_of_a_symbol_are_drawn_in_order(minutes: duckdb.DuckDBPyConnection) -> None:
    first, second = plot.candles(minutes, "IBM")
    assert first.minute == datetime(2026, 1, 5, 14, 30, tzinfo=UTC)
    assert (first.open, first.high, first.low, first.close, first.volume) == (1.5, 3, 1, 2.5, 100)
    assert second.close == 2.75


def test_a_symbol_without_bars_is_an_error_that_names_those_with(
    minutes: duckdb.DuckDBPyConnection,
) -> None:
    with pytest.raises(CommandError, match=r"no bars of 'GME'.*There are of: IBM, XOM"):
        plot.candles(minutes, "GME")


def test_a_page_holds_the_whole_picture(tmp_path: Path) -> None:
    plot.write(tmp_path / "day.html", TITLE, MINUTES)
    page = (tmp_path / "day.html").read_text(encoding="utf-8")
    assert "<title>A&amp;B &lt;$1&gt;, acme/us-equities, 2026-01-05</title>" in page
    assert "src=" not in page
    assert 'href="http' not in page
    picture = ElementTree.fromstring(page[page.index("<svg") : page.index("</svg>") + 6])  # noqa: S314
    colours = ElementTree.tostring(picture, encoding="unicode")
    assert plot._RISE in colours
    assert plot._FALL in colours


def test_the_same_day_is_drawn_alike(tmp_path: Path) -> None:
    for form in plot.FORMS:
        one, two = tmp_path / f"one{form}", tmp_path / f"two{form}"
        for path in (one, two):
            plot.write(path, TITLE, MINUTES)
        assert one.read_bytes() == two.read_bytes()


def test_an_image_has_both_colours(tmp_path: Path) -> None:
    plot.write(tmp_path / "day.png", TITLE, MINUTES)
    with Image.open(tmp_path / "day.png") as image:
        colours = {pixel[1] for pixel in image.convert("RGB").getcolors(1 << 24) or ()}
    assert {(0x1A, 0x7F, 0x37), (0xCF, 0x22, 0x2E)} <= colours


def test_a_minute_that_moves_nothing_is_drawn(tmp_path: Path) -> None:
    plot.write(tmp_path / "still.html", TITLE, [candle(30, 5, 5)])
    assert plot._RISE in (tmp_path / "still.html").read_text(encoding="utf-8")


def test_another_ending_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.png or \.html"):
        plot.write(tmp_path / "day.gif", TITLE, MINUTES)
