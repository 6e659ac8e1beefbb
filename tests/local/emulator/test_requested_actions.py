"""A right to one action is none to another that is called by its name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.awsrequest import AWSRequest
from botocore.exceptions import ClientError

from local.emulator import process
from tests.local.emulator.kit import Account, new_bucket, statement, unique

DENIED = {"AccessDenied", "AccessDeniedException"}


@pytest.fixture(scope="module")
def stock(archive: bytes) -> Iterator[Account]:
    """The account of an emulator without this fix."""
    with process.ephemeral(without=["requested_actions"]) as running:
        yield Account(emulator=running, archive=archive)


def calling_it(client: Any, *, query: str = "", target: str = "") -> Any:
    """The client, its calls named otherwise too before they are signed."""

    def name(request: AWSRequest, **_: Any) -> None:
        if query:
            request.url += f"?Action={query}"
        if target:
            request.headers["X-Amz-Target"] = target

    client.meta.events.register("before-sign", name)
    return client


def refusal(call: Any, **arguments: Any) -> str | None:
    """The code that a call is refused with."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


def delete_object(account: Account, **names: str) -> str | None:
    """Delete an object with the right to read it."""
    bucket = new_bucket(account)
    account.client("s3").put_object(Bucket=bucket, Key="key", Body=b"")
    session = account.session(statement("s3:GetObject"))
    reader = calling_it(account.client("s3", session), **names)
    return refusal(reader.delete_object, Bucket=bucket, Key="key")


def delete_table(account: Account) -> str | None:
    """Delete a table with the right to read its items."""
    name = unique("table")
    account.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    session = account.session(statement("dynamodb:GetItem"))
    reader = calling_it(account.client("dynamodb", session), query="GetItem")
    return refusal(reader.delete_table, TableName=name)


def delete_role(account: Account) -> str | None:
    """Delete a role with the right to read it."""
    name = account.role().rpartition("/")[2]
    session = account.session(statement("iam:Get*"))
    reader = calling_it(account.client("iam", session), query="GetRole")
    return refusal(reader.delete_role, RoleName=name)


def test_object_is_not_deleted_as_if_it_were_read(account: Account) -> None:
    assert delete_object(account, query="GetObject") in DENIED
    assert delete_object(account, target="Any.GetObject") in DENIED


def test_table_is_not_deleted_as_if_it_were_read(account: Account) -> None:
    assert delete_table(account) in DENIED


def test_role_is_not_deleted_as_if_it_were_read(account: Account) -> None:
    assert delete_role(account) in DENIED


def test_stock_emulator_takes_one_for_the_other(stock: Account) -> None:
    assert delete_object(stock, query="GetObject") is None
    assert delete_object(stock, target="Any.GetObject") is None
    assert delete_table(stock) is None
    assert delete_role(stock) is None


def test_right_to_an_action_is_one_however_it_is_called(account: Account) -> None:
    bucket = new_bucket(account)
    account.client("s3").put_object(Bucket=bucket, Key="key", Body=b"")
    session = account.session(statement("s3:GetObject"))
    reader = calling_it(account.client("s3", session), query="DeleteObject")
    assert refusal(reader.get_object, Bucket=bucket, Key="key") is None
