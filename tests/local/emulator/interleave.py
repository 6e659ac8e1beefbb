"""A message is sent while a queue is swept, as two threads of the emulator do it.

Run as `python interleave.py stock|fixed`: prints how many messages the queue has afterwards. A
process of its own, because the emulator's modules keep their state and are patched for good.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from typing import Any

from ministack.services import sqs

ARGUMENTS = {"MessageBody": "x", "MessageGroupId": "g"}


def send(url: str, number: int) -> None:
    sqs._HANDLERS["SendMessage"](
        {"QueueUrl": url, "MessageDeduplicationId": str(number), **ARGUMENTS}, url
    )


class Messages(list[Any]):
    """A list that lets another thread in when the sweep has read it to the end."""

    def __init__(self, items: list[Any], url: str) -> None:
        super().__init__(items)
        self.sender = threading.Thread(target=send, args=(url, 2))

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        self.sender.start()
        self.sender.join(timeout=1)


def main(kind: str) -> None:
    if kind == "fixed":
        from local.emulator.fixes import queue_atomicity

        queue_atomicity.apply()
    url = sqs._HANDLERS["CreateQueue"](
        {"QueueName": "dead.fifo", "Attributes": {"FifoQueue": "true"}}, ""
    )["QueueUrl"]
    target = sqs._queues[url]["attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": 3})
    url = sqs._HANDLERS["CreateQueue"](
        {
            "QueueName": "work.fifo",
            "Attributes": {"FifoQueue": "true", "RedrivePolicy": policy},
        },
        "",
    )["QueueUrl"]
    send(url, 1)
    queue = sqs._queues[url]
    messages = queue["messages"] = Messages(queue["messages"], url)
    sqs._dlq_sweep(queue)
    messages.sender.join()
    sys.stdout.write(str(len(queue["messages"])))


if __name__ == "__main__":
    main(sys.argv[1])
