"""What a key encrypts takes the right to the key."""

from __future__ import annotations

from typing import Any

import requests

from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import (
    Account,
    document,
    new_bucket,
    refused,
    statement,
    unique,
)

WRITE_KEY = ["kms:GenerateDataKey", "kms:Decrypt"]
BY_ALIAS = "kms:ResourceAliases"


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


def test_a_form_takes_the_key_of_who_signed_it(account: Account) -> None:
    bucket, alias = encrypted_bucket(account)
    access = statement("s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    for rights, expected in (
        ((access, key_right(alias, WRITE_KEY)), requests.codes.no_content),
        ((access,), requests.codes.forbidden),
    ):
        s3 = account.client("s3", account.session(*rights))
        form = s3.generate_presigned_post(Bucket=bucket, Key="key")
        answer = requests.post(form["url"], data=form["fields"], files={"file": b""}, timeout=30)
        assert answer.status_code == expected, answer.text


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
