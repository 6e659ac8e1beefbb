"""Objects read in parts, in versions, under conditions, and after a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from local.emulator import process
from tests.local.emulator.kit import Account, unique

MIB = 1 << 20


@pytest.fixture(scope="module")
def account(archive: bytes) -> Iterator[Account]:
    """The account of an emulator that persists."""
    with process.ephemeral(persist=True) as running:
        yield Account(emulator=running, archive=archive)


@pytest.fixture
def bucket(account: Account) -> str:
    """A versioned bucket."""
    name = unique("bucket")
    s3 = account.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return name


def memory_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


def test_object_sent_in_parts_is_read_in_ranges(
    account: Account, bucket: str, tmp_path: Path
) -> None:
    body = b"".join(number.to_bytes(8) for number in range(3 * MIB))  # 24 MiB
    file = tmp_path / "file"
    file.write_bytes(body)
    s3 = account.client(
        "s3", account.session({"Effect": "Allow", "Action": "s3:*", "Resource": "*"})
    )
    s3.upload_file(str(file), bucket, "key", Config=TransferConfig(multipart_threshold=8 * MIB))

    for start, end in ((0, 9), (10 * MIB, 11 * MIB), (24 * MIB - 5, 24 * MIB - 1)):
        answer = s3.get_object(Bucket=bucket, Key="key", Range=f"bytes={start}-{end}")
        assert answer["Body"].read() == body[start : end + 1]
        assert answer["ContentRange"] == f"bytes {start}-{end}/{len(body)}"
    assert s3.get_object(Bucket=bucket, Key="key")["Body"].read() == body


def test_stored_bodies_leave_memory(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="first", Body=bytes(32 * MIB))
    before = memory_kib(account.emulator.pid)
    for number in range(6):
        s3.put_object(Bucket=bucket, Key=f"key{number}", Body=bytes(32 * MIB))
    assert memory_kib(account.emulator.pid) - before < 100 * 1024


def test_every_version_is_kept(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    ids = [
        s3.put_object(Bucket=bucket, Key="key", Body=body)["VersionId"]
        for body in (b"111", b"222", b"333")
    ]
    for id_, body in zip(ids, (b"111", b"222", b"333"), strict=True):
        answer = s3.get_object(Bucket=bucket, Key="key", VersionId=id_)
        assert answer["Body"].read() == body
        part = s3.get_object(Bucket=bucket, Key="key", VersionId=id_, Range="bytes=1-1")
        assert part["Body"].read() == body[1:2]
        assert part["ContentRange"] == "bytes 1-1/3"
    assert s3.get_object(Bucket=bucket, Key="key")["VersionId"] == ids[2]


def test_conditional_writes(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    etag = s3.put_object(Bucket=bucket, Key="key", Body=b"1", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfNoneMatch="*")
    with pytest.raises(ClientError, match="PreconditionFailed"):
        s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfMatch='"other"')
    s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfMatch=etag)


def test_empty_object_has_no_range(account: Account, bucket: str) -> None:
    s3 = account.client("s3")
    s3.put_object(Bucket=bucket, Key="empty", Body=b"")
    assert s3.get_object(Bucket=bucket, Key="empty")["Body"].read() == b""
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(Bucket=bucket, Key="empty", Range="bytes=0-0")


def test_stock_emulator_keeps_bodies_in_memory(archive: bytes) -> None:
    with process.ephemeral(persist=True, without=["large_objects"]) as stock:
        account = Account(emulator=stock, archive=archive)
        s3, bucket = account.client("s3"), unique("bucket")
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
        s3.put_object(Bucket=bucket, Key="first", Body=bytes(32 * MIB))
        before = memory_kib(stock.pid)
        for number in range(6):
            s3.put_object(Bucket=bucket, Key=f"key{number}", Body=bytes(32 * MIB))
        assert memory_kib(stock.pid) - before > 150 * 1024
