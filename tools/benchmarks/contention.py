"""How often writes meet others', and what it costs, where many files come at once.

    python -m tools.benchmarks.contention [--quick] [--json]

200 files at once into one feed, then 2,000 into 100 (40 into one and 100 into 20 with --quick),
on an emulator of its own. A conflict is tried anew within the attempt, so that each file is one
invocation of the validator: no attempt is spent.
"""

from tools.benchmarks.cost_run import Run, counted, trades
from tools.benchmarks.figures import Figure, Report, Target, main, tell

_SHAPES = ((200, 1), (2000, 100))  # files, feeds
_QUICK = ((40, 1), (100, 20))


def measure(quick: bool) -> Report:
    """Send each at once."""
    figures: list[Figure] = []
    body = trades(0, 10, 60)
    with counted() as pipeline:
        for files, feeds in _QUICK if quick else _SHAPES:
            name = f"{files:,} files into {feeds}" + (" feed" if feeds == 1 else " feeds")
            tell(name)
            keys = [f"rush-{feeds}-{n % feeds}/{n // feeds + 1}/trades.csv" for n in range(files)]
            figures += _figures(name, pipeline.run([(key, body) for key in keys], together=True))
    return Report(
        benchmark="contention",
        title="Writes that meet others' in a burst",
        figures=figures,
        versions={},
    )


def _figures(name: str, run: Run) -> list[Figure]:
    conflicts = [
        Figure(name=f"{name}: conflicts in the {stage}", value=found.conflicts, unit="a file")
        for stage, found in run.stages.items()
    ]
    attempts = run.stages["validator"].invocations
    target = Target(sense="≤", value=1)
    return [
        *conflicts,
        Figure(
            name=f"{name}: attempts of the validator", value=attempts, unit="a file", target=target
        ),
    ]


if __name__ == "__main__":
    main(measure, __doc__)
