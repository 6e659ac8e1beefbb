"""A right that is remembered ends with what gave it, and is its caller's alone."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import process
from local.emulator.process import ACCOUNT
from tests.local.emulator.kit import (
    Account,
    document,
    new_bucket,
    refused,
    statement,
    unique,
    until,
)

ALL_OF_THE_ACCOUNT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
KEY = {"pk": {"S": "one"}}


@pytest.fixture
def table(account: Account) -> str:
    """A table encrypted with a key of its own: its name."""
    name = unique("table")
    key = account.client("kms").create_key()["KeyMetadata"]["Arn"]
    account.client("dynamodb").create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    return name


def reader(account: Account, role: str) -> Any:
    """A client of DynamoDB with a session of the role."""
    session = account.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
    return account.client("dynamodb", session["Credentials"])


def role_with(account: Account, **condition: Any) -> str:
    """A role that may read items and use their key, under a condition."""
    return account.role(
        statement("dynamodb:GetItem", **condition),
        statement("kms:Decrypt"),
        principal=ALL_OF_THE_ACCOUNT,
    )


def remember(client: Any, table: str) -> None:
    """Be allowed to read, twice: the second time it is remembered."""
    for _ in range(2):
        client.get_item(TableName=table, Key=KEY)


def denied(client: Any, **item: Any) -> bool:
    """Whether the caller may not read."""
    try:
        client.get_item(**item)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException", error
        return True
    return False


def test_right_ends_with_the_role_s_policy(account: Account, table: str) -> None:
    role = role_with(account)
    client = reader(account, role)
    remember(client, table)

    account.client("iam").delete_role_policy(RoleName=role.rpartition("/")[2], PolicyName="rights")

    assert denied(client, TableName=table, Key=KEY)


def test_right_ends_with_the_key_s_policy(account: Account, table: str) -> None:
    client = reader(account, role_with(account))
    remember(client, table)
    answer = account.client("dynamodb").describe_table(TableName=table)["Table"]
    administer = statement("kms:PutKeyPolicy", Principal=ALL_OF_THE_ACCOUNT)

    account.client("kms").put_key_policy(
        KeyId=answer["SSEDescription"]["KMSMasterKeyArn"],
        PolicyName="default",
        Policy=document(administer),
    )

    assert denied(client, TableName=table, Key=KEY)


def test_right_ends_with_the_queue_s_policy(account: Account) -> None:
    url, arn = account.fifo_queue()
    sender = account.client("sqs", account.session(statement("sqs:ReceiveMessage")))
    for _ in range(2):
        sender.receive_message(QueueUrl=url)
    denial = {**statement("sqs:*", arn, Principal="*"), "Effect": "Deny"}

    account.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": document(denial)}
    )

    assert refused(sender.receive_message, QueueUrl=url)


def test_right_under_a_condition_is_none_under_another(account: Account, table: str) -> None:
    only = {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["pk"]}}
    client = reader(account, role_with(account, Condition=only))
    for _ in range(2):
        client.get_item(TableName=table, Key=KEY, ProjectionExpression="pk")

    assert denied(client, TableName=table, Key=KEY, ProjectionExpression="secret")


def test_right_to_one_table_is_none_to_another(account: Account, table: str) -> None:
    role = account.role(
        statement("dynamodb:GetItem", f"arn:aws:dynamodb:*:*:table/{table}"),
        statement("kms:Decrypt"),
        principal=ALL_OF_THE_ACCOUNT,
    )
    client = reader(account, role)
    remember(client, table)

    assert denied(client, TableName=unique("table"), Key=KEY)


def test_right_is_the_caller_s_alone(account: Account, table: str) -> None:
    able = reader(account, role_with(account))
    other = reader(account, account.role(statement("kms:Decrypt"), principal=ALL_OF_THE_ACCOUNT))
    remember(able, table)

    assert denied(other, TableName=table, Key=KEY)


def test_every_call_s_signature_is_checked(account: Account, table: str) -> None:
    session = account.client("sts").assume_role(RoleArn=role_with(account), RoleSessionName="test")[
        "Credentials"
    ]
    remember(account.client("dynamodb", session), table)
    forger = account.client("dynamodb", {**session, "SecretAccessKey": "guessed"})

    with pytest.raises(ClientError, match="signature"):
        forger.get_item(TableName=table, Key=KEY)


def test_right_for_a_time_ends_when_it_is_over(account: Account, table: str) -> None:
    end = (datetime.now(UTC) + timedelta(seconds=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    until_then = {"DateLessThan": {"aws:CurrentTime": end}}
    client = reader(account, role_with(account, Condition=until_then))
    remember(client, table)

    until(lambda: denied(client, TableName=table, Key=KEY))


def test_right_for_a_time_is_none_when_it_is_over_though_a_call_it_was_for_goes_on(
    account: Account,
) -> None:
    url, _ = account.fifo_queue()
    end = (datetime.now(UTC) + timedelta(seconds=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    until_then = {"DateLessThan": {"aws:CurrentTime": end}}
    session = account.session(statement("sqs:ReceiveMessage", Condition=until_then))

    def receive(wait: int) -> bool:
        client = account.client("sqs", session)
        return refused(client.receive_message, QueueUrl=url, WaitTimeSeconds=wait)

    waiting = threading.Thread(target=receive, args=(20,))
    waiting.start()
    until(lambda: receive(0), limit=10)

    assert waiting.is_alive()
    account.send(url, {})  # it need not wait any longer
    waiting.join()


def test_right_ends_with_a_policy_that_changes_when_its_request_is_long_over(
    archive: bytes,
) -> None:
    with process.ephemeral() as emulator:
        account = Account(emulator=emulator, archive=archive)
        bucket = new_bucket(account)
        account.client("s3").put_object(Bucket=bucket, Key="key", Body=b"")
        role = account.role(statement("s3:GetObject"), principal=ALL_OF_THE_ACCOUNT)
        session = account.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
        reader = account.client("s3", session["Credentials"])
        states = account.client("stepfunctions")
        take_the_right = {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:iam:deleteRolePolicy",
            "Parameters": {"RoleName": role.rpartition("/")[2], "PolicyName": "rights"},
            "End": True,
        }
        steps = {"Wait": {"Type": "Wait", "Seconds": 1, "Next": "Take"}, "Take": take_the_right}
        machine = states.create_state_machine(
            name="machine",
            roleArn=account.role(principal={"Service": "states.amazonaws.com"}),
            definition=json.dumps({"StartAt": "Wait", "States": steps}),
        )["stateMachineArn"]

        states.start_execution(stateMachineArn=machine)
        reader.get_object(Bucket=bucket, Key="key")

        until(lambda: refused(reader.get_object, Bucket=bucket, Key="key"))
