"""Rights are weighed as on AWS: transport, log groups, keys, trust, and services' own calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import process
from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import LOGS, Account, Notes, document, statement, trust, unique, until

WRITE_KEY = ["kms:GenerateDataKey", "kms:Decrypt"]
BY_ALIAS = "kms:ResourceAliases"


@pytest.fixture(scope="module")
def stock(archive: bytes) -> Iterator[Account]:
    """An account of an emulator without the fixes that these tests are about."""
    fixes = ["secure_transport", "log_group_arns", "key_use", "role_trust", "service_calls"]
    with process.ephemeral(without=fixes) as running:
        yield Account(emulator=running, archive=archive)


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), error
        return True
    return False


def new_bucket(account: Account) -> str:
    bucket = unique("bucket")
    account.client("s3").create_bucket(Bucket=bucket)
    return bucket


# Transport


def deny_unless(condition: dict[str, Any], bucket: str) -> str:
    return document(
        {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
            "Condition": condition,
        }
    )


def writer_of_denied_bucket(account: Account, condition: dict[str, Any]) -> tuple[Any, str]:
    bucket = new_bucket(account)
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=deny_unless(condition, bucket))
    session = account.session(statement("s3:PutObject", f"arn:aws:s3:::{bucket}/*"))
    return account.client("s3", session), bucket


PLAIN = {"Bool": {"aws:SecureTransport": "false"}}
OLD_TLS = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}


@pytest.mark.parametrize("condition", [PLAIN, OLD_TLS])
def test_loopback_passes_the_denial_of_plain_transport(
    account: Account, condition: dict[str, Any]
) -> None:
    s3, bucket = writer_of_denied_bucket(account, condition)
    s3.put_object(Bucket=bucket, Key="key", Body=b"")


def test_denial_of_transport_stays_in_force(account: Account) -> None:
    s3, bucket = writer_of_denied_bucket(account, {"Bool": {"aws:SecureTransport": "true"}})
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"")


def test_queue_that_denies_plain_transport_does_not_lock_root_out(account: Account) -> None:
    url, arn = account.fifo_queue()
    denial = {**statement("sqs:*", arn), "Effect": "Deny", "Principal": "*", "Condition": PLAIN}
    account.client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"Policy": document(denial)}
    )
    account.send(url, {})


def test_stock_emulator_locks_everyone_out_of_such_a_bucket(stock: Account) -> None:
    s3, bucket = writer_of_denied_bucket(stock, PLAIN)
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"")


# Log groups


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


# Keys


def new_key(account: Account) -> tuple[str, str]:
    """A key that IAM alone governs: its ARN and alias."""
    kms = account.client("kms")
    everyone = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    arn: str = kms.create_key(Policy=document(statement("kms:*", Principal=everyone)))[
        "KeyMetadata"
    ]["Arn"]
    alias = f"alias/{unique('key')}"
    kms.create_alias(AliasName=alias, TargetKeyId=arn)
    return arn, alias


def key_right(alias: str, actions: list[str]) -> dict[str, Any]:
    """The right to use whichever key has the alias."""
    condition = {"ForAnyValue:StringEquals": {BY_ALIAS: alias}}
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/*"
    return statement(actions, key, Condition=condition)


def encrypted_bucket(account: Account) -> tuple[str, str]:
    bucket = new_bucket(account)
    arn, alias = new_key(account)
    rule = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}
    account.client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": True}]
        },
    )
    return bucket, alias


def test_writing_and_reading_an_encrypted_object_takes_the_key(account: Account) -> None:
    bucket, alias = encrypted_bucket(account)
    access = statement(["s3:PutObject", "s3:GetObject"], f"arn:aws:s3:::{bucket}/*")
    able = account.client("s3", account.session(access, key_right(alias, WRITE_KEY)))
    reader = account.client("s3", account.session(access, key_right(alias, ["kms:Decrypt"])))
    keyless = account.client("s3", account.session(access))
    stranger = account.client("s3", account.session(access, key_right("alias/other", WRITE_KEY)))

    able.put_object(Bucket=bucket, Key="key", Body=b"body")

    assert reader.get_object(Bucket=bucket, Key="key")["Body"].read() == b"body"
    assert refused(reader.put_object, Bucket=bucket, Key="key", Body=b"")
    for other in (keyless, stranger):
        assert refused(other.put_object, Bucket=bucket, Key="key", Body=b"")
        assert refused(other.get_object, Bucket=bucket, Key="key")


def test_sending_to_an_encrypted_queue_takes_the_key(account: Account) -> None:
    _, alias = new_key(account)
    url, arn = account.fifo_queue(KmsMasterKeyId=alias)
    sending = {"MessageBody": "x", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    access = statement("sqs:SendMessage", arn)
    able = account.client("sqs", account.session(access, key_right(alias, WRITE_KEY)))
    keyless = account.client("sqs", account.session(access))

    able.send_message(QueueUrl=url, **sending)
    assert refused(keyless.send_message, QueueUrl=url, **sending)


def test_reading_an_encrypted_table_takes_the_key(account: Account) -> None:
    key, alias = new_key(account)
    table = unique("table")
    arn = account.client("dynamodb").create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )["TableDescription"]["TableArn"]
    access = statement("dynamodb:GetItem", arn)
    able = account.client("dynamodb", account.session(access, key_right(alias, ["kms:Decrypt"])))
    keyless = account.client("dynamodb", account.session(access))

    able.get_item(TableName=table, Key={"pk": {"S": "x"}})
    assert refused(keyless.get_item, TableName=table, Key={"pk": {"S": "x"}})


def test_key_may_be_used_through_one_service_only(account: Account) -> None:
    bucket, alias = encrypted_bucket(account)
    access = statement("s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    through = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    session = account.session(access, statement(WRITE_KEY, Condition=through))

    account.client("s3", session).put_object(Bucket=bucket, Key="key", Body=b"")
    kms = account.client("kms", session)
    assert refused(kms.generate_data_key, KeyId=alias, KeySpec="AES_256")


def test_stock_emulator_asks_for_no_key(stock: Account) -> None:
    bucket, _ = encrypted_bucket(stock)
    access = statement("s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    stock.client("s3", stock.session(access)).put_object(Bucket=bucket, Key="key", Body=b"")


# Trust


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


# Services that call services


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
