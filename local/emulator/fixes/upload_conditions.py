"""A bucket's policy knows how an upload asks to be encrypted and stored.

Of a `PUT` the stock emulator knows no condition key but `s3:x-amz-server-side-encryption`; of a
form, all that stands in it. On AWS there are `s3:x-amz-storage-class` and
`s3:x-amz-server-side-encryption-customer-algorithm` as well, where the request has the header, and
`s3:x-amz-server-side-encryption-aws-kms-key-id`: the ARN of the key that the object comes under,
whether the request names it, by whatever name, or the bucket's default does (S3 user guide,
"Using server-side encryption with AWS KMS keys"). The parts of an upload ask for nothing: the
request that began it is refused.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_actions
from ministack.services import kms, s3

_ENCRYPTION = "x-amz-server-side-encryption"
_KEY = f"{_ENCRYPTION}-aws-kms-key-id"
_ASKED = ("x-amz-storage-class", f"{_ENCRYPTION}-customer-algorithm")


def _key(bucket: str, headers: dict[str, str]) -> str | None:
    """The ARN of the key that an object comes under, if KMS encrypts it."""
    default = s3._bucket_default_sse_headers(bucket)
    if headers.get(_ASKED[1]) or headers.get(_ENCRYPTION, default.get(_ENCRYPTION)) != "aws:kms":
        return None
    named: str | None = headers.get(_KEY) or default.get(_KEY)
    key = kms._resolve_key(named)
    return key["Arn"] if key else named


def apply() -> None:
    """Give every `PUT` of an object the condition keys that it has on AWS."""
    stock = iam_actions._s3_object_context

    def context(
        action: str, query: dict[str, list[str]], path: str, headers: dict[str, str]
    ) -> dict[str, Any]:
        found: dict[str, Any] = stock(action, query, path, headers)
        bucket, _, key = path.lstrip("/").partition("/")
        if action == "s3:PutObject" and key and "uploadId" not in query:
            asked = {name: headers.get(name) for name in _ASKED} | {_KEY: _key(bucket, headers)}
            found |= {f"s3:{name}": value for name, value in asked.items() if value}
        return found

    iam_actions._s3_object_context = context
