"""A service acts on another only with its permission."""

from __future__ import annotations

import json

import pytest
from botocore.exceptions import ClientError

from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import (
    Account,
    Notes,
    document,
    new_bucket,
    statement,
    unique,
    until,
)


def permit(account: Account, function: str, service: str, source: str) -> None:
    account.client("lambda").add_permission(
        FunctionName=function,
        StatementId=unique("permission"),
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source,
        SourceAccount=ACCOUNT,
    )


def notify(account: Account, bucket: str, function: str) -> None:
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
    account.client("s3").put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={
            "LambdaFunctionConfigurations": [
                {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
            ]
        },
    )


def test_bucket_notifies_only_the_function_that_permits_it(account: Account, notes: Notes) -> None:
    function = account.function(variables={"NOTIFY": notes.url})
    bucket, other = new_bucket(account), new_bucket(account)
    permit(account, function, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}")

    with pytest.raises(ClientError, match="Unable to validate"):
        notify(account, other, function)
    notify(account, bucket, function)
    account.client("s3").put_object(Bucket=bucket, Key="a b/ü+1.csv", Body=b"body")

    record = notes.take(1)[0]["event"]["Records"][0]
    assert record["s3"]["object"]["key"] == "a+b/%C3%BC%2B1.csv"


def test_permission_that_is_taken_away_counts_from_the_next_event_on(
    account: Account, notes: Notes
) -> None:
    function = account.function(variables={"NOTIFY": notes.url})
    bucket = new_bucket(account)
    functions, objects = account.client("lambda"), account.client("s3")
    permit(account, function, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}")
    notify(account, bucket, function)
    for number in range(2):
        objects.put_object(Bucket=bucket, Key=f"allowed-{number}", Body=b"")
    notes.take(2)

    policy = json.loads(functions.get_policy(FunctionName=function)["Policy"])
    functions.remove_permission(FunctionName=function, StatementId=policy["Statement"][0]["Sid"])
    objects.put_object(Bucket=bucket, Key="refused", Body=b"")
    permit(account, function, "s3.amazonaws.com", f"arn:aws:s3:::{bucket}")
    objects.put_object(Bucket=bucket, Key="allowed-2", Body=b"")

    keys = [note["event"]["Records"][0]["s3"]["object"]["key"] for note in notes.take(3)]
    assert sorted(keys) == ["allowed-0", "allowed-1", "allowed-2"]


def test_stock_emulator_notifies_without_permission(stock: Account, notes: Notes) -> None:
    function = stock.function(variables={"NOTIFY": notes.url})
    bucket = new_bucket(stock)
    notify(stock, bucket, function)
    stock.client("s3").put_object(Bucket=bucket, Key="key", Body=b"")
    notes.take(1)


def test_rule_reaches_only_the_queue_that_permits_it(account: Account) -> None:
    events = account.client("events")
    bus = unique("bus")
    events.create_event_bus(Name=bus)
    rule = events.put_rule(
        Name="rule", EventBusName=bus, EventPattern=json.dumps({"source": ["test"]})
    )["RuleArn"]
    closed, closed_arn = account.fifo_queue()
    open_, open_arn = account.fifo_queue()
    allow = statement(
        "sqs:SendMessage",
        open_arn,
        Principal={"Service": "events.amazonaws.com"},
        Condition={"ArnEquals": {"aws:SourceArn": rule}},
    )
    account.client("sqs").set_queue_attributes(
        QueueUrl=open_, Attributes={"Policy": document(allow)}
    )
    events.put_targets(
        Rule="rule",
        EventBusName=bus,
        Targets=[
            {"Id": arn, "Arn": arn, "SqsParameters": {"MessageGroupId": "g"}}
            for arn in (closed_arn, open_arn)
        ],
    )

    events.put_events(
        Entries=[{"Source": "test", "DetailType": "t", "Detail": "{}", "EventBusName": bus}]
    )

    sqs = account.client("sqs")
    until(lambda: sqs.receive_message(QueueUrl=open_).get("Messages"))
    assert "Messages" not in sqs.receive_message(QueueUrl=closed)
