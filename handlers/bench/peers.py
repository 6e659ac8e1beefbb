"""The same bars by DuckDB on one thread: what `go run ./bench` is compared with.

    python bench/peers.py FILE [--rounds 5] [--json]

Reads FILE (plain CSV; `go run ./bench --write FILE` makes one), computes the one-minute bars
exactly, and prints MB (10^6 bytes) per second of processor time, best of the rounds.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import duckdb

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


def speed(file: Path, rounds: int) -> float:
    """MB of CSV per second of processor time, best of the rounds."""
    best = float("inf")
    with duckdb.connect(config={"threads": 1}) as connection:
        for _ in range(rounds):
            before = time.process_time()
            if not connection.execute(BARS, [str(file)]).fetchall():
                raise ValueError(f"{file}: no bars; give a plain CSV file with trades")
            best = min(best, time.process_time() - before)
    return file.stat().st_size / 1e6 / best


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="One-minute bars by DuckDB on one thread.")
    parser.add_argument("file", type=Path, help="plain CSV, such as bench --write makes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = speed(options.file, options.rounds)
    report = {"duckdb": duckdb.__version__, "megabytesPerCpuSecond": measured}
    text = json.dumps(report) if options.json else f"{measured:8.0f} MB/s per core   DuckDB"
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
