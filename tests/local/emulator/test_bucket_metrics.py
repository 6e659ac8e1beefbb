"""A bucket's request metrics are kept beside the bucket."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator import process
from tests.local.emulator.kit import Account


@pytest.fixture
def bucket(account: Account) -> str:
    name = "metrics-of-a-bucket"
    account.client("s3").create_bucket(Bucket=name)
    return name


def configuration(identifier: str) -> dict[str, Any]:
    return {"Id": identifier, "Filter": {"Prefix": "uploads/"}}


def test_a_configuration_lives_and_ends_without_its_bucket(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    s3.put_bucket_metrics_configuration(
        Bucket=bucket, Id="uploads", MetricsConfiguration=configuration("uploads")
    )
    s3.put_object(Bucket=bucket, Key="uploads/x", Body=b"")
    kept = s3.get_bucket_metrics_configuration(Bucket=bucket, Id="uploads")
    assert kept["MetricsConfiguration"] == configuration("uploads")
    listed = s3.list_bucket_metrics_configurations(Bucket=bucket)["MetricsConfigurationList"]
    assert listed == [configuration("uploads")]

    s3.delete_bucket_metrics_configuration(Bucket=bucket, Id="uploads")
    with pytest.raises(ClientError, match="NoSuchConfiguration"):
        s3.get_bucket_metrics_configuration(Bucket=bucket, Id="uploads")

    s3.delete_object(Bucket=bucket, Key="uploads/x")
    s3.delete_bucket(Bucket=bucket)
    with pytest.raises(ClientError, match="NoSuchBucket"):
        s3.put_bucket_metrics_configuration(
            Bucket=bucket, Id="uploads", MetricsConfiguration=configuration("uploads")
        )


def test_stock_emulator_deletes_the_bucket_with_its_metrics(archive: bytes) -> None:
    with process.ephemeral(without=["bucket_metrics"]) as stock:
        s3 = Account(emulator=stock, archive=archive).client("s3")
        s3.create_bucket(Bucket="metrics")
        s3.delete_bucket_metrics_configuration(Bucket="metrics", Id="uploads")
        assert s3.list_buckets()["Buckets"] == []
