"""docs/cost.md, from a run of the benchmark.

python -m tools.benchmarks.cost_page [--quick]
"""

import argparse
import datetime
from collections.abc import Iterator, Mapping, Sequence

from pipeline.prices import PRICES, READ
from tools.benchmarks import cost
from tools.benchmarks.cost_run import Run, Stage
from tools.benchmarks.project import REPOSITORY

PAGE = REPOSITORY / "docs" / "cost.md"
DAYS = 252  # trading days of a year
MILLION = 1_000_000
# What bites first: AWS's own quotas in us-east-1, by their names there.
PARTITION_WRITES = 1_000  # units a second of one partition key (DynamoDB, partition throughput)
TABLE_WRITES = 40_000  # units a second of one on-demand table, by default
CONCURRENCY = 1_000  # functions at work at once in an account, by default
MAPPING = 100  # of one queue's function at once: `MAXIMUM_CONCURRENCY` in stack/function.py
MAPPING_MOST = 1_000  # the most that AWS takes for it
FIFO_CALLS = 70_000  # calls a second of one action on a FIFO queue of high throughput


def page(runs: Mapping[str, Run], day: datetime.date) -> str:
    """The whole page."""
    return "\n".join(_lines(runs, day)) + "\n"


def _lines(runs: Mapping[str, Run], day: datetime.date) -> Iterator[str]:
    yield f"""# What it costs

Made by `python -m tools.benchmarks.cost_page` on {day}, from a run of the deployed pipeline on the emulator: a door before the emulator counts every call that each function's SDK makes, repeated tries included, and what DynamoDB bills for it (items' sizes by its own rules, transactions twice, what only checks included). `pipeline/prices.py` holds the prices. Two things are arithmetic and not measured:

- **What the Lambda service does for a message**: it receives it and deletes it, two requests each.
- **How long a function runs on AWS**: its processor time here, on its share of a core (512 of 1,769 MB, {cost.VCPU:.2f}), and for each call what AWS says of its latency: {", ".join(f"{name} {ms:.0f} ms" for name, ms in cost.WAIT_MS.items())}, one after the other.

Not in it: storage, logs, traces and what a partner's upload costs (a PUT), which stand below."""
    for name, run in runs.items():
        yield from _run(name, run)
    measured = list(runs.values())
    yield from _targets(runs)
    yield from _year(measured[1])
    yield from _burst(measured[2])
    yield from _limits(measured[1])
    yield "\n## Prices\n"
    yield from prices()


def prices() -> Iterator[str]:
    """The table of prices, each with its page and where its figure was read."""
    yield f"us-east-1, on demand, first tier, without free tiers; read on {READ}.\n"
    yield "| price | US dollars | for | AWS's page | the figure was read in |"
    yield "|---|---|---|---|---|"
    for name, price in PRICES.items():
        source = price.source or "that page"
        yield f"| {name} | {price.dollars:g} | {price.per:,} {price.unit} | {price.page} | {source} |"


def _run(name: str, run: Run) -> Iterator[str]:
    total = cost.total(run)
    yield f"\n## {name[0].upper()}{name[1:]}\n"
    yield f"Per file ({run.files:,} sent):\n"
    yield "| stage | calls | read units | write units | on AWS | dollars per million |"
    yield "|---|---|---|---|---|---|"
    for stage, found in run.stages.items():
        taken = cost.units(stage, found)
        yield (
            f"| {stage} | {_calls(found)} | {_number(taken.get('read unit', 0))} "
            f"| {_number(taken.get('write unit', 0))} | {cost.milliseconds(found):.0f} ms "
            f"| {cost.dollars(taken) * MILLION:.2f} |"
        )
    yield (
        f"| **all** | | {_number(total['read unit'])} | {_number(total['write unit'])} | "
        f"| **{cost.dollars(total) * MILLION:.2f}** |"
    )
    parts = sorted(
        ((PRICES[unit].of(n) * MILLION, unit) for unit, n in total.items()), reverse=True
    )
    yield "\nOf that: " + ", ".join(f"{unit} ${dollars:.2f}" for dollars, unit in parts) + "."


