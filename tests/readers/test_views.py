"""The shipped views give one row per symbol and minute, exactly, in each engine's SQL."""

from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from pipeline import dataset
from pipeline.bars import Bar
from tests.integration.project import REPOSITORY
from tests.readers import parts, readers

_TIMES = {"duckdb": "epoch_us(minute)", "spark": "unix_micros(minute)"}
FIGURES = (
    "symbol, open, high, low, close, vwap, volume, notional, notional_rest, trades, "
    "open_time_ns, close_time_ns, uncounted"
)


def query(engine: str, view: str = "minutes") -> str:
    """The merged rows in order, every figure of them."""
    minute = _TIMES[engine] if view == "minutes" else "0"
    return f"select {minute} as began, {FIGURES} from {view} order by began, symbol"  # noqa: S608


def bar(row: list[Any]) -> tuple[Bar, float]:
    """A merged row as a bar, and its average."""
    began, symbol, opened, high, low, close, vwap, volume, notional, rest, trades, *times = row
    with localcontext(prec=100):
        exact = Decimal(str(notional)) + Decimal(rest).scaleb(-36)
    return Bar(
        minute=began * 1000,
        symbol=symbol,
        open=Decimal(str(opened)),
        high=Decimal(str(high)),
        low=Decimal(str(low)),
        close=Decimal(str(close)),
        volume=Decimal(str(volume)),
        notional=exact,
        trades=trades,
        open_time=times[0],
        close_time=times[1],
        uncounted=times[2],
    ), vwap


def in_duckdb(folder: Path, *views: str) -> list[Any]:
    """What DuckDB makes of views in its own SQL."""
    with dataset.connect() as connection:
        places = {"location": str(folder), "files": "*/*/*/*.parquet"}
        tables = dataset.tables("duckdb", **places).partition(";")[0]  # of bars alone
        for statement in (tables, *views):
            connection.execute(statement)
        return connection.execute(query("duckdb")).fetchall()


def in_athena(folder: Path) -> list[Any]:
    """What DuckDB makes of Athena's view, translated: there is no Athena here."""
    return in_duckdb(
        folder, *sqlglot.transpile(dataset.views("athena"), read="athena", write="duckdb")[:1]
    )


def in_spark(folder: Path) -> list[Any]:
    tables = dataset.tables("spark", location=str(folder)).partition(";")[0]
    asked = {"statements": [tables, minutes("spark")], "queries": [query("spark")]}
    (found,) = readers.answer("spark", asked)
    return list(found)


def minutes(engine: str) -> str:
    """The statement of the view `minutes`."""
    return dataset.views(engine).partition(";")[0]


@pytest.mark.parametrize("engine", dataset.ENGINES)
def test_files_that_share_minutes_merge_to_the_last_digit(engine: str, tmp_path: Path) -> None:
    found = parts.parts(seed=len(engine), files=30 if engine == "spark" else 12)
    parts.write(found, tmp_path)
    rows = {
        "duckdb": lambda: in_duckdb(tmp_path, minutes("duckdb")),
        "athena": lambda: in_athena(tmp_path),
        "spark": lambda: in_spark(tmp_path),
    }[engine]()
    with localcontext(prec=100):
        expected = parts.merged(found)
    assert [bar(row)[0] for row in rows] == expected
    for row in rows:
        one, vwap = bar(row)
        assert vwap == pytest.approx(
            float(Fraction(one.notional) / Fraction(one.volume)), rel=1e-14
        )
        assert abs(row[9]) <= 5 * 10**17, "notional is rounded to 18 digits"


@pytest.mark.parametrize("engine", dataset.ENGINES)
def test_the_documentation_shows_the_statements_that_are_run(engine: str) -> None:
    page = (REPOSITORY / "docs" / "query.md").read_text(encoding="utf-8")
    places = {
        **{"location": "s3://uploads-bucket-dev/data", "files": "*/*/*/*.parquet"},
        **{"partners": "acme,globex", "feeds": "us-equities,fx-spot"},
    }
    if engine == "spark":
        places["location"] = places["location"].replace("s3:", "s3a:")
    assert dataset.tables(engine, **places) in page
    assert dataset.merged(engine, "minutes", "bars", "partner, feed, date, minute, symbol") in page
