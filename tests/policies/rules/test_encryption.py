"""Encryption at rest and in transit of all but the bucket and the table."""

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
    *(undetermined(policy, name, key) for policy, name, key in _KEYS),
    fails(
        "another kind of store without a key",
        "other-encryption",
        "secret",
        lambda s: s.add(
            declare(
                "aws:secretsmanager/secret:Secret",
                "secret",
                name="api-secret-dev",
                recoveryWindowInDays=0,
                tags={"Environment": "Production", "Team": "Analytics"},
            )
        ),
    ),
    not_applicable(
        "for an object, which takes its bucket's key",
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
    passes(
        "another kind of store under the stack's key",
        "other-encryption",
        "secret",
        lambda s: s.add(
            declare(
                "aws:secretsmanager/secret:Secret",
                "secret",
                name="api-secret-dev",
                recoveryWindowInDays=0,
                kmsKeyId="alias/pipeline-key-dev",
                tags={"Environment": "Production", "Team": "Analytics"},
            )
        ),
    ),
    undetermined(
        "other-encryption",
        "secret",
        "kmsKeyId",
        lambda s: s.add(
            declare(
                "aws:secretsmanager/secret:Secret",
                "secret",
                name="api-secret-dev",
                recoveryWindowInDays=0,
                tags={"Environment": "Production", "Team": "Analytics"},
            )
        ).hide("secret", "kmsKeyId"),
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
    not_applicable("for a role", "other-encryption", "processor-role", lambda s: s, "no key"),
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
    not_applicable(
        "for a parameter that is no secret",
        "other-encryption",
        "store",
        adding(PARAMETER, "store", name="any-store-dev", type="String", value="x", tags=TAGS),
        "Only a SecureString",
    ),
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]} that holds {given}",
            "other-encryption",
            "store",
            adding(type_, "store", **given),
            message,
        )
        for type_, given, message in (
            (EXPORT, {"s3SseAlgorithm": "AES256"}, "s3SseAlgorithm is not KMS"),
            (EXPORT, {"s3SseAlgorithm": "KMS"}, "s3SseKmsKeyId is missing"),
            (TRACES, {"type": "NONE"}, "type is not KMS"),
            (TRACES, {"type": "KMS", "keyId": "alias/aws/xray"}, "keyId is no key"),
        )
    ),
    *(
        passes(
            f"a {type_.rsplit(':', 1)[1]} with the stack's key",
            "other-encryption",
            "store",
            adding(type_, "store", **given),
        )
        for type_, given in (
            (EXPORT, {"s3SseAlgorithm": "KMS", "s3SseKmsKeyId": KEY_ALIAS}),
            (TRACES, {"type": "KMS", "keyId": KEY_ALIAS}),
        )
    ),
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]} with {given}",
            "other-encryption",
            "store",
            adding(type_, "store", name="any-store-dev", tags=TAGS, **given),
            message,
        )
        for type_, given, message in (
            (STREAM, {**FREED, "kmsKeyId": KEY_ALIAS, "encryptionType": "NONE"}, "encryptionType"),
            (STREAM, {**FREED, "kmsKeyId": KEY_ALIAS}, "encryptionType"),
            (
                STREAM,
                {**FREED, "encryptionType": "KMS", "kmsKeyId": "alias/aws/kinesis"},
                "kmsKeyId",
            ),
            (PARAMETER, {"type": "SecureString", "valueWo": "x"}, "keyId is missing"),
            (
                PARAMETER,
                {"type": "SecureString", "valueWo": "x", "keyId": "alias/aws/ssm"},
                "keyId is no key",
            ),
            (MACHINE, {}, "encryptionConfiguration is missing"),
            (
                MACHINE,
                {"encryptionConfiguration": {"type": "AWS_OWNED_KEY", "kmsKeyId": KEY_ALIAS}},
                "encryptionConfiguration.type",
            ),
            (
                MACHINE,
                {"encryptionConfiguration": {"type": "CUSTOMER_MANAGED_KMS_KEY"}},
                "encryptionConfiguration.kmsKeyArn is missing",
            ),
            (FIREHOSE, {}, "serverSideEncryption is missing"),
            (
                FIREHOSE,
                {"serverSideEncryption": {"keyType": "CUSTOMER_MANAGED_CMK", "keyArn": KEY_ALIAS}},
                "serverSideEncryption.enabled",
            ),
            (
                FIREHOSE,
                {"serverSideEncryption": {"enabled": True, "keyType": "AWS_OWNED_CMK"}},
                "serverSideEncryption.keyType",
            ),
            (
                REPOSITORY,
                {"forceDelete": True, "encryptionConfigurations": [{"encryptionType": "AES256"}]},
                "encryptionConfigurations[0].encryptionType",
            ),
        )
    ),
    *(
        passes(
            f"a {type_.rsplit(':', 1)[1]} under the stack's key",
            "other-encryption",
            "store",
            adding(type_, "store", name="any-store-dev", tags=TAGS, **given),
        )
        for type_, given in (
            (STREAM, {**FREED, "kmsKeyId": KEY_ALIAS, "encryptionType": "KMS"}),
            (
                MACHINE,
                {
                    "encryptionConfiguration": {
                        "type": "CUSTOMER_MANAGED_KMS_KEY",
                        "kmsKeyId": KEY_ALIAS,
                    }
                },
            ),
            (
                FIREHOSE,
                {
                    "serverSideEncryption": {
                        "enabled": True,
                        "keyType": "CUSTOMER_MANAGED_CMK",
                        "keyArn": KEY_ALIAS,
                    }
                },
            ),
            (
                REPOSITORY,
                {
                    "forceDelete": True,
                    "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY_ALIAS}],
                },
            ),
        )
    ),
    not_applicable(
        "for a delivery from a stream, which keeps the data itself",
        "other-encryption",
        "store",
        adding(
            FIREHOSE,
            "store",
            name="any-store-dev",
            tags=TAGS,
            kinesisSourceConfiguration={"kinesisStreamArn": "x", "roleArn": "x"},
        ),
        "keeps nothing",
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
                queueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/processor-queue-dev.fifo",
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
