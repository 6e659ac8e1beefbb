"""What the results must be: DuckDB's own sums over the files that count, to the last digit."""

import gzip
import hashlib
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path
from typing import Any

from tests.engines import duckdb_rows

MINUTE = 60_000_000_000  # nanoseconds
PRICES = ("open", "high", "low", "close", "volume", "notional")


def plain(content: bytes) -> bytes:
    """A file's bytes as they are before compression."""
    return gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content


def content_hash(content: bytes) -> str:
    """The hash by which two files are known to be the same."""
    return hashlib.sha256(plain(content)).hexdigest()


def rows(content: bytes) -> int:
    """How many trades a file holds."""
    return plain(content).count(b"\n") - 1


def bars(file: Path) -> list[dict[str, Any]]:
    """The one-minute bars of a file, by minute and symbol; times in nanoseconds since 1970."""
    found = duckdb_rows(
        f"""
        with trades as (
            select *, epoch_ns(timestamp::TIMESTAMP_NS) as moment, row_number() over () as row
            from read_csv($file, header = true, auto_detect = false, quote = '"', columns = {{
                'timestamp': 'VARCHAR', 'symbol': 'VARCHAR', 'price': 'DECIMAL(18, 9)',
                'size': 'DECIMAL(18, 9)', 'exchange': 'VARCHAR', 'conditions': 'VARCHAR'}})
        )
        select moment - moment % {MINUTE} as minute, symbol, arg_min(price, (moment, row)) as open,
            max(price) as high, min(price) as low, arg_max(price, (moment, row)) as close,
            sum(size) as volume, sum(price * size) as notional, count(*) as trades,
            min(moment) as open_time, max(moment) as close_time
        from trades group by all order by minute, symbol
        """,  # noqa: S608  # the one thing filled in is a constant
        {"file": str(file)},
    )
    return [_with_vwap(bar) for bar in found]


def _with_vwap(bar: dict[str, Any]) -> dict[str, Any]:
    with localcontext(prec=80, rounding=ROUND_HALF_EVEN):
        vwap = (bar["notional"] / bar["volume"]).quantize(Decimal("1e-18"))
    return {**bar, "vwap": vwap, "uncounted": 0}


def written_bars(parquet: Path) -> list[dict[str, Any]]:
    """The bars that the pipeline wrote, in the order in which they stand there."""
    written = duckdb_rows(
        """
        select * replace (epoch_ns(minute) as minute, open_time_ns as open_time,
            close_time_ns as close_time) from read_parquet($file)
        """,
        {"file": str(parquet)},
    )
    for bar in written:
        del bar["open_time_ns"], bar["close_time_ns"]
        bar["notional"] += Decimal(bar.pop("notional_rest")).scaleb(-36)
    return written
