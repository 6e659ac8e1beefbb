"""How fast the functions read and add up a file, against what one would take instead.

On the same generated trades, in one run: the functions' own parser and minute bars, encoding/csv
with time.Parse and shopspring/decimal doing the same work (`handlers/bench`), DuckDB and Polars on
one thread each.
Speeds are bytes of uncompressed CSV per second of processor time. The peak of memory is of a stream
of 4 GiB (256 MiB in a quick run), plain and compressed. A cold start lasts from the start of the
process to its first call of the Runtime API.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tools.benchmarks.figures import Figure, Report, Target, main, tell
from tools.benchmarks.project import REPOSITORY

HANDLERS = REPOSITORY / "handlers"
_OURS, _NAIVE = "validate + bars", "validate + bars / encoding/csv doing the same"
_GZIP = (
    "gzip: validate / decompressing, then validating",
    "gzip: validate / decompressing only, by the clock",
)
_PEERS = {name: f"validate + bars / {name} on one thread" for name in ("DuckDB", "Polars")}
_TARGETS = {
    _NAIVE: Target(sense="≥", value=4),
    **dict.fromkeys(_PEERS.values(), Target(sense="≥", value=3)),
    **dict.fromkeys(_GZIP, Target(sense="≥", value=1)),
}
_MEMORY = Target(sense="≤", value=64)


def measure(quick: bool) -> Report:
    """Run the Go benchmarks, and the peers on the same trades."""
    rows, rounds, stream = ("100000", "3", "256MiB") if quick else ("400000", "7", "4GiB")
    with tempfile.TemporaryDirectory(prefix="bench-functions-") as folder:
        binaries, trades = Path(folder), str(Path(folder, "trades.csv"))
        packages = ("./bench", "./bench/coldstart")
        _run("go", "build", "-C", str(HANDLERS), "-o", f"{binaries}/", *packages)
        bench, coldstart = str(binaries / "bench"), str(binaries / "coldstart")
        _run(bench, "--rows", rows, "--write", trades)
        tell("the functions' parser against encoding/csv, and the peak of memory")
        text = _run(bench, "--file", trades, "--rounds", rounds, "--stream", stream, "--json")
        ours = json.loads(text)
        tell("DuckDB and Polars")
        peers = {name: _peer(name, trades, rounds) for name in _PEERS}
        tell("cold starts")
        starts = json.loads(
            _run(coldstart, "--runs", "7" if quick else "21", "--json", cwd=HANDLERS)
        )
    speeds = ours["megabytesPerCpuSecond"] | {
        name: peer["megabytesPerCpuSecond"] for name, peer in peers.items()
    }
    ratios = {**ours["ratios"], **{ratio: speeds[_OURS] / speeds[n] for n, ratio in _PEERS.items()}}
    return Report(
        benchmark="functions",
        title=f"The functions: {ours['rows']:,} rows, {ours['bytes'] / 1e6:.1f} MB",
        figures=[
            *(Figure(name=name, value=speed, unit="MB/s") for name, speed in speeds.items()),
            *(
                Figure(name=name, value=ratio, unit="times", target=_TARGETS.get(name))
                for name, ratio in ratios.items()
            ),
            *_memory(ours["streams"]),
            *_starts(starts),
        ],
        versions={"go": ours["go"].removeprefix("go")}
        | {name.lower(): peer["version"] for name, peer in peers.items()},
    )


def _peer(name: str, trades: str, rounds: str) -> dict[str, Any]:
    program = str(HANDLERS / "bench" / f"by_{name.lower()}.py")
    measured: dict[str, Any] = json.loads(
        _run(sys.executable, program, trades, "--rounds", rounds, "--json")
    )
    return measured


def _memory(streams: Sequence[dict[str, Any]]) -> list[Figure]:
    return [
        Figure(
            name=(
                f"peak above the runtime's own, {stream['streamBytes'] >> 20:,} MiB"
                + (" compressed" if stream["gzip"] else "")
            ),
            value=stream["peakMiB"],
            unit="MiB",
            target=_MEMORY,
        )
        for stream in streams
    ]


def _starts(functions: Sequence[dict[str, Any]]) -> list[Figure]:
    """Of each function: until its first call of the Runtime API, and how large it is."""
    times = [
        Figure(
            name=(
                f"cold start of the {function['function']}, least of the runs"
                f" (median {function['medianMs']:.1f})"
            ),
            value=function["leastMs"],
            unit="ms",
            target=Target(sense="≤", value=10),
        )
        for function in functions
    ]
    sizes = [
        Figure(
            name=f"executable of the {function['function']}",
            value=function["bytes"] / 1e6,
            unit="MB",
            target=Target(sense="≤", value=12),
        )
        for function in functions
    ]
    return [*times, *sizes]


def _run(*command: str, cwd: Path | None = None) -> str:
    """A program's standard output; what it says on standard error is shown."""
    return subprocess.run(command, cwd=cwd, stdout=subprocess.PIPE, text=True, check=True).stdout


if __name__ == "__main__":
    main(measure, __doc__)
