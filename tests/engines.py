"""One engine of native threads per interpreter: DuckDB, in that of the tests.

Where DuckDB and Arrow have both run in one interpreter, it may end with `terminate called without
an active exception` (duckdb/duckdb#13904): six of sixty such interpreters did beside three busy
processes, and none of those that held one of the two. So where both are about to be imported the
import fails, always, instead of the end, sometimes.
"""

from collections.abc import Mapping, Sequence
from importlib.abc import MetaPathFinder
from typing import Any

import duckdb

ENGINES = ("duckdb", "polars", "pyarrow")


class OneEngine(MetaPathFinder):
    """Refuses the import of a second engine."""

    def __init__(self, loaded: Mapping[str, object]) -> None:
        self._loaded = loaded

    def find_spec(self, name: str, _path: Any, _target: Any = None) -> None:
        """Find nothing: say so where there may be nothing to find."""
        if name not in ENGINES:
            return
        others = [engine for engine in ENGINES if engine != name and engine in self._loaded]
        if others:
            raise ImportError(
                f"{name} and {others[0]} in one interpreter may abort it as it ends: "
                "run one of them in a process of its own"
            )


def duckdb_rows(query: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
    """What DuckDB answers to a query: a dictionary per row.

    Args:
        query: SQL.
        parameters: What its `$names` stand for.
    """
    with duckdb.connect() as connection:
        answer = connection.execute(query, dict(parameters))
        names: Sequence[str] = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
