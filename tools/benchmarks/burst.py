"""A burst of files over many feeds through the whole pipeline on the emulator, and what it costs.

    python -m tools.benchmarks.burst [--quick] [--json]

Deploys to an emulator of its own, sends single files while it is idle, then 2,000 files over 100
feeds (200 over 20 with --quick) at once, and waits until the last is aggregated. Then the three
functions are replaced by ones that only pass the event on, and the same burst is sent again: what
that takes is the emulator's own floor. A file that is lost, dead or counted twice is an error.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline import emulator, up
from pipeline.deployment import Deployment, client, load
from pipeline.names import Feed
from tools.benchmarks.burst_floor import Floor
from tools.benchmarks.figures import Figure, Report, Target, main, tell
from tools.benchmarks.project import throwaway

PORT = 4722
PARTNER = "acme"
SENDERS = 8
SINGLES = 10  # files sent one by one, each when the one before is aggregated
PATIENCE = 3600.0  # seconds
_POLL = 0.2
_TRADES = "timestamp,symbol,price,size\n" + "".join(
    f"2026-01-05T14:30:{second:02}Z,SYNA,{182 + second / 100},100\n" for second in range(60)
)


@dataclass(frozen=True, kw_only=True)
class Passage:
    """When a file was received and when it was aggregated, in seconds since 1970."""

    received: float
    aggregated: float


def measure(quick: bool) -> Report:
    """Send the burst through the pipeline, then through the floor."""
    feeds, per_feed = (20, 10) if quick else (100, 20)
    with throwaway(PORT) as target:
        try:
            up.up(target)
            deployment = load(target)
            idle = list(_singles(deployment))
            tell(f"sending {feeds * per_feed} files over {feeds} feeds")
            began = _send(deployment, _names("burst", feeds), per_feed)
            passages = _passages(deployment, _names("burst", feeds), per_feed)
            took = max(passage.aggregated for passage in passages) - began
            tell(f"aggregated in {took:.1f} s; the same with functions that do nothing")
            with Floor(deployment) as floor:
                began = _send(deployment, _names("floor", feeds), per_feed)
                least = floor.drained(feeds * per_feed) - began
        finally:
            emulator.stop(target)
    return Report(
        benchmark="burst",
        title=f"A burst of {feeds * per_feed} files over {feeds} feeds on the emulator",
        figures=_figures(idle, passages, feeds * per_feed, took, least),
        versions={},
    )


def _figures(
    idle: list[float], passages: list[Passage], files: int, took: float, least: float
) -> list[Figure]:
    waits = sorted(passage.aggregated - passage.received for passage in passages)
    return [
        Figure(
            name="aggregated once, in order, of the files sent",
            value=len(passages),
            unit="files",
            target=Target(sense="≥", value=files),
        ),
        Figure(name="through the pipeline", value=files / took, unit="files/s"),
        Figure(
            name="with functions that do nothing: the emulator's floor",
            value=files / least,
            unit="files/s",
        ),
        Figure(name="the pipeline's time against the floor's", value=took / least, unit="times"),
        Figure(
            name="received to aggregated in the burst, median",
            value=statistics.median(waits),
            unit="s",
        ),
        Figure(
            name="received to aggregated in the burst, 99th percentile",
            value=waits[int(0.99 * (len(waits) - 1))],
            unit="s",
        ),
        Figure(
            name="uploaded to aggregated when idle",
            value=statistics.median(idle),
            low=min(idle),
            high=max(idle),
            unit="s",
            target=Target(sense="≤", value=1.0),
        ),
    ]


def _names(what: str, feeds: int) -> list[Feed]:
    return [Feed(partner=PARTNER, name=f"{what}-{n}") for n in range(feeds)]


def _singles(deployment: Deployment) -> Iterator[float]:
    """Seconds from the upload to the aggregate of one file at a time, functions warm."""
    (feed,) = _names("single", 1)
    for number in range(SINGLES + 1):
        began = _send(deployment, [feed], 1, first=number + 1)
        last = max(p.aggregated for p in _passages(deployment, [feed], number + 1))
        if number:
            yield last - began


def _send(deployment: Deployment, feeds: Sequence[Feed], per_feed: int, first: int = 1) -> float:
    """Upload so many files to each feed, all feeds at once; when that began."""
    session = deployment.partner_session(PARTNER, "burst")
    store, bucket = client(session, "s3", deployment.outputs), deployment.output("bucketName")

    def send(feed: Feed) -> None:
        for number in range(first, first + per_feed):
            key = f"uploads/{feed}/{number}/trades.csv"
            store.put_object(Bucket=bucket, Key=key, Body=_TRADES.encode())

    began = time.time()
    with ThreadPoolExecutor(SENDERS) as pool:
        list(pool.map(send, feeds))
    return began


def _passages(deployment: Deployment, feeds: Sequence[Feed], per_feed: int) -> list[Passage]:
    """How each file fared, once all are aggregated.

    Raises:
        RuntimeError: Files are dead, or were not aggregated within the hour.
    """
    table, deadline = deployment.client("dynamodb"), time.monotonic() + PATIENCE
    name = deployment.output("tableName")
    for feed in feeds:
        key = {"pk": {"S": str(feed)}, "sk": {"S": "FEED"}}
        while _cursor(table.get_item(TableName=name, Key=key, ConsistentRead=True)) < per_feed:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{feed} is not aggregated after {PATIENCE:.0f} s")
            time.sleep(_POLL)
    return [
        passage
        for feed in feeds
        for page in table.get_paginator("query").paginate(
            TableName=name,
            KeyConditionExpression="pk = :feed AND begins_with(sk, :file)",
            ExpressionAttributeValues={":feed": {"S": str(feed)}, ":file": {"S": "FILE#"}},
            ConsistentRead=True,
        )
        for passage in map(_passage, page["Items"])
    ]


def _cursor(answer: dict[str, Any]) -> int:
    return int(answer.get("Item", {}).get("aggregator", {"N": "0"})["N"])


def _passage(version: dict[str, Any]) -> Passage:
    events = [entry["M"] for entry in version["history"]["L"]]
    moments = {e["status"]["S"]: datetime.fromisoformat(e["at"]["S"]) for e in events}
    if version["status"]["S"] != "AGGREGATED":
        raise RuntimeError(f"{version['file']['S']} is {version['status']['S']}")
    return Passage(
        received=moments["RECEIVED"].timestamp(), aggregated=moments["AGGREGATED"].timestamp()
    )


if __name__ == "__main__":
    main(measure, __doc__)
