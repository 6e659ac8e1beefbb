"""What a file costs on AWS: every call of a real run on the emulator, times a table of prices.

    python -m tools.benchmarks.cost [--quick] [--json]
    python -m tools.benchmarks.cost_page        # writes docs/cost.md, from a run of its own

Deploys to an emulator of its own and puts a counting door before it for each function: one file of
1 MB in a feed that has had one, then a feed's day of 390 minute files one after the other (40 with
--quick), then one file each of 100 new feeds at once (20 with --quick). What the Lambda service
itself asks of a queue is added, and processor time is scaled to a function's share of a core, as
docs/cost.md says.
"""

from collections.abc import Mapping

from pipeline.prices import PRICES
from tools.benchmarks.cost_run import Run, Stage, counted, trades
from tools.benchmarks.figures import Figure, Report, Target, main, tell

VCPU = 512 / 1769  # of a core: AWS gives one whole one for 1,769 MB
MEMORY_GB = 0.5
# What one call keeps a function waiting, in milliseconds, where AWS publishes it: DynamoDB
# answers in single-digit milliseconds, S3 in 100 to 200, SQS in tens (their user guides).
WAIT_MS = {"DynamoDB": 5.0, "S3": 100.0, "SQS": 20.0}
QUEUED = ("processor", "aggregator")
MINUTES = 390
SYMBOLS, ROWS = 500, 22_000  # of a file of 1 MB


def measure(quick: bool) -> Report:
    """Count the three runs."""
    runs = count(quick)
    return Report(
        benchmark="cost",
        title="What a file costs on AWS",
        figures=[f for name, run in runs.items() for f in _figures(name, run)],
        versions={},
    )


def count(quick: bool) -> dict[str, Run]:
    """The runs, by what was sent."""
    minutes, feeds = (40, 20) if quick else (MINUTES, 100)
    with counted() as pipeline:
        tell("one file of 1 MB, in a feed that has had one")
        pipeline.run([("single/1/trades.csv", trades(0, SYMBOLS, ROWS))], together=False)
        runs = {
            "one file of 1 MB": pipeline.run(
                [("single/2/trades.csv", trades(1, SYMBOLS, ROWS))], together=False
            )
        }
        tell(f"{minutes} minute files of one feed, one after the other")
        runs[f"a feed's day of {minutes} minute files"] = pipeline.run(
            [(f"day/{n + 1}/trades.csv", trades(n, 100, 1500)) for n in range(minutes)],
            together=False,
        )
        tell(f"one file each of {feeds} new feeds at once")
        runs[f"a burst: one file each of {feeds} new feeds"] = pipeline.run(
            [(f"burst-{n}/1/trades.csv", trades(0, 100, 1500)) for n in range(feeds)],
            together=True,
        )
    return runs


def units(name: str, stage: Stage) -> dict[str, float]:
    """What a stage takes per file, with what the Lambda service does for it, by price."""
    found = dict(stage.units)
    found["invocation"] = 1.0
    found["compute"] = milliseconds(stage) / 1000 * MEMORY_GB
    if name in QUEUED:  # the service receives and deletes the message
        found["queue request"] = found.get("queue request", 0) + 2
    return found


def milliseconds(stage: Stage) -> float:
    """How long a function runs for a file on AWS.

    Its processor time on its share of a core, and what each call keeps it waiting.
    """
    waits = sum(WAIT_MS[kind.split()[0]] * n for kind, n in stage.calls.items())
    return stage.cpu_ms / VCPU + waits


def total(run: Run) -> dict[str, float]:
    """All stages' units together."""
    found: dict[str, float] = {}
    for name, stage in run.stages.items():
        for unit, number in units(name, stage).items():
            found[unit] = found.get(unit, 0) + number
    return found


def dollars(taken: Mapping[str, float]) -> float:
    """What units cost, in US dollars."""
    return sum(PRICES[unit].of(number) for unit, number in taken.items())


def _figures(name: str, run: Run) -> list[Figure]:
    taken = total(run)

    def figure(what: str, value: float, unit: str, most: float | None = None) -> Figure:
        target = None if most is None else Target(sense="≤", value=most)
        return Figure(name=f"{name}: {what}", value=value, unit=unit, target=target)

    return [
        figure("write units of the table per file", taken["write unit"], "units", 18),
        figure("read units of the table per file", taken["read unit"], "units", 10),
        figure("objects beyond the upload", taken["S3 write"], "objects", 2 + 1 / 30),
        figure("requests and compute", dollars(taken) * 1e6, "$/million", 25),
        *(
            figure(f"{stage} on AWS, by arithmetic", milliseconds(run.stages[stage]), "ms")
            for stage in run.stages
        ),
    ]


if __name__ == "__main__":
    main(measure, __doc__)
