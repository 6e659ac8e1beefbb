"""Loopback passes the denials of plain transport, which stay in force."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.emulator.kit import (
    Account,
    document,
    new_bucket,
    refused,
    statement,
)


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
