"""Whoever may list a part of a bucket may list no other.

The stock emulator knows no condition key `s3:prefix`, so that a right which is tied to one is
refused always. On AWS the key is the prefix that a listing asks for.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator

_LISTINGS = frozenset({"s3:ListBucket", "s3:ListBucketVersions"})


def _with_prefix(stock: Any) -> Any:
    def enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        request = iam_evaluator._signed_request.get()
        if iam_action in _LISTINGS and request is not None:
            prefix = request.query_params.get("prefix")
            if prefix:
                service_context = {**(service_context or {}), "s3:prefix": prefix[0]}
        return stock(access_key_id, iam_action, service, region, resource_arn, service_context)

    return enforce


def apply() -> None:
    """Tell of each listing what it asks for; applied before rights are remembered."""
    iam_evaluator.enforce = _with_prefix(iam_evaluator.enforce)
