"""Encryption at rest and in transit of all but the bucket and the table."""

from typing import Any

from tests.policies.baseline import KEY_ALIAS, TAGS, document
from tests.policies.kit import (
    Case,
    Declarations,
    adding,
    check,
    declare,
    dropping,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

# Whose way is open only if this key is, so that nobody can tell of it either.
_OPENED_BY: dict[str, dict[str, Any]] = {
    "validator-dlq": {"function_dead_letter": {"validator-function"}},
    "failures-bus": {"function_dead_letter": {"validator-function", "status-function"}},
    "alarms-topic": {"dead_letter_alarm": {"processor-dlq", "validator-dlq", "status-dlq"}},
}
_KEYS = (
    ("queue-encryption", "processor-queue", "kmsMasterKeyId"),
    ("queue-encryption", "validator-dlq", "kmsMasterKeyId"),
    ("topic-encryption", "alarms-topic", "kmsMasterKeyId"),
    ("event-bus-encryption", "failures-bus", "kmsKeyIdentifier"),
)
_FOREIGN = (
    "alias/aws/sqs",
    "arn:aws:kms:us-east-1:999999999999:alias/pipeline-key-dev",
    "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000",
)

STREAM = "aws:kinesis/stream:Stream"
FREED = {"enforceConsumerDeletion": True}
FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
MACHINE = "aws:sfn/stateMachine:StateMachine"
REPOSITORY = "aws:ecr/repository:Repository"
OBJECT = "aws:s3/bucketObjectv2:BucketObjectv2"
PARAMETER = "aws:ssm/parameter:Parameter"
EXPORT = "aws:dynamodb/tableExport:TableExport"
TRACES = "aws:xray/encryptionConfig:EncryptionConfig"

OBJECT_INPUTS = {"bucket": "uploads-bucket-dev", "key": "x", "tags": TAGS}

CASES = [
    *(
        fails(f"{name} without {key}", policy, name, dropping(name, key))
        for policy, name, key in _KEYS
    ),
    *(
        fails(f"{name} under {value}", policy, name, setting(name, key, value))
        for policy, name, key in _KEYS
        for value in _FOREIGN
    ),
    *(undetermined(policy, name, key, **_OPENED_BY.get(name, {})) for policy, name, key in _KEYS),
    *(
        not_applicable(
            f"for a {kind}, which takes its bucket's key",
            "other-encryption",
            "object",
            adding(f"aws:s3/{kind}:{kind[0].upper()}{kind[1:]}", "object", **OBJECT_INPUTS),
        )
        for kind in ("bucketObject", "bucketObjectv2")
    ),
    not_applicable(
        "for an object without a word of encryption",
        "other-encryption",
        "object",
        lambda s: s.add(
            declare(
                "aws:s3/bucketObjectv2:BucketObjectv2",
                "object",
                bucket="uploads-bucket-dev",
                key="uploads/acme/feed/x.csv",
                tags={"Environment": "Production", "Team": "Analytics"},
            )
        ),
    ),
    *(
        fails(
            f"a key of elsewhere for {name}",
            "other-encryption",
            name,
            setting(name, "kmsKeyArn", "arn:aws:kms:us-east-1:999999999999:key/1"),
        )
        for name in ("processor-function", "processor-source")
    ),
    passes(
        "the stack's own key for a function",
        "other-encryption",
        "processor-function",
        setting(
            "processor-function",
            "kmsKeyArn",
            "arn:aws:kms:us-east-1:123456789012:alias/pipeline-key-dev",
        ),
    ),
    not_applicable(
        "for a function without a key",
        "other-encryption",
        "processor-function",
        lambda s: s,
        "no key of elsewhere",
    ),
    undetermined("other-encryption", "processor-function", "kmsKeyArn"),
    not_applicable("for a role", "other-encryption", "processor-role", lambda s: s, "only"),
    fails(
        "no rotation",
        "key-rotation",
        "pipeline-key",
        setting("pipeline-key", "enableKeyRotation", False),
    ),
    fails(
        "no word of rotation",
        "key-rotation",
        "pipeline-key",
        dropping("pipeline-key", "enableKeyRotation"),
    ),
    fails(
        "a disabled key",
        "key-rotation",
        "pipeline-key",
        setting("pipeline-key", "isEnabled", False),
    ),
    fails(
        "a rotation in more than a year",
        "key-rotation",
        "pipeline-key",
        setting("pipeline-key", "rotationPeriodInDays", 366),
        "rotationPeriodInDays is 366",
    ),
    passes(
        "a rotation every year",
        "key-rotation",
        "pipeline-key",
        setting("pipeline-key", "rotationPeriodInDays", 365),
    ),
    undetermined("key-rotation", "pipeline-key", "enableKeyRotation"),
    *(
        fails(
            f"an object that asks for {given}",
            "other-encryption",
            "object",
            adding(OBJECT, "object", bucket="uploads-bucket-dev", key="x", tags=TAGS, **given),
            "kmsKeyId is",
        )
        for given in (
            {"serverSideEncryption": "AES256"},
            {"serverSideEncryption": "aws:kms"},
            {"serverSideEncryption": "aws:kms", "kmsKeyId": "alias/aws/s3"},
        )
    ),
    passes(
        "an object that asks for the stack's key",
        "other-encryption",
        "object",
        adding(
            OBJECT,
            "object",
            bucket="uploads-bucket-dev",
            key="x",
            serverSideEncryption="aws:kms",
            kmsKeyId=KEY_ALIAS,
            tags=TAGS,
        ),
    ),
    fails(
        "an alias of a foreign key",
        "queue-encryption",
        ("processor-dlq", "processor-queue", "status-dlq", "validator-dlq"),
        lambda s: s.set("pipeline-alias", "targetKeyId", "00000000-0000").redepend(
            "pipeline-alias", "targetKeyId", ()
        ),
        topic_encryption={"alarms-topic"},
        event_bus_encryption={"failures-bus"},
        bucket_encryption={"uploads-bucket"},
    ),
    *(
        fails(
            f"{path} of {name} is {value!r}",
            policy,
            name,
            setting(name, f"policy.Statement[0].{path}", value),
        )
        for policy, name in (
            ("queue-transport", "processor-queue"),
            ("topic-transport", "alarms-topic"),
        )
        for path, value in (
            ("Principal", {"AWS": "123456789012"}),
            ("Resource", "arn:aws:sqs:us-east-1:123456789012:other-dev.fifo"),
            ("Condition", {"Bool": {"aws:ViaAWSService": "false"}}),
            ("Condition", {"Bool": {"aws:SecureTransport": "false", "aws:ViaAWSService": "false"}}),
            ("Action", "sqs:DeleteQueue"),
        )
    ),
    fails(
        "everyone with TLS denied",
        "topic-transport",
        "alarms-topic",
        setting(
            "alarms-topic",
            "policy.Statement[0].Condition",
            {"Bool": {"aws:SecureTransport": "true"}},
        ),
        dead_letter_alarm={"processor-dlq", "status-dlq", "validator-dlq"},
    ),
    *(
        passes(
            f"the same condition as {operator}",
            policy,
            name,
            setting(
                name, "policy.Statement[0].Condition", {operator: {"aws:SecureTransport": "false"}}
            ),
        )
        for policy, name in (
            ("queue-transport", "processor-queue"),
            ("topic-transport", "alarms-topic"),
        )
        for operator in ("BoolIfExists", "ForAllValues:Bool", "ForAnyValue:Bool")
    ),
    *(
        passes(
            "everyone as AWS writes it",
            policy,
            name,
            setting(name, "policy.Statement[0].Principal", {"AWS": "*"}),
        )
        for policy, name in (
            ("queue-transport", "processor-queue"),
            ("topic-transport", "alarms-topic"),
        )
    ),
    passes(
        "everything that the policy is of",
        "queue-transport",
        "processor-queue",
        setting("processor-queue", "policy.Statement[0].Resource", "*"),
    ),
    fails("no policy", "queue-transport", "processor-queue", dropping("processor-queue", "policy")),
    undetermined(
        "queue-transport", "processor-queue", "policy", resource_policy={"processor-queue"}
    ),
    fails(
        "a second policy without the denial",
        "queue-transport",
        "processor-queue",
        lambda s: s.add(
            declare(
                "aws:sqs/queuePolicy:QueuePolicy",
                "second",
                queueUrl=(
                    "https://sqs.us-east-1.amazonaws.com/123456789012/processor-queue-dev.fifo"
                ),
                policy=document({"Effect": "Deny", "Principal": "*", "Action": "sqs:DeleteQueue"}),
            )
        ),
        resource_policy={"second"},
    ),
    undetermined(
        "topic-transport",
        "alarms-topic",
        "policy",
        resource_policy={"alarms-topic"},
        dead_letter_alarm={"processor-dlq", "status-dlq", "validator-dlq"},
    ),
    fails(
        "plain HTTP",
        "subscription-transport",
        "alarms-subscription",
        setting("alarms-subscription", "protocol", "http"),
    ),
    undetermined("subscription-transport", "alarms-subscription", "protocol"),
]


@parametrized(CASES)
def test_encryption(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
