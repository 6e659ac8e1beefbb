"""The peak of memory of every function, deployed, with a kill above the target.

    python -m tools.benchmarks.memory [--quick] [--json]

Deploys to an emulator of its own, which kills whoever exceeds its memory as Lambda does, and gives
each function 128 MB instead of 512; the garbage collector is told what 512 MB allow, so that it is
not what keeps them below. Then files with as many symbols as a file may have go through one feed
until a node of the day's tree is made of them, and a file of many rows. A function that is killed
leaves its file behind, and the run fails.
"""

from tools.benchmarks.cost_run import counted, trades
from tools.benchmarks.figures import Figure, Report, Target, main, tell

_LIMIT = 128  # MB
_SOFT = "460MiB"  # what the garbage collector of a function with 512 MB may be told
_MOST_SYMBOLS = 1 << 16  # what a file may have
_FILES = 34  # the 32nd makes a node of the day's tree


def measure(quick: bool) -> Report:
    """Send the files."""
    files = 3 if quick else _FILES
    rows = 200_000 if quick else 2_000_000
    with counted(memory=_LIMIT, variables={"GOMEMLIMIT": _SOFT}) as pipeline:
        tell(f"{files} files of {_MOST_SYMBOLS:,} symbols")
        wide = pipeline.run(
            [(f"wide/{n + 1}/trades.csv", _wide(n)) for n in range(files)], together=False
        )
        tell(f"a file of {rows:,} rows")
        long = pipeline.run([("long/1/trades.csv", trades(0, 100, rows))], together=False)
    return Report(
        benchmark="memory",
        title=f"Peaks of memory, killed above {_LIMIT} MB",
        figures=[
            Figure(
                name=f"the {stage}: {files} files of {_MOST_SYMBOLS:,} symbols, {rows:,} rows",
                value=max(run.stages[stage].peak_mb for run in (wide, long)),
                unit="MB",
                target=Target(sense="≤", value=_LIMIT),
            )
            for stage in wide.stages
        ],
        versions={},
    )


def _wide(minute: int) -> bytes:
    """A file of as many symbols as it may have, a row each."""
    lines = ["timestamp,symbol,price,size"]
    at = f"2026-01-05T14:{minute:02}:00Z"
    lines += [f"{at},W{n:05},{100 + n % 700 / 100:.2f},100" for n in range(_MOST_SYMBOLS)]
    return ("\n".join(lines) + "\n").encode()


if __name__ == "__main__":
    main(measure, __doc__)
