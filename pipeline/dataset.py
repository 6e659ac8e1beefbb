"""The data set as SQL: its tables and the views that merge what files share, per engine.

The statements lie in `pipeline/sql/{engine}/`: the commands run those of DuckDB, and
`docs/query.md` shows those of all engines.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template

import duckdb

from pipeline.names import Feed
from pipeline.target import Target

ENGINES = ("duckdb", "spark", "athena")
TABLES = ("bars", "days")  # folders under `data/`
_SQL = Path(__file__).with_name("sql")
_MERGED = {
    "minutes": ("bars", "partner, feed, date, minute, symbol"),
    "daily": ("days", "partner, feed, date, symbol"),
}
VIEWS = (*TABLES, *_MERGED)


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of the data set: all of it, or what a feed or a trading day has."""

    feed: Feed | None = None
    day: date | None = None

    @property
    def files(self) -> str:
        """The pattern of its files' paths within each table."""
        partner, feed = (self.feed.partner, self.feed.name) if self.feed else ("*", "*")
        return f"partner={partner}/feed={feed}/date={self.day or '*'}/*.parquet"

    def prefix(self, table: str) -> str:
        """What the keys of its objects begin with, as far as that can be said."""
        return f"data/{table}/{self.files}".partition("*")[0]


def copy_of(where: Target) -> Path:
    """Where a stack's data set is copied to, where DuckDB cannot read the bucket itself."""
    return where.project / ".pipeline" / "data" / where.stack


def connect() -> duckdb.DuckDBPyConnection:
    """DuckDB in memory, with times in UTC; it fetches no extension by itself."""
    return duckdb.connect(config={"TimeZone": "UTC", "autoinstall_known_extensions": "false"})


def tables(engine: str, **places: str) -> str:
    """The statements that make the tables `bars` and `days`.

    Args:
        engine: One of ENGINES.
        places: What the statements leave open: `location`, the URL or folder that holds both
            tables, without a slash at its end; for DuckDB `files`, the pattern of paths in each;
            for Athena `partners` and `feeds`, the names that there are, joined by commas.
    """
    return _template(engine, "tables").substitute(places)


def views(engine: str) -> str:
    """The statements that make the views `minutes` and `daily` over the tables."""
    return "\n".join(merged(engine, view, *_MERGED[view]) for view in _MERGED)


def merged(engine: str, view: str, table: str, keys: str) -> str:
    """The statement of a view that merges a table's rows.

    Args:
        engine: One of ENGINES.
        view: The view's name.
        table: The name of a table with the columns of bars, or of days.
        keys: The columns that rows are merged by, joined by commas.
    """
    return _template(engine, "merged").substitute(view=view, table=table, keys=keys)


def _template(engine: str, name: str) -> Template:
    return Template((_SQL / engine / f"{name}.sql").read_text(encoding="utf-8"))
