"""What a peer of the functions' parser is measured with: `python bench/by_duckdb.py FILE`.

    python bench/by_ENGINE.py FILE [--rounds 5] [--json]

Reads FILE (plain CSV; `go run ./bench --write FILE` makes one), computes the one-minute bars, and
prints MB (10^6 bytes) per second of processor time, best of the rounds. An engine each: two of
them in one interpreter may abort it as it ends.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path


def speed(bars: Callable[[Path], int], file: Path, rounds: int) -> float:
    """MB of CSV per second of processor time, best of the rounds."""
    best = float("inf")
    for _ in range(rounds):
        before = time.process_time()
        if not bars(file):
            raise ValueError(f"{file}: no bars; give a plain CSV file with trades")
        best = min(best, time.process_time() - before)
    return file.stat().st_size / 1e6 / best


def main(name: str, version: str, bars: Callable[[Path], int]) -> None:
    """Measure and print.

    Args:
        name: The engine.
        version: Its version.
        bars: Makes the bars of a file and says how many there are.
    """
    parser = argparse.ArgumentParser(description=f"One-minute bars by {name}.")
    parser.add_argument("file", type=Path, help="plain CSV, such as bench --write makes")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = speed(bars, options.file, options.rounds)
    text = json.dumps({"version": version, "megabytesPerCpuSecond": measured})
    plain = f"{measured:8.0f} MB/s per core   {name}"
    sys.stdout.write((text if options.json else plain) + "\n")
