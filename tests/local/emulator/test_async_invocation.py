"""Asynchronous events: one id, three attempts in all, and their failure on the bus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from local.emulator import process
from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import Account, Notes, document, statement, unique, until


def on_failure_queue(account: Account, function: str, bus: str) -> str:
    """Route a function's failures over a bus and a rule to a FIFO queue: the queue's URL."""
    events = account.client("events")
    url, arn = account.fifo_queue(ContentBasedDeduplication="true")
    pattern = {
        "source": ["lambda"],
        "detail": {"requestContext": {"functionArn": [{"prefix": arn_of(function)}]}},
    }
    rule = events.put_rule(Name=unique("rule"), EventBusName=bus, EventPattern=json.dumps(pattern))
    account.client("sqs").set_queue_attributes(
        QueueUrl=url,
        Attributes={
            "Policy": document(
                statement(
                    "sqs:SendMessage",
                    arn,
                    Principal={"Service": "events.amazonaws.com"},
                    Condition={"ArnEquals": {"aws:SourceArn": rule["RuleArn"]}},
                )
            )
        },
    )
    events.put_targets(
        Rule=rule["RuleArn"].rpartition("/")[2],
        EventBusName=bus,
        Targets=[{"Id": "queue", "Arn": arn, "SqsParameters": {"MessageGroupId": function}}],
    )
    account.client("lambda").put_function_event_invoke_config(
        FunctionName=function,
        MaximumRetryAttempts=2,
        DestinationConfig={"OnFailure": {"Destination": bus_arn(bus)}},
    )
    return url


def arn_of(function: str) -> str:
    return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"


def bus_arn(bus: str) -> str:
    return f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{bus}"


def new_bus(account: Account) -> str:
    bus = unique("bus")
    account.client("events").create_event_bus(Name=bus)
    return bus


def received(account: Account, url: str) -> dict[str, Any]:
    answer = until(
        lambda: (
            account.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages")
        )
    )
    body: dict[str, Any] = json.loads(answer[0]["Body"])
    return body


def test_failing_event_is_tried_three_times_under_one_id_and_then_put_on_the_bus(
    account: Account, notes: Notes
) -> None:
    bus = new_bus(account)
    function = account.function(statement("events:PutEvents", bus_arn(bus)))
    queue = on_failure_queue(account, function, bus)
    command = {"fail": True, "notify": notes.url}

    account.invoke(function, command, InvocationType="Event")

    event = received(account, queue)
    ids = {note["id"] for note in notes.take(3)}
    assert len(notes) == 3
    assert event["source"] == "lambda"
    assert event["detail-type"] == "Lambda Function Invocation Result - Failure"
    detail = event["detail"]
    assert detail["requestContext"] == {
        "requestId": ids.pop(),
        "functionArn": f"{arn_of(function)}:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 3,
    }
    assert not ids
    assert detail["requestPayload"] == command
    assert detail["responsePayload"] == {"errorMessage": "told to fail", "errorType": "probe"}
    assert detail["responseContext"]["functionError"] == "Unhandled"


def test_killed_function_counts_as_a_failed_attempt(account: Account, notes: Notes) -> None:
    bus = new_bus(account)
    function = account.function(statement("events:PutEvents", bus_arn(bus)))
    queue = on_failure_queue(account, function, bus)

    account.invoke(function, {"die": True, "notify": notes.url}, InvocationType="Event")

    detail = received(account, queue)["detail"]
    assert detail["requestContext"]["approximateInvokeCount"] == 3
    assert len({note["pid"] for note in notes.take(3)}) == 3


def test_failure_is_not_put_on_the_bus_without_the_role_s_right(
    account: Account, notes: Notes
) -> None:
    bus = new_bus(account)
    powerless, able = (
        account.function(),
        account.function(statement("events:PutEvents", bus_arn(bus))),
    )
    lost, kept = (on_failure_queue(account, name, bus) for name in (powerless, able))

    for function in (powerless, able):
        account.invoke(function, {"fail": True, "notify": notes.url}, InvocationType="Event")

    received(account, kept)
    notes.take(6)
    assert "Messages" not in account.client("sqs").receive_message(QueueUrl=lost)


def test_throttled_event_waits_for_its_turn(account: Account, notes: Notes) -> None:
    function = account.function()
    account.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=1
    )

    for number in range(4):
        account.invoke(
            function, {"notify": notes.url, "sleep": 50, "log": str(number)}, InvocationType="Event"
        )

    assert {note["event"]["log"] for note in notes.take(4)} == {"0", "1", "2", "3"}


def test_event_on_its_way_survives_a_restart(archive: bytes, notes: Notes, tmp_path: Path) -> None:
    first = process.start(tmp_path, 0)
    account = Account(emulator=first, archive=archive)
    function = account.function()
    account.client("lambda").put_function_concurrency(
        FunctionName=function, ReservedConcurrentExecutions=0
    )
    account.invoke(function, {"notify": notes.url}, InvocationType="Event")
    process.stop(tmp_path)
    try:
        second = process.start(tmp_path, 0)
        Account(emulator=second, archive=archive).client("lambda").delete_function_concurrency(
            FunctionName=function
        )
        assert notes.take(1)
    finally:
        process.stop(tmp_path)


def test_stock_emulator_changes_the_id_and_drops_the_failure(archive: bytes, notes: Notes) -> None:
    with process.ephemeral(without=["async_invocation"]) as stock:
        account = Account(emulator=stock, archive=archive)
        bus = new_bus(account)
        function = account.function(statement("events:PutEvents", bus_arn(bus)))
        queue = on_failure_queue(account, function, bus)
        account.invoke(function, {"fail": True, "notify": notes.url}, InvocationType="Event")

        assert len({note["id"] for note in notes.take(3)}) == 3
        answer = account.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=1)
        assert "Messages" not in answer
