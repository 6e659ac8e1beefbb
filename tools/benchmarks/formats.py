"""How fast the functions read each shipped format, against DuckDB and Polars.

    python -m tools.benchmarks.formats [--quick] [--json]

A file of made-up trades per format, written by the tests' own writer; each read to one-minute bars
by the functions' code (`handlers/bench --format`) and by both engines on one thread
(`handlers/bench/form_peers.py`), which take times without their zone and rows in the file's order.
Speeds are bytes per second of processor time. Where an engine cannot read a form at all, its row
is missing.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import formats
from tests.formats.writing import settled, write
from tools.benchmarks.figures import Figure, Report, Target, main, tell
from tools.benchmarks.project import REPOSITORY

HANDLERS = REPOSITORY / "handlers"
_TARGET = Target(sense="≥", value=2)
_QUARTER = Target(sense="≥", value=0.75)
_NEW_YORK = {"layout": "%Y-%m-%d %H:%M:%S%.f", "zone": "America/New_York"}
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "the same, declared": {},
    "columns in another order": {"columns": ["size", "price", "timestamp", "symbol"]},
    "semicolons": {"delimiter": ";"},
    "tabs": {"delimiter": "\t"},
    "milliseconds since 1970": {"timestamp": {"column": "timestamp", "epoch": "milliseconds"}},
    "nanoseconds since 1970": {"timestamp": {"column": "timestamp", "epoch": "nanoseconds"}},
    "New York time, written": {"timestamp": {"column": "timestamp", **_NEW_YORK}},
}
"""The project's own format with one thing changed each."""


def measure(quick: bool) -> Report:
    """Read a file of every shipped format."""
    rows, rounds = (20_000, "2") if quick else (100_000, "4")
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="bench-formats-") as folder:
        bench = Path(folder, "bench")
        subprocess.run(["go", "build", "-C", HANDLERS, "-o", bench, "./bench"], check=True)
        for name, shipped in formats.shipped().items():
            tell(name)
            figures += _figures(name, shipped.body, Path(folder), rows, rounds)
        figures += _variants(formats.find("canonical").body, Path(folder), rows, rounds)
    return Report(
        benchmark="formats",
        title=f"Every shipped format, {rows:,} rows each",
        figures=figures,
        versions={},
    )


def _figures(
    name: str, body: Mapping[str, Any], folder: Path, rows: int, rounds: str
) -> list[Figure]:
    written = write(body, 1, rows, trades_alone=True)
    file, declared, used = (folder / f"{name}.{end}" for end in ("csv", "json", "used.json"))
    file.write_text(written.text, newline="")
    declared.write_text(json.dumps(body))
    used.write_text(json.dumps(settled(body)))
    ours = _run(
        str(folder / "bench"), "--format", str(declared), "--file", str(file),
        "--name", written.name, "--rounds", rounds,
    )  # fmt: skip
    if ours is None:
        raise RuntimeError(f"{name}: the functions do not read what was written in their format")
    speed = ours["megabytesPerCpuSecond"]["validate + bars"]
    figures = [
        Figure(name=f"{name}: validate + bars", value=speed, unit="MB/s"),
        Figure(
            name=f"{name}: validate", value=ours["megabytesPerCpuSecond"]["validate"], unit="MB/s"
        ),
    ]
    for engine in ("duckdb", "polars"):
        program = str(HANDLERS / "bench" / "form_peers.py")
        peer = _run(sys.executable, program, engine, str(used), str(file), "--rounds", rounds)
        if peer is None:
            tell(f"{name}: {engine} does not read it")
            continue
        ratio = speed / peer["megabytesPerCpuSecond"]
        figures.append(
            Figure(name=f"{name}: against {engine}", value=ratio, unit="times", target=_TARGET)
        )
    return figures


def _variants(canonical: Mapping[str, Any], folder: Path, rows: int, rounds: str) -> list[Figure]:
    """Rows a second, validating, of the project's own format changed, by that of itself."""

    def speed(body: Mapping[str, Any], read_by: Mapping[str, Any]) -> float:
        written = write(body, 1, rows, trades_alone=True)
        file, declared = folder / "variant.csv", folder / "variant.json"
        file.write_text(written.text, newline="")
        declared.write_text(json.dumps(read_by))
        ours = _run(
            str(folder / "bench"), "--format", str(declared), "--file", str(file),
            "--name", written.name, "--rounds", rounds,
        )  # fmt: skip
        if ours is None:
            raise RuntimeError("the functions do not read a variant of the project's own format")
        measured: float = ours["rowsPerCpuSecond"]["validate"]
        return measured

    plain = {**canonical, "columns": ["timestamp", "symbol", "price", "size"]}
    figures = []
    for name, changed in VARIANTS.items():
        tell(name)
        body = {**plain, "title": "A variant", **changed}
        changed_speed, own = 0.0, 0.0
        for _ in range(3):  # in turns, for the machine's speed varies
            changed_speed = max(changed_speed, speed(body, body))
            own = max(own, speed(plain, canonical))
        ratio = changed_speed / own
        figures.append(Figure(name=f"variant: {name}", value=ratio, unit="times", target=_QUARTER))
    return figures


def _run(*command: str) -> dict[str, Any] | None:
    """The document that a program prints; None where it fails."""
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    if finished.returncode != 0:
        return None
    document: dict[str, Any] = json.loads(finished.stdout)
    return document


if __name__ == "__main__":
    main(measure, __doc__)
