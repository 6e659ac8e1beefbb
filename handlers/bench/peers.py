"""The same bars by DuckDB and by Polars, on one thread: what `go run ./bench` is compared with.

    python bench/peers.py FILE [--rounds 5] [--json]

Reads FILE (plain CSV; `go run ./bench --write FILE` makes one), computes the one-minute bars in
decimals, and prints MB (10^6 bytes) per second of processor time, best of the rounds. Polars keeps
nine digits of the notional; DuckDB, as the functions do, all eighteen.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

os.environ["POLARS_MAX_THREADS"] = "1"  # read when Polars is imported

import duckdb
import polars

BARS = """
select time_bucket(interval 1 minute, timestamp) as minute, symbol,
       first(price) as open, max(price) as high, min(price) as low, last(price) as close,
       sum(size) as volume, sum(price * size) as notional, count(*) as trades
from read_csv(?, header = true, auto_detect = false, delim = ',', quote = '"', columns = {
    'timestamp': 'TIMESTAMP_NS', 'symbol': 'VARCHAR',
    'price': 'DECIMAL(18, 9)', 'size': 'DECIMAL(18, 9)',
    'exchange': 'VARCHAR', 'conditions': 'VARCHAR'})
group by all order by all
"""
_VALUE, _PRODUCT = polars.Decimal(18, 9), polars.Decimal(38, 9)
_COLUMNS: dict[str, polars.DataType] = {
    "timestamp": polars.String(),
    "symbol": polars.String(),
    "price": _VALUE,
    "size": _VALUE,
    "exchange": polars.String(),
    "conditions": polars.String(),
}


def by_duckdb(file: Path) -> int:
    """How many bars DuckDB makes of a file."""
    with duckdb.connect(config={"threads": 1}) as connection:
        return len(connection.execute(BARS, [str(file)]).fetchall())


def by_polars(file: Path) -> int:
    """How many bars Polars makes of a file."""
    price, size = polars.col("price"), polars.col("size")
    when = polars.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ns")
    bars = (
        polars.scan_csv(file, schema=_COLUMNS)
        .group_by(when.dt.truncate("1m").alias("minute"), "symbol", maintain_order=True)
        .agg(
            price.first().alias("open"),
            price.max().alias("high"),
            price.min().alias("low"),
            price.last().alias("close"),
            size.sum().alias("volume"),
            (price.cast(_PRODUCT) * size.cast(_PRODUCT)).sum().alias("notional"),
            polars.len().alias("trades"),
        )
        .sort("minute", "symbol")
    )
    return bars.collect().height


PEERS: dict[str, Callable[[Path], int]] = {"DuckDB": by_duckdb, "Polars": by_polars}


def speed(bars: Callable[[Path], int], file: Path, rounds: int) -> float:
    """MB of CSV per second of processor time, best of the rounds."""
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time()
        if not bars(file):
            raise ValueError(f"{file}: no bars; give a plain CSV file with trades")
        best = min(best, time.process_time() - before)
    return file.stat().st_size / 1e6 / best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="One-minute bars by DuckDB and Polars.")
    parser.add_argument("file", type=Path, help="plain CSV, such as bench --write makes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    speeds = {name: speed(bars, options.file, options.rounds) for name, bars in PEERS.items()}
    versions = {"duckdb": duckdb.__version__, "polars": polars.__version__}
    lines = [f"{measured:8.0f} MB/s per core   {name}" for name, measured in speeds.items()]
    text = json.dumps({"versions": versions, "megabytesPerCpuSecond": speeds})
    sys.stdout.write((text if options.json else "\n".join(lines)) + "\n")


if __name__ == "__main__":
    main()
