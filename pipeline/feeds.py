"""An operator's hand on a feed: look at its order, skip a number, try one again."""

import getpass
import json
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from pipeline.deployment import Deployment
from pipeline.errors import CommandError, UsageError
from pipeline.ledger import MOST_ITEMS, Item, Table, number_key
from pipeline.names import Feed

STAGES = ("validator", "processor", "aggregator")
_KEPT = timedelta(days=400)  # how long a version's record outlives its end
_PATIENCE = timedelta(hours=1)  # how long a file may wait before an alarm tells
_REMEMBERED = timedelta(days=13)  # CloudWatch takes no count for a time two weeks ago
_MOST_REASON = 500  # characters: an item holds 400 kB, and many reasons
_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}  # controls, bytes that are not UTF-8, ends of lines
_OUTPUT_OF_QUEUE = {"processor": "processorQueueUrl", "aggregator": "aggregatorQueueUrl"}


@dataclass(frozen=True, kw_only=True)
class Ticket:
    """One version of one number: what stages take in turn."""

    number: int
    revision: int
    file: str
    version: str

    @classmethod
    def of(cls, item: Item) -> "Ticket":
        """The ticket in an item, or in one of its parked places."""
        return cls(
            number=int(item.get("number", 0)),
            revision=int(item.get("revision", 0)),
            file=item.get("file", ""),
            version=item.get("versionId", ""),
        )


