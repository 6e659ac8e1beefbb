"""Every benchmark, and one table of what they found: what `make bench` runs.

    python -m tools.benchmarks [--quick] [--json] [NAME …]

Each runs in a process of its own, one after the other. Exit status: 0 all ran, whatever their
figures; 1 one of them failed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tools.benchmarks.figures import Report, read, tell
from tools.benchmarks.project import REPOSITORY

NAMES = (
    "preview",
    "pack",
    "functions",
    "formats",
    "days",
    "memory",
    "cost",
    "contention",
    "burst",
    "api",
)


def run(names: Sequence[str], *, quick: bool) -> list[Report]:
    """The reports of the benchmarks that ran to their end; each failure is told."""
    reports = []
    for name in names:
        began = time.monotonic()
        finished = subprocess.run(
            [sys.executable, "-m", f"tools.benchmarks.{name}", "--json", *(["--quick"] * quick)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if finished.returncode == 0:
            reports.append(read(finished.stdout))
            tell(f"{name}: {time.monotonic() - began:.0f} s")
        else:
            tell(f"{name} failed; the lines above say why")
    return reports


def machine() -> str:
    """What the figures were made on, and how busy it is."""
    cores, load = os.cpu_count(), os.getloadavg()[1]
    processor = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.processor() or platform.machine(),
    )
    kernel = f"{platform.system()} {platform.release()}"
    python = platform.python_version()
    return f"{cores} cores of {processor}, {kernel}, Python {python}, load {load:.1f}"


def table(reports: Sequence[Report]) -> str:
    """All figures, and the targets that were missed once more at the end."""
    missed = [(report.benchmark, figure) for report in reports for figure in report.missed()]
    held = sum(figure.target is not None for report in reports for figure in report.figures)
    lines = [machine(), *("\n" + report.text() for report in reports)]
    lines.append(f"\n{held - len(missed)} of {held} targets met")
    lines += [f"missed: {name}: {figure.name}" for name, figure in missed]
    return "\n".join(lines)


def main() -> int:
    """Run those asked for, all by default."""
    arguments = argparse.ArgumentParser(
        prog="python -m tools.benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    arguments.add_argument("--quick", action="store_true", help="less to measure, more noise")
    arguments.add_argument("--json", action="store_true", help="one JSON document")
    asked = arguments.parse_args()
    if unknown := sorted(set(asked.names) - set(NAMES)):
        arguments.error(f"no benchmark is named {unknown[0]}; there are {', '.join(NAMES)}")
    names = asked.names or NAMES
    reports = run(names, quick=asked.quick)
    if asked.json:
        document = {"machine": machine(), "reports": [asdict(report) for report in reports]}
        sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(table(reports) + "\n")
    return 0 if len(reports) == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
