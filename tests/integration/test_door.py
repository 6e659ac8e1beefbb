"""What an upload may not ask for: the bucket refuses it, and no function ever hears of it."""

import base64
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from tests.integration.cloud import Cloud, Partner, new_feed
from tests.integration.trades import csv

REFUSED: dict[str, dict[str, str]] = {
    "SSE-S3": {"ServerSideEncryption": "AES256"},
    "SSE-C": {
        "SSECustomerAlgorithm": "AES256",
        "SSECustomerKey": base64.b64encode(b"k" * 32).decode(),
    },
    "a key that it names": {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": "alias/aws/s3"},
    "DEEP_ARCHIVE": {"StorageClass": "DEEP_ARCHIVE"},
    "GLACIER": {"StorageClass": "GLACIER"},
    "STANDARD_IA": {"StorageClass": "STANDARD_IA"},
}
FIELDS = {
    "SSE-S3": {"x-amz-server-side-encryption": "AES256"},
    "DEEP_ARCHIVE": {"x-amz-storage-class": "DEEP_ARCHIVE"},
}
TRADES = csv("2026-01-05T14:30:00Z,SYNA,182.4,100,Q,@")


@pytest.fixture
def upload(cloud: Cloud, partner: Partner) -> dict[str, Any]:
    key = f"uploads/{partner.name}/{new_feed('door')}/a.csv"
    return {"Bucket": cloud.outputs["bucketName"], "Key": key}


@pytest.mark.parametrize("what", REFUSED)
def test_a_partners_upload_that_asks_for_something_else_is_refused(
    partner: Partner, upload: dict[str, Any], what: str
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        partner.s3.put_object(**upload, Body=TRADES, **REFUSED[what])
    with pytest.raises(ClientError, match="AccessDenied"):
        partner.s3.create_multipart_upload(**upload, **REFUSED[what])


def test_an_upload_that_asks_for_nothing_is_encrypted_by_the_bucket_and_read(
    cloud: Cloud, partner: Partner, upload: dict[str, Any]
) -> None:
    answer = partner.s3.put_object(**upload, Body=TRADES)
    assert answer["ServerSideEncryption"] == "aws:kms"
    _, _, feed, file = upload["Key"].split("/")
    assert partner.settled(feed, file)["status"] == "AGGREGATED"


def test_the_standard_class_may_be_named(partner: Partner, upload: dict[str, Any]) -> None:
    partner.s3.put_object(**upload, Body=TRADES, StorageClass="STANDARD")


def test_an_upload_in_parts_that_asks_for_nothing_is_read(
    partner: Partner, upload: dict[str, Any]
) -> None:
    upload["UploadId"] = partner.s3.create_multipart_upload(**upload)["UploadId"]
    part = partner.s3.upload_part(**upload, PartNumber=1, Body=TRADES)
    partner.s3.complete_multipart_upload(
        **upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    )
    _, _, feed, file = upload["Key"].split("/")
    assert partner.settled(feed, file)["status"] == "AGGREGATED"


@pytest.mark.parametrize("what", [None, *FIELDS])
def test_a_form_that_a_partner_signed_takes_no_other_way_in(
    partner: Partner, upload: dict[str, Any], what: str | None
) -> None:
    fields = FIELDS[what] if what else {}
    form = partner.s3.generate_presigned_post(
        **upload, Fields=fields, Conditions=[{name: value} for name, value in fields.items()]
    )
    answer = requests.post(
        form["url"], data=form["fields"], files={"file": ("a.csv", TRADES)}, timeout=30
    )
    expected = requests.codes.forbidden if what else requests.codes.no_content
    assert answer.status_code == expected, answer.text


def test_an_address_that_a_partner_signed_takes_no_other_way_in(
    partner: Partner, upload: dict[str, Any]
) -> None:
    for asked, expected in (({}, requests.codes.ok), (REFUSED["DEEP_ARCHIVE"], 403)):
        address = partner.s3.generate_presigned_url("put_object", Params={**upload, **asked})
        headers = {"x-amz-storage-class": "DEEP_ARCHIVE"} if asked else {}
        answer = requests.put(address, data=TRADES, headers=headers, timeout=30)
        assert answer.status_code == expected, answer.text
