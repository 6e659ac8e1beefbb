"""A function is killed at work: its message is taken up again when its lease is over."""

import contextlib
import gzip
import os
import signal
import time
from typing import Any

from tests.chaos import mischief
from tests.integration.cloud import Cloud, eventually, new_feed
from tests.integration.project import Project

LEASE = 2  # seconds, by the function's own setting; the queue's own time stays as deployed
QUEUES_OWN = 5400
ROWS = 30_000_000  # some seconds of work


def attempt(cloud: Cloud, feed: str) -> dict[str, Any]:
    """What the table tells of the processor's attempt at a feed."""
    answer = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["tableName"],
        Key={"pk": {"S": feed}, "sk": {"S": "ATTEMPT#processor"}},
        ConsistentRead=True,
    )
    item: dict[str, Any] = answer.get("Item", {})
    return item


def kill_all(project: Project) -> None:
    for pid in mischief.function_processes(project.folder / ".pipeline" / "emulator"):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_what_was_killed_is_taken_up_again_when_its_lease_is_over(project: Project) -> None:
    cloud = Cloud(project.outputs)
    cloud.client("sqs").set_queue_attributes(
        QueueUrl=cloud.outputs["processorQueueUrl"],
        Attributes={"VisibilityTimeout": str(QUEUES_OWN)},
    )
    mischief.set_lease(cloud, "processor", LEASE)
    partner, name = cloud.partner(cloud.partners[0]), new_feed("lease")
    feed = f"{partner.name}/{name}"
    rows = b"2026-01-05T14:30:00Z,SYNA,1,1,Q,@\n" * (ROWS // 1000)
    head = b"timestamp,symbol,price,size,exchange,conditions\n"
    packed = gzip.compress(head) + gzip.compress(rows, 1) * 1000  # gzip's members follow each other
    partner.put(name, "1/a.csv.gz", packed)

    held = eventually(lambda: attempt(cloud, feed), bool)  # its heart has beaten
    kill_all(project)
    killed = time.monotonic()
    again = eventually(lambda: attempt(cloud, feed), lambda a: a["attempt"]["N"] == "2")

    assert time.monotonic() - killed < 60  # and not after the queue's hour and a half
    assert again["messageId"] == held["messageId"]
    assert held["attempt"]["N"] == "1"
    assert held["dueAt"]["S"] > held["at"]["S"]
    assert partner.settled(name, "1/a.csv.gz")["status"] == "AGGREGATED"
