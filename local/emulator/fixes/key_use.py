"""KMS: reading or writing what a key encrypts takes the caller's right to use the key.

The stock emulator asks for no right to the key of a bucket, queue or table, and knows neither
`kms:ResourceAliases` nor `kms:ViaService`. On AWS the service uses the key on the caller's
behalf: with the caller's rights, under `kms:ViaService`; and where a service itself is the
caller, with what the key's policy grants that service.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_region
from ministack.services import dynamodb, kms, s3, sqs

READ, WRITE = ("kms:Decrypt",), ("kms:GenerateDataKey",)
_USES = {
    "s3:PutObject": WRITE,
    "s3:GetObject": READ,
    "s3:GetObjectVersion": READ,
    "sqs:SendMessage": (*WRITE, *READ),  # Decrypt verifies the new data key
    "sqs:ReceiveMessage": READ,
    "dynamodb:GetItem": READ,
    "dynamodb:BatchGetItem": READ,
    "dynamodb:Query": READ,
    "dynamodb:Scan": READ,
    "dynamodb:PutItem": READ,
    "dynamodb:UpdateItem": READ,
    "dynamodb:DeleteItem": READ,
    "dynamodb:BatchWriteItem": READ,
    "dynamodb:ConditionCheckItem": READ,
}


def queue_key(queue: dict[str, Any]) -> dict[str, Any] | None:
    """The customer-managed key of a queue, if it has one."""
    found: dict[str, Any] | None = kms._resolve_key(queue["attributes"].get("KmsMasterKeyId"))
    return found


def via(service: str) -> dict[str, str]:
    """The condition key that says through which service a key is used."""
    return {"kms:ViaService": f"{service}.{get_region()}.amazonaws.com"}


def _key_of(service: str, arn: str, context: dict[str, Any]) -> dict[str, Any] | None:
    key_id = None
    if service == "s3" and "/" in arn:  # a form to a bucket has its object among its fields
        keys = {name.lower(): value for name, value in context.items()}
        encryption = keys.get("s3:x-amz-server-side-encryption")
        if encryption in (None, "aws:kms"):
            default = s3._bucket_default_sse_headers(
                arn.removeprefix("arn:aws:s3:::").split("/")[0]
            )
            header = "x-amz-server-side-encryption-aws-kms-key-id"
            key_id = keys.get(f"s3:{header}") or default.get(header)
    elif service == "sqs":
        queue = sqs._queue_by_arn(arn)
        key_id = queue["attributes"].get("KmsMasterKeyId") if queue else None
    elif service == "dynamodb":
        table = dynamodb._tables.get(arn.partition(":table/")[2].split("/")[0])
        key_id = ((table or {}).get("SSEDescription") or {}).get("KMSMasterKeyArn")
    found: dict[str, Any] | None = kms._resolve_key(key_id)
    return found


def _aliases(key_arn: str) -> list[str]:
    key = kms._resolve_key(key_arn)
    if key is None:
        return []
    names: Iterator[str] = (
        arn.rpartition(":")[2] for arn, target in kms._aliases.items() if target == key["KeyId"]
    )
    return sorted(names)


def apply() -> None:
    """Check keys after every call that is otherwise allowed, and answer the two conditions."""
    stock_enforce = iam_evaluator.enforce
    stock_key = iam_evaluator._resolve_condition_key
    stock_arn = iam_actions.extract_resource_arn

    def enforce(
        access_key_id: str,
        iam_action: str,
        service: str,
        region: str,
        resource_arn: str = "*",
        service_context: dict[str, Any] | None = None,
    ) -> Any:
        refused = stock_enforce(
            access_key_id, iam_action, service, region, resource_arn, service_context
        )
        uses = _USES.get(iam_action, ())
        key = _key_of(service, resource_arn, service_context or {}) if uses else None
        if key is not None:
            # A form has its signature in its fields, so that the request itself has no caller.
            token = iam_evaluator._anonymous.set(not access_key_id)
            for use in uses:
                refused = refused or stock_enforce(
                    access_key_id, use, "kms", region, key["Arn"], via(service)
                )
            iam_evaluator._anonymous.reset(token)
        return refused

    def condition_key(key: str, context: Any) -> Any:
        if key.lower() == "kms:resourcealiases":
            return _aliases(context.resource_arn) or None
        return stock_key(key, context)

    def resource_arn(service: str, *args: Any) -> Any:
        arn = stock_arn(service, *args)
        if service == "kms" and ":alias/" in arn:  # rights are given on keys, not on aliases
            key = kms._resolve_key(arn)
            return key["Arn"] if key else arn
        return arn

    iam_evaluator.enforce = enforce
    iam_evaluator._resolve_condition_key = condition_key
    iam_actions.extract_resource_arn = resource_arn
