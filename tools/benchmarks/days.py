"""Trading days of many files and symbols: bytes, objects, time and memory, with a kill.

    python -m tools.benchmarks.days [--quick] [--json]

A program takes files into a day as the aggregator does, over a bucket on disk, and corrects the
first (`handlers/bench/days`). It has the memory limit that the function may use, and whoever
exceeds it is killed, as Lambda does. Times are of this machine at its full speed.
"""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tools.benchmarks.figures import Figure, Report, Target, main, tell
from tools.benchmarks.project import REPOSITORY

_LIMIT = 128  # MB of memory: above it the program is killed
_SOFT = "100MiB"  # what the garbage collector is told to stay below
_DAYS = {
    "1,440 files of 2,000 symbols": ("--files=1440", "--symbols=2000"),
    "100 files of 65,536 symbols that never repeat": ("--files=100", "--symbols=65536", "--fresh"),
}
_QUICK = {"200 files of 2,000 symbols": ("--files=200", "--symbols=2000")}


def measure(quick: bool) -> Report:
    """Run each day in a process of its own."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-days-") as folder:
        program = str(Path(folder, "days"))
        handlers = str(REPOSITORY / "handlers")
        build = ["go", "build", "-C", handlers, "-o", program, "./bench/days"]
        subprocess.run(build, check=True)
        for name, arguments in (_QUICK if quick else _DAYS).items():
            tell(name)
            found, peak = _watched([program, *arguments])
            figures += _figures(name, found, peak)
    return Report(benchmark="days", title="Trading days", figures=figures, versions={})


def _watched(command: list[str]) -> tuple[dict[str, Any], float]:
    """What a program prints, and its peak of memory in MB; it is killed above the limit."""
    environment = os.environ | {"GOMEMLIMIT": _SOFT}
    peak = 0.0
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(command, env=environment, stdout=output) as process,
    ):
        while process.poll() is None:
            with contextlib.suppress(OSError, StopIteration):
                lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                line = next(line for line in lines if line.startswith("VmHWM:"))
                peak = max(peak, int(line.split()[1]) * 1024 / 1e6)
            if peak > _LIMIT:
                process.kill()
            time.sleep(0.02)
        output.seek(0)
        printed = output.read()
    if process.returncode != 0:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode} at {peak:.0f} MB")
    return json.loads(printed), peak


def _figures(name: str, found: dict[str, Any], peak: float) -> list[Figure]:
    def at_most(value: float) -> Target:
        return Target(sense="≤", value=value)

    thirtieth = found["files"] / 30 + 1
    return [
        Figure(name=f"{name}: peak of memory", value=peak, unit="MB", target=at_most(_LIMIT)),
        Figure(
            name="bytes read and written per file, by its own",
            value=found["ratio"],
            unit="times",
            target=at_most(6),
        ),
        Figure(
            name="objects beside the files' own",
            value=found["nodes"],
            unit="objects",
            target=at_most(thirtieth),
        ),
        Figure(
            name="objects that the day ever consists of, at most",
            value=found["mostObjects"],
            unit="objects",
            target=at_most(100),
        ),
        Figure(
            name="objects that a correction of file 1 reads",
            value=found["correctionReads"],
            unit="objects",
            target=at_most(100),
        ),
        Figure(
            name="a correction of file 1",
            value=found["correctionSeconds"],
            unit="s",
            target=at_most(30),
        ),
    ]


if __name__ == "__main__":
    main(measure, __doc__)