def _calls(stage: Stage) -> str:
    return ", ".join(f"{_number(n)} {kind}" for kind, n in stage.calls.items())


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _targets(runs: Mapping[str, Run]) -> Iterator[str]:
    yield "\n## Targets\n"
    yield "| | target | " + " | ".join(runs) + " |"
    yield "|---|---|" + "---|" * len(runs)
    rows: Sequence[tuple[str, str, float]] = [
        ("write units per file", "write unit", 18),
        ("read units per file", "read unit", 10),
        ("objects beyond the upload", "S3 write", 2 + 1 / 30),
    ]
    totals = [cost.total(run) for run in runs.values()]
    for what, unit, most in rows:
        cells = (_held(total[unit], most) for total in totals)
        yield f"| {what} | ≤ {_number(most)} | " + " | ".join(cells) + " |"
    cells = (_held(cost.dollars(total) * MILLION, 25) for total in totals)
    yield "| requests and compute, dollars per million | ≤ 25 | " + " | ".join(cells) + " |"
    yield """
The first file of a feed decides its kind, which takes a feed's item into two transactions: that is what the last of these runs has above the others. The target in dollars cannot be held together with the others at these prices: two objects are $10.00, ten reads and eighteen writes $12.50, eight requests of the queues $4.00, three invocations $0.60 and the reads of S3 about $1, before any computing."""


def _held(value: float, most: float) -> str:
    return _number(value) + ("" if value <= most + 0.005 else " **missed**")


def _year(day: Run) -> Iterator[str]:
    total = cost.total(day)
    files = 390 * DAYS
    objects = 1 + total["S3 write"]
    log = sum(stage.log_bytes for stage in day.stages.values())
    sent = day.stages["processor"].bytes.get("S3 sent", 0)
    upload = day.stages["validator"].bytes.get("S3 received", 0)
    stored = (upload + sent) * files / 1e9
    requests = cost.dollars(total) * files
    puts = PRICES["S3 write"].of(files)
    logs = PRICES["log"].of(log * files / 1e9)
    moved = PRICES["Glacier transition"].of(objects * files)
    # A file lies in S3 Standard for 90 days and in Glacier from then on.
    kept = (
        PRICES["S3 storage"].of(stored * 3 / 12) * 12 / 2
        + PRICES["Glacier storage"].of(stored * 9 / 12) * 12 / 2
    )
    yield f"""
## A year of one feed

{DAYS} days of 390 minute files, {files:,} files of {upload / 1e3:.0f} KB, arithmetic on the day above:

| | dollars |
|---|---|
| requests and compute | {requests:.2f} |
| the partner's PUTs | {puts:.2f} |
| logs ({log / 1e3:.1f} KB a file) | {logs:.2f} |
| moving {objects:.2f} objects a file to Glacier after 90 days (S3-2) | {moved:.2f} |
| keeping {stored:.1f} GB, on average half of it, a quarter in S3 Standard | {kept:.2f} |
| **all** | **{requests + puts + logs + moved + kept:.2f}** |

A hundred such feeds cost a hundred times as much: nothing is shared but what the stack costs when idle, which `pipeline up` prints. Rewritten objects are rare: of a file nothing is rewritten, of a day's tree a node is written once, when it is full, and again by a correction; what a correction replaced is gone when its noncurrent versions are."""


