"""SQS: the receipt of a FIFO queue's message expires.

The stock emulator takes a receipt as long as nobody has received the message anew. On AWS a FIFO
queue refuses it (InvalidParameterValue, "The receipt handle has expired") from the moment that the
message is visible again: it can neither be hidden nor deleted any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ministack.services import sqs

Handler = Callable[[dict[str, Any], str], dict[str, Any]]


def expired(queue: dict[str, Any], receipt: str) -> bool:
    """Whether this receipt of a FIFO queue's message gives no right to it any more."""
    now = time.time()
    return queue["is_fifo"] and any(
        message["receipt_handle"] == receipt and message["visible_at"] <= now
        for message in queue["messages"]
    )


def _refusing(handler: Handler) -> Handler:
    def handle(data: dict[str, Any], url: str) -> dict[str, Any]:
        queue, receipt = sqs._get_q(data.get("QueueUrl", url)), data.get("ReceiptHandle", "")
        if receipt and expired(queue, receipt):
            raise sqs._Err(
                "InvalidParameterValue",
                f"Value {receipt} for parameter ReceiptHandle is invalid. "
                "Reason: The receipt handle has expired.",
            )
        return handler(data, url)

    return handle


def apply() -> None:
    """Refuse receipts that have expired; the mappings' own deletions ask `expired`."""
    for action in ("ChangeMessageVisibility", "DeleteMessage"):
        sqs._HANDLERS[action] = _refusing(sqs._HANDLERS[action])
