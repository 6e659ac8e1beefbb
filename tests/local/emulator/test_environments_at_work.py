"""What a function is doing is done, whatever becomes of the function meanwhile."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.emulator import process
from tests.local.emulator.kit import Account, Notes, trust, until

WORK = {"sleep": 1500, "answer": "done"}


@pytest.fixture(scope="module")
def stock(archive: bytes) -> Iterator[Account]:
    """The account of an emulator without this fix."""
    with process.ephemeral(without=["environments_at_work"]) as running:
        yield Account(emulator=running, archive=archive)


def at_work(account: Account, function: str, notes: Notes, meanwhile: Callable[[], Any]) -> Any:
    """What an invocation answers while something happens to its function."""
    answers: list[Any] = []
    command = {**WORK, "notify": notes.url}
    caller = threading.Thread(
        target=lambda: answers.append(account.invoke(function, command)), daemon=True
    )
    seen = len(notes)
    caller.start()
    notes.take(seen + 1)
    meanwhile()
    caller.join()
    return answers[0]


def change_code(account: Account, function: str) -> None:
    functions = account.client("lambda")
    functions.update_function_code(FunctionName=function, ZipFile=account.archive)
    functions.get_waiter("function_updated_v2").wait(
        FunctionName=function, WaiterConfig={"Delay": 0.1}
    )


def change_settings(account: Account, function: str) -> None:
    account.client("lambda").update_function_configuration(
        FunctionName=function, Environment={"Variables": {"ANOTHER": "1"}}
    )


def delete(account: Account, function: str) -> None:
    account.client("lambda").delete_function(FunctionName=function)


def break_another(account: Account, function: str) -> None:
    """Let an environment fail to start: the role does not trust Lambda any longer."""
    role = account.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    account.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=trust({"Service": "sqs.amazonaws.com"})
    )
    assert "cannot be assumed" in account.invoke(function, WORK)["errorMessage"]


@pytest.mark.parametrize("happens", [change_code, change_settings, delete, break_another])
def test_invocation_under_way_finishes(
    account: Account, notes: Notes, happens: Callable[[Account, str], None]
) -> None:
    function = account.function()
    answer = at_work(account, function, notes, lambda: happens(account, function))
    assert answer == "done"


def test_stock_emulator_kills_it(stock: Account, notes: Notes) -> None:
    function = stock.function()
    answer = at_work(stock, function, notes, lambda: change_code(stock, function))
    assert "exited" in answer["errorMessage"]


def test_invocation_after_a_change_has_the_new_settings(account: Account, notes: Notes) -> None:
    function = account.function()
    at_work(account, function, notes, lambda: change_settings(account, function))
    assert "ANOTHER=1" in account.invoke(function, {"env": True})


@pytest.mark.parametrize("happens", [change_code, break_another])
def test_environment_ends_with_the_last_of_its_work(
    account: Account, notes: Notes, happens: Callable[[Account, str], None]
) -> None:
    function = account.function()
    before = _processes(account)
    at_work(account, function, notes, lambda: happens(account, function))
    until(lambda: _processes(account) <= before)


def _processes(account: Account) -> set[int]:
    """Those of the emulator's functions."""
    group = account.emulator.pid
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getpgid(int(folder.name)) == group:
                found.add(int(folder.name))
        except ProcessLookupError:
            continue
    return found
