"""Rights to a log group are written as AWS documents them."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import (
    Account,
    refused,
    statement,
    unique,
)


def log_writer(account: Account, suffix: str) -> tuple[Any, str]:
    group = f"/test/{unique('group')}"
    account.client("logs").create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}{suffix}"
    session = account.session(statement(["logs:CreateLogStream", "logs:PutLogEvents"], arn))
    return account.client("logs", session), group


@pytest.mark.parametrize("suffix", ["", ":*", ":log-stream:*"])
def test_every_form_of_a_log_group_s_arn_grants(account: Account, suffix: str) -> None:
    logs, group = log_writer(account, suffix)
    logs.create_log_stream(logGroupName=group, logStreamName="stream")


def test_right_to_one_log_group_is_none_to_another(account: Account) -> None:
    logs, group = log_writer(account, ":*")
    account.client("logs").create_log_group(logGroupName=f"{group}-other")
    assert refused(logs.create_log_stream, logGroupName=f"{group}-other", logStreamName="stream")


def test_stock_emulator_does_not_know_the_documented_form(stock: Account) -> None:
    logs, group = log_writer(stock, ":*")
    assert refused(logs.create_log_stream, logGroupName=group, logStreamName="stream")