class Operator:
    """What an operator does to one feed, under rights of their own.

    Args:
        deployment: The stack.
        feed: The feed.
    """

    def __init__(self, deployment: Deployment, feed: Feed) -> None:
        self._deployment = deployment
        self._feed = feed
        self._table = Table(deployment, feed)

    def show(self) -> dict[str, Any]:
        """The cursors, and every number not behind all of them, or that an operator touched."""
        head = self._head()
        cursors = {stage: int(head.get(stage, 0)) for stage in STAGES}
        return {
            "feed": str(self._feed),
            "kind": head.get("kind"),
            "highest": int(head.get("highest", 0)),
            "cursors": cursors,
            "numbers": [
                {
                    "number": int(item["number"]),
                    "file": item.get("file") or None,
                    "status": item.get("status"),
                    "parked": sorted(item.get("parked") or {}),
                    "skipped": {
                        "at": item["skippedAt"],
                        "by": item["skippedBy"],
                        "reason": item["skipReason"],
                    }
                    if item.get("skippedAt")
                    else None,
                    "retries": item.get("retries", []),
                }
                for item in self._table.numbers()
                if item.get("skippedAt")
                or item.get("retries")
                or int(item["number"]) > min(cursors.values())
            ],
        }

    def skip(self, numbers: range, reason: str) -> list[str]:
        """Let the feed go on without some numbers, and record why and by whom.

        A number that was skipped before keeps its first reason; so a call that was interrupted may
        be repeated, and does the rest.

        Args:
            numbers: Numbers that hold the feed up: rejected, failed or missing.
            reason: Kept with each number, and in the history of its file.

        Returns:
            What was woken, in words.

        Raises:
            UsageError: The reason cannot be kept, or a number is beyond the highest seen.
            CommandError: A number is complete, or counts though not every stage has recorded it.
        """
        _check_reason("skip", reason)
        highest = int(self._head().get("highest", 0))
        if numbers[-1] > highest:
            raise UsageError(
                f"{self._feed} has no number above {highest} yet: {numbers[-1]} holds nothing up."
            )
        at = _now()
        while numbers:
            numbers = self._skip_some(numbers, reason, at)
        return self.wake()

    def _skip_some(self, numbers: range, reason: str, at: str) -> range:
        """Skip as many numbers as can be written at once; those that are left are returned."""

        def work() -> tuple[tuple[range, list[tuple[str, str]]], list[Item]]:
            passed = min(int(self._head().get(stage, 0)) for stage in STAGES)
            waits: list[tuple[str, str]] = []
            writes: list[Item] = []
            for number, item in self._table.each(numbers[:MOST_ITEMS]):
                if item.get("skippedAt") and not item.get("parked"):
                    continue
                if number <= passed:
                    raise CommandError(f"Number {number} of {self._feed} holds nothing up.")
                if 0 < int(item.get("revision", 0)) <= int(item.get("aggregator", 0)):
                    raise CommandError(
                        f"Number {number} of {self._feed} counts already: take it up again with "
                        f"`pipeline feed retry {self._feed} {number} --reason …`."
                    )
                skipped = self._skipped(number, item, reason, at)
                if len(writes) + len(skipped) > MOST_ITEMS:
                    return (range(number, numbers.stop), waits), writes
                waits += (item.get("since") or {}).items()
                writes += skipped
            return (numbers[MOST_ITEMS:], waits), writes

        left, waits = self._table.change(work)
        self._count_less(waits)
        return left

    def _skipped(self, number: int, item: Item, reason: str, at: str) -> list[Item]:
        """A number and its file as they are once it is skipped."""
        skipped = item | {
            **{"number": number, "revision": item.get("revision", 0), "status": "SKIPPED"},
            **{"skipReason": reason, "skippedBy": getpass.getuser(), "skippedAt": at},
            # What is parked from now on came after the skip, and is taken.
            **{"parked": {}, "since": {}},
        }
        return [skipped, *self._skipped_file(Ticket.of(skipped), reason, at)]

    def _count_less(self, waits: list[tuple[str, str]]) -> None:
        """Tell the alarm on waiting files what does not wait any more: at which stages, since when.

        Each count is taken away at the very time that the function added it for (decision 0015).
        """
        dues = [(stage, datetime.fromisoformat(since) + _PATIENCE) for stage, since in waits]
        counts = [
            {
                "MetricName": "WaitingFilesChange",
                "Dimensions": [
                    {
                        "Name": "FunctionName",
                        "Value": self._deployment.output(f"{stage}FunctionName"),
                    }
                ],
                "Timestamp": due,
                "Value": -1,
                "Unit": "Count",
            }
            for stage, due in dues
            if due > datetime.now(UTC) - _REMEMBERED
        ]
        if counts:
            self._deployment.client("cloudwatch").put_metric_data(
                Namespace="MarketData/Pipeline", MetricData=counts
            )

    def _skipped_file(self, ticket: Ticket, reason: str, at: str) -> list[Item]:
        """The records of a skipped number's file, if it has one, with the skip in its history."""
        if not ticket.version:
            return []
        version = self._table.get(f"VERSION#{ticket.file}#{ticket.version}")
        event = {"status": "SKIPPED", "at": at, "stage": "operator", "reason": reason}
        version |= {
            "status": "SKIPPED",
            "history": [*version.get("history", []), event],
            "expiresAt": int((datetime.now(UTC) + _KEPT).timestamp()),
        }
        head = self._table.get(f"FILE#{ticket.file}")
        if head.get("versionId") != ticket.version:
            return [version]
        return [version, head | {"status": "SKIPPED", "updatedAt": at}]

    def retry(self, number: int, reason: str) -> str:
        """Take a number up again where it stopped; what is complete stays as it is.

        Args:
            number: The number.
            reason: Kept with the number.

        Raises:
            UsageError: The reason cannot be kept.
            CommandError: Nothing with that number has come, or it must be sent anew.
        """
        _check_reason("retry", reason)

        def work() -> tuple[Item, list[Item]]:
            item = self._retried(number)
            line = {"at": _now(), "by": getpass.getuser(), "reason": reason}
            item |= {"retries": [*item.get("retries", []), line]}
            return item, [item]

        item = self._table.change(work)
        ticket, stage = Ticket.of(item), _stopped_at(item)
        self._send(stage, ticket)
        return f"{ticket.file} is taken up again by the {stage}"

    def _retried(self, number: int) -> Item:
        """A number's item, if there is something to take up again."""
        item = self._table.get(number_key(number))
        ticket = Ticket.of(item)
        if not ticket.version:
            raise CommandError(f"Nothing with number {number} has come in {self._feed}.")
        if item.get("status") == "REJECTED":
            raise CommandError(
                f"{ticket.file} was rejected, and would be again: send a valid version of it, "
                f"or skip it with `pipeline feed skip {self._feed} {number} --reason …`."
            )
        if item.get("status") == "SKIPPED" and ticket.revision == 0:
            raise CommandError(
                f"{ticket.file} was skipped before it was found valid: send it anew, and it is "
                "taken after all."
            )
        return item

    def wake(self) -> list[str]:
        """Send each stage the ticket that is parked next behind its cursor."""
        head, woken = self._head(), []
        for stage in STAGES:
            number = int(head.get(stage, 0)) + 1
            for item in self._table.numbers(number):
                if item["sk"] != number_key(number):
                    break
                if parked := (item.get("parked") or {}).get(stage):
                    self._send(stage, Ticket.of(parked))
                    woken.append(f"{stage}: {parked['file']}")
                    break
                if not item.get("skippedAt"):
                    break
                number += 1
        return woken

    def _send(self, stage: str, ticket: Ticket) -> None:
        if stage == "validator":
            self._invoke_validator(ticket)
            return
        body = {
            **{"partner": self._feed.partner, "feed": self._feed.name, "file": ticket.file},
            **{"number": ticket.number, "revision": ticket.revision},
            **{"bucket": self._deployment.output("bucketName"), "key": self._key(ticket)},
            "versionId": ticket.version,
        }
        self._deployment.client("sqs").send_message(
            QueueUrl=self._deployment.output(_OUTPUT_OF_QUEUE[stage]),
            MessageBody=json.dumps(body),
            MessageGroupId=str(self._feed),
            MessageDeduplicationId=uuid.uuid4().hex,
        )

    def _invoke_validator(self, ticket: Ticket) -> None:
        """Tell the validator of an object version once more, as the bucket did."""
        head = self._table.get(f"FILE#{ticket.file}")
        record = {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Put",
            "s3": {
                "bucket": {"name": self._deployment.output("bucketName")},
                "object": {
                    "key": quote_plus(self._key(ticket), safe="/"),
                    "versionId": ticket.version,
                    "sequencer": head.get("sequencer", "0"),
                },
            },
        }
        self._deployment.client("lambda").invoke(
            FunctionName=self._deployment.output("validatorFunctionName"),
            InvocationType="Event",
            Payload=json.dumps({"Records": [record]}).encode(),
        )

    def _key(self, ticket: Ticket) -> str:
        return f"uploads/{self._feed}/{ticket.file}"

    def _head(self) -> Item:
        head = self._table.get("FEED")
        if head["generation"] == 0:
            raise CommandError(f"The feed {self._feed} has had no file yet.")
        return head


def _check_reason(what: str, reason: str) -> None:
    """A UsageError unless a reason can be kept: the functions carry it on, and tables show it."""
    if not reason.strip():
        raise UsageError(f"A {what} needs a reason: it is kept with the number.")
    if len(reason) > _MOST_REASON or not _NO_TEXT.isdisjoint(map(unicodedata.category, reason)):
        raise UsageError(
            f"This reason ({len(reason)} characters) cannot be kept: write one line of UTF-8, "
            f"without control characters, of at most {_MOST_REASON}."
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _stopped_at(number: Item) -> str:
    """The first stage that has not completed a number's newest revision, or the last of all."""
    revision = int(number.get("revision", 0))
    left = (stage for stage in STAGES if revision == 0 or int(number.get(stage, 0)) < revision)
    return next(left, STAGES[-1])
