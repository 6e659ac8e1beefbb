"""The same bars by DuckDB and, where installed, Polars, on one thread: what `bench` is compared with.

    python bench/peers.py FILE [--rounds 5] [--json]

Reads FILE (plain CSV; `bench --write FILE` makes one), computes the one-minute bars exactly and prints MB (10^6 bytes)
per second of processor time, best of the rounds. DuckDB computes with DECIMAL; Polars, whose decimals cannot be
multiplied into 38 digits, with binary floats, which is less than the pipeline does.
"""

import argparse
import importlib.util
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

BARS = """
select time_bucket(interval 1 minute, timestamp) as minute, symbol,
       first(price) as open, max(price) as high, min(price) as low, last(price) as close,
       sum(size) as volume, sum(price * size) as notional, count(*) as trades
from read_csv(?, header = true, auto_detect = false, delim = ',', quote = '"',
     columns = {'timestamp': 'TIMESTAMP_NS', 'symbol': 'VARCHAR', 'price': 'DECIMAL(18, 9)', 'size': 'DECIMAL(18, 9)',
                'exchange': 'VARCHAR', 'conditions': 'VARCHAR'})
group by all order by all
"""


def duckdb_bars(file: Path) -> int:
    import duckdb

    with duckdb.connect(config={"threads": 1}) as connection:
        return len(connection.execute(BARS, [str(file)]).fetchall())


def polars_bars(file: Path) -> int:
    import polars

    price, size = polars.col("price"), polars.col("size")
    return (
        polars.scan_csv(file, schema_overrides={"price": polars.Float64, "size": polars.Float64, "conditions": polars.String})
        .with_columns(minute=polars.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ns").dt.truncate("1m"))
        .group_by("minute", "symbol", maintain_order=True)
        .agg(
            open=price.first(), high=price.max(), low=price.min(), close=price.last(),
            volume=size.sum(), notional=(price * size).sum(), trades=polars.len(),
        )
        .sort("minute", "symbol")
        .collect()
        .height
    )  # fmt: skip


def speed(work: Callable[[Path], int], file: Path, rounds: int) -> float:
    """MB per second of processor time, best of the rounds."""
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time()
        if work(file) == 0:
            raise ValueError(f"{file}: no bars; it must be plain CSV with trades")
        best = min(best, time.process_time() - before)
    return file.stat().st_size / 1e6 / best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ["POLARS_MAX_THREADS"] = "1"
    peers = {"duckdb": duckdb_bars, "polars": polars_bars}
    speeds = {
        name: speed(work, options.file, options.rounds) for name, work in peers.items() if importlib.util.find_spec(name)
    }
    if options.json:
        print(json.dumps({"megabytesPerCpuSecond": speeds}))
    else:
        for name, value in speeds.items():
            print(f"{value:8.0f} MB/s  {name}")


if __name__ == "__main__":
    main()
