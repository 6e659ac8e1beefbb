"""Memory is limited as on AWS: whoever takes more is killed, and the next call is served."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.emulator import process
from tests.local.emulator.kit import Account

TOO_MUCH = {"allocate": 600, "sleep": 300, "answer": "done"}  # of 512 MB


@pytest.fixture(scope="module")
def stock(archive: bytes) -> Iterator[Account]:
    """The account of an emulator without this fix."""
    with process.ephemeral(without=["memory_limit"]) as running:
        yield Account(emulator=running, archive=archive)


def test_function_that_takes_more_than_it_has_is_killed(account: Account) -> None:
    function = account.function()
    assert "errorMessage" in account.invoke(function, TOO_MUCH)
    assert account.invoke(function, {"answer": "alive"}) == "alive"


def test_function_that_takes_less_is_left_alone(account: Account) -> None:
    work = {"allocate": 300, "sleep": 300, "answer": "done"}
    assert account.invoke(account.function(), work) == "done"


def test_stock_emulator_lets_functions_take_what_there_is(stock: Account) -> None:
    assert stock.invoke(stock.function(), TOO_MUCH) == "done"
