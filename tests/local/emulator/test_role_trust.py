"""Roles are assumed by whom they trust, and handed on by whom may."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator.process import ACCOUNT
from tests.local.emulator.kit import (
    LOGS,
    Account,
    refused,
    statement,
    trust,
    unique,
)


def assume(account: Account, session: dict[str, Any], role: str) -> bool:
    sts = account.client("sts", session)
    return not refused(sts.assume_role, RoleArn=role, RoleSessionName="test")


def named_role(account: Account) -> tuple[dict[str, Any], str]:
    """A session without any right, and a role that trusts its role by name."""
    caller = account.role(principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    answer = account.client("sts").assume_role(RoleArn=caller, RoleSessionName="test")
    return answer["Credentials"], account.role(principal={"AWS": caller})


def test_trust_that_names_the_caller_suffices(account: Account) -> None:
    session, role = named_role(account)
    assert assume(account, session, role)


def test_trust_in_the_account_takes_the_caller_s_own_right_too(account: Account) -> None:
    role = account.role(principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
    assert not assume(account, account.session(), role)
    assert assume(account, account.session(statement("sts:AssumeRole", role)), role)


def test_trust_of_another_is_none(account: Account) -> None:
    _, role = named_role(account)
    assert not assume(account, account.session(statement("sts:AssumeRole", role)), role)


def test_stock_emulator_asks_a_trusted_caller_for_more(stock: Account) -> None:
    session, role = named_role(stock)
    assert not assume(stock, session, role)


def test_function_s_role_must_trust_lambda(account: Account) -> None:
    role = account.role(principal={"Service": "ec2.amazonaws.com"})
    with pytest.raises(ClientError, match="cannot be assumed by Lambda"):
        account.function(role=role)


def test_function_stops_working_when_its_role_no_longer_trusts_lambda(account: Account) -> None:
    role = account.role(LOGS)
    function = account.function(role=role)
    account.client("iam").update_assume_role_policy(
        RoleName=role.rpartition("/")[2], PolicyDocument=trust({"Service": "ec2.amazonaws.com"})
    )
    assert account.invoke(function, {})["errorType"] == "AccessDeniedException"


def test_creating_a_function_takes_the_right_to_pass_its_role(account: Account) -> None:
    role = account.role(LOGS)
    arguments = {
        "FunctionName": unique("function"),
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Code": {"ZipFile": account.archive},
        "Role": role,
    }
    create = statement("lambda:CreateFunction")
    unable = account.client("lambda", account.session(create))
    able = account.client("lambda", account.session(create, statement("iam:PassRole", role)))

    with pytest.raises(ClientError, match="iam:PassRole"):
        unable.create_function(**arguments)
    able.create_function(**arguments)
