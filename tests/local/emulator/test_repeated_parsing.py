"""What is remembered is never out of date: a changed policy counts from the next call on."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.kit import Account, document, statement, unique


def test_changed_policy_counts_from_the_next_call_on(account: Account) -> None:
    iam = account.client("iam")
    bucket = unique("bucket")
    account.client("s3").create_bucket(Bucket=bucket)
    role = account.role(statement("s3:GetObject"), principal={"AWS": "000000000000"})
    session = account.client("sts").assume_role(RoleArn=role, RoleSessionName="test")
    s3 = account.client("s3", session["Credentials"])
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(Bucket=bucket, Key="key", Body=b"")

    iam.put_role_policy(
        RoleName=role.rpartition("/")[2],
        PolicyName="rights",
        PolicyDocument=document(statement("s3:PutObject")),
    )

    s3.put_object(Bucket=bucket, Key="key", Body=b"")
