"""A right to list that is tied to prefixes is one to list those."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.emulator.kit import Account, new_bucket, refused, statement


@pytest.fixture
def lister(account: Account) -> tuple[Any, str]:
    """A client that may list what is below `a/`, and the bucket."""
    bucket = new_bucket(account)
    for key in ("a/1", "b/2"):
        account.client("s3").put_object(Bucket=bucket, Key=key, Body=b"")
    below = {"StringLike": {"s3:prefix": "a/*"}}
    right = statement("s3:ListBucket", f"arn:aws:s3:::{bucket}", Condition=below)
    return account.client("s3", account.session(right)), bucket


@pytest.mark.parametrize("call", ["list_objects_v2", "list_objects"])
def test_its_prefix_is_listed_and_no_other(lister: tuple[Any, str], call: str) -> None:
    s3, bucket = lister
    for _ in range(2):
        listed = getattr(s3, call)(Bucket=bucket, Prefix="a/")
        assert [entry["Key"] for entry in listed["Contents"]] == ["a/1"]
        for other in ({"Prefix": "b/"}, {"Prefix": ""}, {"Prefix": "a"}, {}):
            assert refused(getattr(s3, call), Bucket=bucket, **other)


def test_a_prefix_behind_another_does_not_count(lister: tuple[Any, str]) -> None:
    s3, bucket = lister

    def smuggle(request: Any, **_: Any) -> None:
        request.url += "&prefix=b/"

    s3.meta.events.register("before-sign.s3.ListObjectsV2", smuggle)
    listed: list[str] = []
    if not refused(
        lambda: listed.extend(
            entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket, Prefix="a/")["Contents"]
        )
    ):
        assert listed == ["a/1"]
