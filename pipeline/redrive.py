"""Moving a dead-letter queue's messages back, in feed order, one at a time.

A message is sent first and deleted from the dead-letter queue afterwards, so an interruption
between the two repeats it at worst, and the functions take a repeat for what it is. Whoever looks
lets go of what stays, so that the next one sees it at once.
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus

from pipeline.deployment import Deployment, function_name
from pipeline.errors import UsageError
from pipeline.names import Feed

_MOST_DIGITS = 18  # of a sequence
_HELD = 60  # seconds that a message is kept from others while it is looked at
_AT_ONCE = 300  # messages that are held together: few enough to be moved while they are
_SOURCES = {"processor": "processorQueueUrl", "aggregator": "aggregatorQueueUrl"}


@dataclass(frozen=True, kw_only=True)
class DeadLetter:
    """A message of a dead-letter queue.

    Attributes:
        feed: `partner/feed`, or empty where the message names none.
        number: Its place in the feed; 0 where the message names none.
        payload: What is sent back, or None for what nothing here could take up again.
    """

    function: str
    message_id: str
    receipt: str
    feed: str
    number: int
    file: str
    payload: str | None

    def document(self) -> dict[str, object]:
        """The message in the answer of `pipeline redrive --json`."""
        return {
            "function": self.function,
            "messageId": self.message_id,
            "feed": self.feed or None,
            "number": self.number or None,
            "file": self.file or None,
            "redrivable": self.payload is not None,
        }


class DeadLetterQueue:
    """A function's dead-letter queue, under the operator's rights.

    Args:
        deployment: The stack.
        function: The function's short name.
    """

    def __init__(self, deployment: Deployment, function: str) -> None:
        self._function = function_name(function)
        self._deployment = deployment
        self._sqs = deployment.client("sqs")
        self._url = deployment.output(f"{function}DlqUrl")

    def look(self) -> list[DeadLetter]:
        """The messages that can be seen now, in feed order, left where they are."""
        with self._held() as letters:
            return sorted(letters, key=_order)

    def count(self) -> int:
        """About how many messages the queue has, with those that it does not show.

        A FIFO queue shows at most ten messages of a group at once, and none while any of the group
        is held: by another command, or by one that was killed, for as long as `_HELD`.
        """
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(answer["Attributes"][name]) for name in names)

    def redrive(self) -> Iterator[DeadLetter]:
        """Send back what can be, in feed order; yields each. The rest stays where it is.

        What fails again meanwhile stays too, or a fault that persists would keep this going on.
        """
        sent: set[str] = set()
        moved = True
        while moved:
            moved = False
            with self._held() as letters:
                for letter in sorted(letters, key=_order):
                    if letter.payload is None or letter.payload in sent:
                        continue
                    self._send(letter, letter.payload)
                    self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=letter.receipt)
                    letters.remove(letter)
                    sent.add(letter.payload)
                    moved = True
                    yield letter

    @contextmanager
    def _held(self) -> Iterator[list[DeadLetter]]:
        """Messages kept from others; those that are still in the list at the end are let go."""
        letters: list[DeadLetter] = []
        try:
            while len(letters) < _AT_ONCE and (messages := self._receive()):
                letters += map(self._letter, messages)
            yield letters
        finally:
            for start in range(0, len(letters), 10):
                entries = [
                    {"Id": str(n), "ReceiptHandle": letter.receipt, "VisibilityTimeout": 0}
                    for n, letter in enumerate(letters[start : start + 10])
                ]
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)

    def _receive(self) -> list[dict[str, Any]]:
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=_HELD,
            WaitTimeSeconds=1,  # without, SQS asks some of its servers only
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _letter(self, message: dict[str, Any]) -> DeadLetter:
        payload: Any = _json(message["Body"])
        if self._function == "validator":
            payload = _failed_request(payload)
            named = _uploaded(payload)
        else:
            named = _work(payload)
        feed, number, file = named or ("", 0, "")
        return DeadLetter(
            function=self._function,
            message_id=message["MessageId"],
            receipt=message["ReceiptHandle"],
            feed=feed,
            number=number,
            file=file,
            payload=json.dumps(payload) if named and self._function != "status" else None,
        )

    def _send(self, letter: DeadLetter, payload: str) -> None:
        if self._function == "validator":
            self._deployment.client("lambda").invoke(
                FunctionName=self._deployment.output("validatorFunctionName"),
                InvocationType="Event",
                Payload=payload.encode(),
            )
            return
        self._sqs.send_message(
            QueueUrl=self._deployment.output(_SOURCES[self._function]),
            MessageBody=payload,
            MessageGroupId=letter.feed,
            MessageDeduplicationId=uuid.uuid4().hex,
        )


def _order(letter: DeadLetter) -> tuple[str, int]:
    return letter.feed, letter.number


def _json(text: str) -> Any:
    """What a message says; None where it is not JSON, or holds what is no text."""
    try:
        document = json.loads(text)
        json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return document


def _work(message: Any) -> tuple[str, int, str] | None:
    """Feed, number and file of a queue's message; None where it is none."""
    match message:
        case {"partner": str(partner), "feed": str(feed), "file": str(file), "number": int(number)}:
            try:  # a queue takes no group of any other name, and no function such a message
                return str(Feed.parse(f"{partner}/{feed}")), number, file
            except UsageError:
                return None
    return None


def _failed_request(message: Any) -> Any:
    """What the validator was invoked with, from the record of its failure."""
    match message:
        case {"detail": {"requestPayload": payload}}:
            return payload
    return None


def _uploaded(payload: Any) -> tuple[str, int, str] | None:
    """Feed, declared number and file of a bucket's event; None where it is none."""
    match payload:
        case {"Records": [{"s3": {"object": {"key": str(encoded)}}}, *_]}:
            key = unquote_plus(encoded)
        case _:
            return None
    match key.split("/", 3):
        case ["uploads", partner, feed, file]:
            digits = file.partition("/")[0].lstrip("0")
            number = int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else 0
            return f"{partner}/{feed}", number, file
    return "", 0, key
