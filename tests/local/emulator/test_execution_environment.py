"""Functions' processes see what they see on AWS, and their lines reach their log group."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from functools import partial

import pytest

from local.emulator import process
from local.emulator.fixes.execution_environment import _Slots
from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import Account, Notes, statement, until

CONCURRENCY = 8
OF_THE_EMULATOR = {"STATE_DIR", "PERSIST_STATE", "AUTH", "GATEWAY_PORT", "S3_DATA_DIR"}


@pytest.fixture(scope="module")
def stock(archive: bytes) -> Iterator[Account]:
    """An account of an emulator without this fix."""
    with process.ephemeral(without=["execution_environment"]) as running:
        yield Account(emulator=running, archive=archive)


def variables_of(account: Account, **own: str) -> dict[str, str]:
    answer = account.invoke(account.function(variables=own), {"env": True})
    return dict(variable.split("=", 1) for variable in answer)


def test_function_sees_lambda_s_variables_and_its_own_only(account: Account) -> None:
    variables = variables_of(account, TABLE_NAME="table", LOG_LEVEL="debug")

    assert variables["TABLE_NAME"] == "table"
    assert variables["LOG_LEVEL"] == "debug"
    assert variables["AWS_REGION"] == REGION
    assert variables["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert variables["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert not OF_THE_EMULATOR & set(variables)


def test_function_has_the_endpoint_that_it_names_itself(account: Account) -> None:
    mine = variables_of(account, AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert mine["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1"


def test_stock_emulator_shows_functions_its_own_environment(stock: Account) -> None:
    assert set(variables_of(stock)) >= OF_THE_EMULATOR


def messages(account: Account, function: str) -> list[str]:
    logs = account.client("logs")
    group = f"/aws/lambda/{function}"
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]


def lines(account: Account, function: str, count: int) -> list[str]:
    """A function's messages, once there are so many."""

    def look() -> list[str]:
        found = messages(account, function)
        return found if len(found) >= count else []

    return until(look)


def with_group(account: Account, function: str) -> str:
    account.client("logs").create_log_group(logGroupName=f"/aws/lambda/{function}")
    return function


def test_lines_reach_the_function_s_log_group_between_the_platform_s(account: Account) -> None:
    function = account.function()
    account.invoke(function, {"log": "a line"})

    seen = lines(account, function, 4)
    assert seen[0].startswith("START RequestId: ")
    assert "a line" in seen
    assert any(message.startswith("REPORT RequestId: ") for message in seen)


def test_platform_s_lines_are_json_where_the_function_asks_for_it(account: Account) -> None:
    function = account.function(LoggingConfig={"LogFormat": "JSON"})
    account.invoke(function, {})

    seen = lines(account, function, 2)
    start, report = (json.loads(message) for message in seen)
    assert (start["type"], report["type"]) == ("platform.start", "platform.report")
    assert report["record"]["metrics"]["memorySizeMB"] == 512
    assert report["record"]["requestId"] == start["record"]["requestId"]


def test_function_that_may_not_write_logs_has_none(account: Account) -> None:
    role = account.role(statement("s3:GetObject"))
    function = with_group(account, account.function(role=role))
    able = account.function()
    for name in (function, able):
        account.invoke(name, {"log": "a line"})

    until(lambda: messages(account, able))
    assert messages(account, function) == []


def test_function_that_may_not_create_its_group_has_none(account: Account) -> None:
    logs = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/*"
    role = account.role(statement(["logs:CreateLogStream", "logs:PutLogEvents"], logs))
    function, able = account.function(role=role), account.function()
    for name in (function, able):
        account.invoke(name, {"log": "a line"})

    until(lambda: messages(account, able))
    groups = account.client("logs").describe_log_groups(
        logGroupNamePrefix=f"/aws/lambda/{function}"
    )
    assert groups["logGroups"] == []


def test_stock_emulator_creates_the_group_of_a_function_that_may_not(stock: Account) -> None:
    function = stock.function(role=stock.role(statement("s3:GetObject")))
    stock.invoke(function, {"log": "a line"})
    until(lambda: messages(stock, function))


def test_events_are_handled_side_by_side_up_to_the_limit(account: Account, notes: Notes) -> None:
    function = account.function()
    for _ in range(2 * CONCURRENCY):
        account.invoke(function, {"notify": notes.url, "sleep": 400}, InvocationType="Event")

    processes = {note["pid"] for note in notes.take(2 * CONCURRENCY)}
    assert 1 < len(processes) <= CONCURRENCY


CONFIG = {"FunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:waiting", "Timeout": 5}


def in_line(slots: _Slots, more_than: int = -1) -> int:
    """How many wait, or 0 while they are not more than that."""
    waiting = sum(map(len, slots._waiting.values()))
    return waiting if waiting > more_than else 0


def test_slot_goes_to_whoever_has_waited_longest() -> None:
    slots, served = _Slots(1), list[int]()
    held, _ = slots.acquire({}, CONFIG)

    def wait(turn: int) -> None:
        slot, _ = slots.acquire({}, CONFIG)
        served.append(turn)
        slots.release(slot)

    waiting = [threading.Thread(target=wait, args=(turn,)) for turn in range(20)]
    for thread in waiting:
        before = in_line(slots)
        thread.start()
        until(partial(in_line, slots, more_than=before))
    slots.release(held)
    for thread in waiting:
        thread.join()
    assert served == list(range(20))


def test_slot_outlives_those_who_gave_up_waiting() -> None:
    slots = _Slots(1)
    held, _ = slots.acquire({}, CONFIG)
    assert slots.acquire({}, {**CONFIG, "Timeout": 0.01}) == (None, "account")

    slots.release(held)
    again, _ = slots.acquire({}, CONFIG)
    assert again == held
    slots.release(again)


def test_slot_is_not_lost_where_the_function_may_run_no_more() -> None:
    slots = _Slots(1)
    assert slots.acquire({"concurrency": 0}, CONFIG) == (None, "function")
    held, _ = slots.acquire({}, CONFIG)
    assert held is not None
    slots.release(held)
