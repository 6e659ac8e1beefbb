"""Message groups side by side, each in order; receives counted exactly; answers read as on AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import process
from tests.local.emulator.kit import Account, Notes, statement, until

RECEIVE = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]


def mapped(account: Account, *, batch: int = 1, **attributes: str) -> tuple[str, str]:
    """A FIFO queue that feeds a new function: the queue's URL and the function's name."""
    url, arn = account.fifo_queue(**attributes)
    function = account.function(statement(RECEIVE, arn), variables={})
    account.client("lambda").create_event_source_mapping(
        FunctionName=function,
        EventSourceArn=arn,
        BatchSize=batch,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    return url, function


def counts(account: Account, url: str) -> tuple[int, int]:
    """Visible and invisible messages of a queue."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    attributes = account.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)
    visible, invisible = (int(attributes["Attributes"][name]) for name in names)
    return visible, invisible


def body(note: dict[str, Any]) -> dict[str, Any]:
    command: dict[str, Any] = json.loads(note["event"]["Records"][0]["body"])
    return command


def test_slow_group_does_not_hold_another(account: Account, notes: Notes) -> None:
    url, _ = mapped(account)
    account.send(url, {"notify": notes.url, "sleep": 2000, "log": "slow"}, group="a")
    notes.take(1)

    for number in range(3):
        account.send(url, {"notify": notes.url, "log": f"b{number}"}, group="b")

    assert [body(note)["log"] for note in notes.take(4)] == ["slow", "b0", "b1", "b2"]
    assert counts(account, url)[1] == 1  # the slow one is still being handled


def test_group_is_handled_in_order(account: Account, notes: Notes) -> None:
    url, _ = mapped(account)

    for number in range(12):
        for group in "abc":
            account.send(url, {"notify": notes.url, "log": f"{group}{number}"}, group=group)

    seen = [body(note)["log"] for note in notes.take(36)]
    for group in "abc":
        assert [log for log in seen if log[0] == group] == [f"{group}{n}" for n in range(12)]


def test_poison_is_received_three_times_exactly(account: Account, notes: Notes) -> None:
    dead, dead_arn = account.fifo_queue()
    policy = {"deadLetterTargetArn": dead_arn, "maxReceiveCount": 3}
    url, _ = mapped(account, RedrivePolicy=json.dumps(policy), VisibilityTimeout="1")

    account.send(url, {"notify": notes.url, "fail": True}, group="a")

    message = until(
        lambda: (
            account.client("sqs")
            .receive_message(QueueUrl=dead, AttributeNames=["All"], WaitTimeSeconds=1)
            .get("Messages")
        )
    )
    receives = [n["event"]["Records"][0]["attributes"] for n in notes.take(3)]
    assert [r["ApproximateReceiveCount"] for r in receives] == ["1", "2", "3"]
    assert len(notes) == 3
    assert message[0]["Attributes"]["MessageGroupId"] == "a"


@pytest.mark.parametrize(
    "answer", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}]
)
def test_answer_without_failures_deletes_the_message(
    account: Account, notes: Notes, answer: Any
) -> None:
    url, _ = mapped(account)

    account.send(url, {"notify": notes.url, "answer": answer})

    notes.take(1)
    until(lambda: counts(account, url) == (0, 0))


@pytest.mark.parametrize(
    "answer",
    [
        {"batchItemFailures": [{"itemIdentifier": "unknown"}]},
        {"batchItemFailures": [{"itemIdentifier": ""}]},
        {"batchItemFailures": [{}]},
        "no object",
    ],
)
def test_answer_that_cannot_be_matched_fails_the_batch(
    account: Account, notes: Notes, answer: Any
) -> None:
    url, _ = mapped(account, VisibilityTimeout="1")

    account.send(url, {"notify": notes.url, "answer": answer})

    notes.take(2)  # it comes again


def test_mapping_needs_the_role_s_rights(account: Account) -> None:
    _, arn = account.fifo_queue()
    for missing in RECEIVE:
        function = account.function(statement([a for a in RECEIVE if a != missing], arn))
        with pytest.raises(ClientError, match=missing.partition(":")[2]):
            account.client("lambda").create_event_source_mapping(
                FunctionName=function, EventSourceArn=arn
            )


def test_stock_emulator_handles_one_group_at_a_time(archive: bytes, notes: Notes) -> None:
    with process.ephemeral(without=["event_source_mapping"]) as stock:
        account = Account(emulator=stock, archive=archive)
        url, _ = mapped(account)
        account.send(url, {"notify": notes.url, "sleep": 700, "log": "slow"}, group="a")
        account.send(url, {"notify": notes.url, "log": "b"}, group="b")
        notes.take(1)
        assert counts(account, url) == (1, 1)
        notes.take(2)


def test_stock_emulator_does_not_understand_null(archive: bytes, notes: Notes) -> None:
    with process.ephemeral(without=["event_source_mapping"]) as stock:
        account = Account(emulator=stock, archive=archive)
        url, _ = mapped(account, VisibilityTimeout="1")
        account.send(url, {"notify": notes.url, "answer": {"batchItemFailures": None}})
        notes.take(2)
