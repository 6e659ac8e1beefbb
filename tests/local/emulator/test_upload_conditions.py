"""A bucket's policy refuses uploads that ask for another encryption, key or storage class."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from local.emulator.process import ACCOUNT
from tests.local.emulator.kit import Account, document, new_bucket, refused, statement, unique
from tests.local.emulator.test_key_use import WRITE_KEY, new_key

ENCRYPTION = "s3:x-amz-server-side-encryption"
STORAGE = "s3:x-amz-storage-class"
OF_A_CUSTOMER = {
    "SSECustomerAlgorithm": "AES256",
    "SSECustomerKey": base64.b64encode(b"k" * 32).decode(),
}
REFUSED: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "another storage class": (
        {"Null": {STORAGE: "false"}, "StringNotEquals": {STORAGE: "STANDARD"}},
        {"StorageClass": "DEEP_ARCHIVE"},
    ),
    "a customer's key": (
        {"Null": {f"{ENCRYPTION}-customer-algorithm": "false"}},
        OF_A_CUSTOMER,
    ),
    "another encryption": (
        {"Null": {ENCRYPTION: "false"}},
        {"ServerSideEncryption": "AES256"},
    ),
}


def partners(account: Account, condition: dict[str, Any]) -> tuple[Any, str]:
    """The client of a role that may write to a bucket unless the condition holds; the bucket."""
    bucket = new_bucket(account)
    denial = statement(
        "s3:PutObject",
        f"arn:aws:s3:::{bucket}/*",
        Effect="Deny",
        Principal="*",
        Condition=condition,
    )
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=document(denial))
    rights = statement("s3:PutObject", f"arn:aws:s3:::{bucket}/*")
    use_keys = statement(WRITE_KEY, f"arn:aws:kms:us-east-1:{ACCOUNT}:key/*")
    return account.client("s3", account.session(rights, use_keys)), bucket


@pytest.mark.parametrize("what", REFUSED)
def test_what_the_policy_denies_is_refused_and_the_plain_upload_is_not(
    account: Account, what: str
) -> None:
    condition, asked = REFUSED[what]
    s3, bucket = partners(account, condition)

    s3.put_object(Bucket=bucket, Key="key", Body=b"")
    s3.put_object(Bucket=bucket, Key="key", Body=b"", StorageClass="STANDARD")
    assert refused(s3.put_object, Bucket=bucket, Key="key", Body=b"", **asked)
    assert refused(s3.create_multipart_upload, Bucket=bucket, Key="key", **asked)


def test_an_upload_in_parts_that_asks_for_nothing_is_taken(account: Account) -> None:
    s3, bucket = partners(account, REFUSED["another storage class"][0])
    upload = {"Bucket": bucket, "Key": "key"}
    upload |= {"UploadId": s3.create_multipart_upload(**upload)["UploadId"]}
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"x")["ETag"]}
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})


def test_the_key_of_an_object_is_known_by_its_arn_however_it_is_named(account: Account) -> None:
    own, alias = new_key(account)
    other, _ = new_key(account)
    named = f"{ENCRYPTION}-aws-kms-key-id"
    s3, bucket = partners(account, {"StringNotEquals": {named: own}})
    by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": alias}
    account.client("s3").put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": by_default}]
        },
    )
    upload = {"Bucket": bucket, "Key": "key", "Body": b""}

    s3.put_object(**upload)
    for key in (own, alias):
        s3.put_object(**upload, ServerSideEncryption="aws:kms", SSEKMSKeyId=key)
    assert refused(s3.put_object, **upload, ServerSideEncryption="aws:kms", SSEKMSKeyId=other)
    assert refused(s3.put_object, **upload, ServerSideEncryption="AES256")


def test_the_stock_emulator_lets_another_storage_class_through(stock: Account) -> None:
    condition, asked = REFUSED["another storage class"]
    s3, bucket = partners(stock, condition)
    s3.put_object(Bucket=bucket, Key=unique("key"), Body=b"", **asked)
