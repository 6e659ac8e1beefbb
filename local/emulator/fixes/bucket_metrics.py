"""Request metrics of a bucket: configurations of their own, not the bucket itself.

The stock emulator does not know `?metrics`: to put a configuration makes the bucket, to delete one
deletes the bucket, and to read one lists its objects.

On AWS they are kept beside the bucket by their identifier, and go with it.
"""

from __future__ import annotations

from typing import Any

from ministack.core.responses import AccountScopedDict
from ministack.services import s3

_XML = {"Content-Type": "application/xml"}


def _answer(
    kept: Any, method: str, bucket: str, identifier: str, body: bytes
) -> tuple[int, dict[str, str], bytes]:
    configurations: dict[str, str] = kept.get(bucket, {})
    if method == "PUT":
        kept[bucket] = {**configurations, identifier: body.decode()}
        return 200, {}, b""
    if not identifier:
        listed = "".join(configurations[name] for name in sorted(configurations))
        text = f"<ListMetricsConfigurationsResult>{listed}<IsTruncated>false</IsTruncated>"
        return 200, dict(_XML), f"{text}</ListMetricsConfigurationsResult>".encode()
    if identifier not in configurations:
        missing = "The specified configuration does not exist."
        answer: tuple[int, dict[str, str], bytes] = s3._error(
            "NoSuchConfiguration", missing, 404, f"/{bucket}"
        )
        return answer
    if method == "DELETE":
        kept[bucket] = {name: v for name, v in configurations.items() if name != identifier}
        return 204, {}, b""
    return 200, dict(_XML), configurations[identifier].encode()


def apply() -> None:
    """Answer `?metrics` before the stock dispatch takes it for the bucket."""
    stock_dispatch, stock_delete, stock_reset = s3._dispatch, s3._delete_bucket, s3.reset
    kept = s3._PERSISTED_BUCKET_DICTS["bucket_metrics"] = AccountScopedDict()

    def dispatch(
        method: str, bucket: str, key: str, headers: Any, body: bytes, query: dict[str, Any]
    ) -> Any:
        if not bucket or key or "metrics" not in query:
            return stock_dispatch(method, bucket, key, headers, body, query)
        if bucket not in s3._buckets:
            return s3._no_such_bucket(bucket)
        return _answer(kept, method, bucket, s3._qp(query, "id", ""), body)

    def delete(name: str) -> Any:
        answer = stock_delete(name)
        if name not in s3._buckets:
            kept.pop(name, None)
        return answer

    def reset() -> None:
        kept.clear()
        stock_reset()

    s3._dispatch, s3._delete_bucket, s3.reset = dispatch, delete, reset
