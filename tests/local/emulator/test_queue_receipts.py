"""A receipt of a FIFO queue's message is worth nothing once the message is visible again."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.kit import Account, Notes
from tests.local.emulator.test_event_source_mapping import counts, mapped


def received(account: Account, url: str) -> str:
    """The receipt of a message that is sent and received."""
    account.send(url, {})
    answer = account.client("sqs").receive_message(QueueUrl=url)
    return str(answer["Messages"][0]["ReceiptHandle"])


def test_message_can_be_hidden_as_long_as_it_is_hidden(account: Account) -> None:
    url, _ = account.fifo_queue()
    receipt, sqs = received(account, url), account.client("sqs")

    for seconds in (60, 120, 0):
        sqs.change_message_visibility(
            QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=seconds
        )

    assert counts(account, url) == (1, 0)


@pytest.mark.parametrize("action", ["change_message_visibility", "delete_message"])
def test_message_that_is_visible_again_can_be_neither_hidden_nor_deleted(
    account: Account, action: str
) -> None:
    url, _ = account.fifo_queue()
    receipt, sqs = received(account, url), account.client("sqs")
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=receipt, VisibilityTimeout=0)
    more = {"VisibilityTimeout": 60} if action == "change_message_visibility" else {}

    with pytest.raises(ClientError, match="The receipt handle has expired"):
        getattr(sqs, action)(QueueUrl=url, ReceiptHandle=receipt, **more)

    assert counts(account, url) == (1, 0)


def test_function_that_took_too_long_does_not_acknowledge(account: Account, notes: Notes) -> None:
    url, _ = mapped(account, VisibilityTimeout="1")

    account.send(url, {"notify": notes.url, "sleep": 1500})

    notes.take(2)  # it comes again, though it was done well
