"""What each role may do, with exact ARNs (FN-5); docs/architecture.md holds the same table."""

from stack.documents import Statement, allow
from stack.names import Names

_READ_TABLE = ["dynamodb:GetItem", "dynamodb:Query"]
_USE_TABLE = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
_CONSUME = [
    "sqs:ReceiveMessage",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ChangeMessageVisibility",
]
_READ_OBJECT = ["s3:GetObject"]
_READ_VERSION = ["s3:GetObjectVersion"]  # enough for who names the version, as both readers do
_RESTORE = ["s3:RestoreObject"]  # to ask for it, where what is to be read is in Glacier
_WRITE_OBJECT = ["s3:PutObject"]
_SEND = ["sqs:SendMessage"]
_TABLES = ("bars", "days")  # of the data set


def validator(names: Names) -> tuple[Statement, ...]:
    """Reads uploads, reports rejects, releases files to the processor."""
    return (
        allow("ReadUploads", _READ_VERSION + _RESTORE, [_objects(names, "uploads")]),
        allow("WriteRejects", _WRITE_OBJECT, [_objects(names, "rejects")]),
        allow("UseTable", _USE_TABLE, [names.table_arn]),
        allow("SendToProcessor", _SEND, [names.queue_arn("processor-queue")]),
        _report_failures(names),
        _write_with_key(names),
    )


def processor(names: Names) -> tuple[Statement, ...]:
    """Reads uploads, keeps the data set, wakes its successors, sends to the aggregator."""
    return (
        allow("ReadUploads", _READ_VERSION + _RESTORE, [_objects(names, "uploads")]),
        # To look at what is there, and to replace no other object than that.
        allow("KeepData", _READ_OBJECT + _WRITE_OBJECT, [_objects(names, "data")]),
        allow("UseTable", _USE_TABLE, [names.table_arn]),
        allow("UseOwnQueue", _CONSUME + _SEND, [names.queue_arn("processor-queue")]),
        allow("SendToAggregator", _SEND, [names.queue_arn("aggregator-queue")]),
        _write_with_key(names),
    )


def aggregator(names: Names) -> tuple[Statement, ...]:
    """Reads the table of days, keeps sums of it, wakes its successors."""
    return (
        allow(
            "ReadDays",
            _READ_OBJECT + _RESTORE,
            [_objects(names, "data/days"), _objects(names, "aggregates")],
        ),
        allow("WriteAggregates", _WRITE_OBJECT, [_objects(names, "aggregates")]),
        allow("UseTable", _USE_TABLE, [names.table_arn]),
        allow("UseOwnQueue", _CONSUME + _SEND, [names.queue_arn("aggregator-queue")]),
        _write_with_key(names),
    )


def status(names: Names) -> tuple[Statement, ...]:
    """Reads the table."""
    return (
        allow("ReadTable", _READ_TABLE, [names.table_arn]),
        _report_failures(names),
        _key(names, "ReadWithKey", ["kms:Decrypt"]),
    )


def partner(names: Names, name: str, methods: tuple[str, ...]) -> tuple[Statement, ...]:
    """Uploads below its own prefix, asks for its own files, reads why they were rejected."""
    return (
        allow("Upload", _WRITE_OBJECT, [_objects(names, f"uploads/{name}")]),
        allow("ReadReports", _READ_OBJECT, [_objects(names, f"rejects/{name}")]),
        _write_with_key(names),
        allow(
            "AskStatus",
            ["execute-api:Invoke"],
            [names.invocation_arn(method, f"status/{name}/*") for method in methods],
        ),
    )


def analyst(names: Names, partners: tuple[str, ...]) -> tuple[Statement, ...]:
    """Reads the data set: all of it, or what it has of some partners."""
    prefixes = [f"data/{table}" for table in _TABLES]
    if partners:
        prefixes = [f"{prefix}/partner={name}" for prefix in prefixes for name in partners]
    return (
        allow("ReadData", _READ_OBJECT, [_objects(names, prefix) for prefix in prefixes]),
        # A data set is found by listing it; the rest of the bucket is not to be listed.
        allow(
            "ListData",
            ["s3:ListBucket"],
            [names.bucket_arn],
            condition={"StringLike": {"s3:prefix": [f"{prefix}/*" for prefix in prefixes]}},
        ),
        _key(names, "ReadWithKey", ["kms:Decrypt"]),
    )


def _objects(names: Names, prefix: str) -> str:
    return f"{names.bucket_arn}/{prefix}/*"


def _report_failures(names: Names) -> Statement:
    """Lambda sends a failed event to its destination with the function's own role."""
    return allow("ReportFailures", ["events:PutEvents"], [names.failures_bus_arn])


def _write_with_key(names: Names) -> Statement:
    return _key(names, "WriteWithKey", ["kms:Decrypt", "kms:GenerateDataKey"])


def _key(names: Names, sid: str, actions: list[str]) -> Statement:
    """Use of the pipeline's key alone: AWS takes no alias as a resource, only as a condition."""
    return allow(
        sid,
        actions,
        [names.any_key_arn],
        condition={"ForAnyValue:StringEquals": {"kms:ResourceAliases": names.key_alias}},
    )