def _burst(burst: Run) -> Iterator[str]:
    partners = 10_000
    total = cost.total(burst)
    slowest = max(cost.QUEUED, key=lambda name: cost.milliseconds(burst.stages[name]))
    milliseconds = cost.milliseconds(burst.stages[slowest])
    yield f"""
## 10,000 partners at once

The last run above is {burst.files} new feeds at once; each feed has a partition key, a message group and a prefix of its own, so {partners:,} take {partners / burst.files:.0f} times as much: ${cost.dollars(total) * partners:.2f}. How long: the {slowest} takes {milliseconds:.0f} ms a file and {MAPPING} of it run at once, so {partners:,} files are through in about {partners * milliseconds / 1000 / MAPPING:.0f} s. The table takes {total["write unit"] * partners / (partners * milliseconds / 1000 / MAPPING):,.0f} write units a second meanwhile, of the {TABLE_WRITES:,} that a table has by default; a new table begins at 4,000, and what it refuses is tried anew."""


def _limits(day: Run) -> Iterator[str]:
    total = cost.total(day)
    writes = total["write unit"]
    ms = {name: cost.milliseconds(stage) for name, stage in day.stages.items()}
    slowest = max(cost.QUEUED, key=lambda name: ms[name])
    seconds = sum(ms.values()) / 1000
    rate = MILLION / 60
    yield f"""
## What bites first

Each line is a quota of AWS in us-east-1 divided by what a file takes in the day above.

| limit | quota | a file takes | so at most | what to change then |
|---|---|---|---|---|
| one feed: its files are taken one after the other in each stage | 1 at a time | {ms[slowest]:.0f} ms in the {slowest} | {1000 / ms[slowest]:.1f} files/s of a feed | split the feed, by symbols for example: an order is what a feed is |
| one feed's items have one partition key | {PARTITION_WRITES:,} write units/s | {_number(writes)} | {PARTITION_WRITES / writes:.0f} files/s of a feed | the same; the line above comes first |
| functions that a queue feeds | {MAPPING} at once (`MAXIMUM_CONCURRENCY`) | {ms[slowest]:.0f} ms | {MAPPING * 1000 / ms[slowest]:.0f} files/s in all | raise it, up to {MAPPING_MOST:,} a queue: {MAPPING_MOST * 1000 / ms[slowest]:,.0f} files/s |
| functions of an account | {CONCURRENCY:,} at once, by default | {seconds * 1000:.0f} ms in all stages | {CONCURRENCY / seconds:,.0f} files/s | ask AWS for more (Service Quotas, "Concurrent executions") |
| the table | {TABLE_WRITES:,} write units/s, by default | {_number(writes)} | {TABLE_WRITES / writes:,.0f} files/s | ask for more ("Table-level write throughput") |
| a FIFO queue of high throughput | {FIFO_CALLS:,} calls/s of an action | 1 | {FIFO_CALLS:,} files/s | a second stack: feeds share nothing |
| S3 | 3,500 PUT/s of a prefix | 1 upload | 3,500 files/s of a prefix | nothing: S3 splits prefixes by load, and each feed has its own |

**A million feeds.** Feeds share nothing but queues, functions and the table, and a feed that is silent costs its items, about a kilobyte. A file a day of each is {MILLION / 86_400:.0f} files/s if they come evenly, which the stack takes as it is, and ${cost.dollars(total) * MILLION:.2f} a day. A file a minute of each is {rate:,.0f} files/s: {rate * seconds:,.0f} functions at once, {rate * writes:,.0f} write units/s, ${cost.dollars(total) * MILLION * 390:,.0f} a day of 390 minutes. That is beyond the quotas of one account and beyond {MAPPING_MOST:,} of a queue's function: it takes about {rate / (MAPPING_MOST * 1000 / ms[slowest]):.0f} stacks with a share of the partners each, and quotas to match. Nothing in a stack has to change for that: its name carries its suffix, and a partner belongs to one."""


def main() -> None:
    """Run the benchmark and write the page."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--quick", action="store_true", help="fewer files")
    asked = arguments.parse_args()
    PAGE.write_text(page(cost.count(asked.quick), datetime.datetime.now(datetime.UTC).date()))


if __name__ == "__main__":
    main()
