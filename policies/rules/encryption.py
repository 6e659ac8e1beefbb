"""Encryption at rest (SEC-1, S3-4): each store of data under a key of this very stack."""

from collections.abc import Callable

from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    API_METHOD_SETTINGS,
    BUCKET,
    BUCKET_ENCRYPTION,
    BUCKET_OBJECT,
    BUCKET_OBJECT_V2,
    EVENT_BUS,
    EVENT_SOURCE_MAPPING,
    FUNCTION,
    KEY,
    LOG_GROUP,
    QUEUE,
    TABLE,
    TOPIC,
)
from policies.pack.answers import PASSED, Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only


def _encrypted(resource: Resource, stack: Stack, holder: Node, key: str) -> Answer:
    path = holder.at(key)
    if not holder.has(key):
        return failed(f"{path} is missing")
    if not stack.is_own_key(resource, holder, key):
        return failed(f"{path} is no key of this stack")
    return PASSED


def _encrypted_by(key: str) -> Callable[[Resource, Stack, Settings], Answer]:
    """The judge of a top-level property that has to name a key of this stack."""

    def judge(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
        return _encrypted(resource, stack, resource.inputs, key)

    return judge


TABLES = Rule(
    name="table-encryption",
    sentence="Tables are encrypted at rest with a KMS key of this stack.",
    severity=Severity.HIGH,
    requirements=("SEC-1",),
    fix="Set serverSideEncryption to enabled with the ARN of the stack's own key.",
    governs=only(TABLE),
    passes=(
        """
        Table: {serverSideEncryption: {enabled: true, kmsKeyArn: '${Key}'}}
        Key: {}
        """,
    ),
    fails=(
        "Table: {serverSideEncryption: {enabled: true}}",
        "Table: {}",
    ),
)


def _judge_table(table: Resource, stack: Stack, _settings: Settings) -> Answer:
    encryption = table.inputs.object("serverSideEncryption")
    if encryption.flag("enabled") is not True:
        return failed("serverSideEncryption.enabled is not true")
    return _encrypted(table, stack, encryption, "kmsKeyArn")


BUCKETS = Rule(
    name="bucket-encryption",
    sentence="Buckets are encrypted at rest with a KMS key of this stack.",
    severity=Severity.HIGH,
    requirements=("S3-4", "SEC-1"),
    fix=("Declare a BucketServerSideEncryptionConfiguration with aws:kms and the stack's own key."),
    governs=only(BUCKET),
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketServerSideEncryptionConfiguration: {bucket: uploads-bucket-dev,
          rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: 'aws:kms',
          kmsMasterKeyId: alias/pipeline-key-dev}}]}
        Alias: {name: alias/pipeline-key-dev, targetKeyId: '${Key}'}
        Key: {}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketServerSideEncryptionConfiguration: {bucket: uploads-bucket-dev,
          rules: [{applyServerSideEncryptionByDefault: {sseAlgorithm: AES256}}]}
        Alias: {name: alias/pipeline-key-dev, targetKeyId: '${Key}'}
        Key: {}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_bucket(bucket: Resource, stack: Stack, _settings: Settings) -> Answer:
    problems = []
    if bucket.inputs.has("serverSideEncryptionConfiguration"):
        problems.append("serverSideEncryptionConfiguration is inline, where two may disagree")
    configurations = stack.referring(BUCKET_ENCRYPTION, "bucket", bucket)
    if not configurations:
        problems.append("it has no BucketServerSideEncryptionConfiguration in this stack")
    for configuration in configurations:
        rules = configuration.inputs.items("rules")
        if not rules:
            problems.append(f"{configuration.name}.rules is missing")
        for rule in rules:
            default = rule.object("applyServerSideEncryptionByDefault")
            if default.text("sseAlgorithm") not in ("aws:kms", "aws:kms:dsse"):
                problems.append(f"{configuration.name}.{default.at('sseAlgorithm')} is not aws:kms")
            answer = _encrypted(configuration, stack, default, "kmsMasterKeyId")
            if answer is not PASSED:
                problems.append(f"{configuration.name}.{answer.message}")
    return verdict(problems)


def _encrypted_rule(name: str, subject: str, type_: str, key: str) -> Rule:
    """The rule on a type whose key stands in one property."""
    kind = type_.rsplit(":", 1)[-1]
    return Rule(
        name=name,
        sentence=f"{subject} are encrypted at rest with a KMS key of this stack.",
        severity=Severity.HIGH,
        requirements=("SEC-1",),
        fix=f"Set {key} to the alias or ARN of the stack's own key.",
        governs=only(type_),
        passes=(f"{kind}: {{{key}: '${{Key}}'}}\nKey: {{}}",),
        fails=(f"{kind}: {{{key}: alias/aws/any}}", f"{kind}: {{}}"),
    )


QUEUES = _encrypted_rule("queue-encryption", "Queues", QUEUE, "kmsMasterKeyId")
TOPICS = _encrypted_rule("topic-encryption", "Topics", TOPIC, "kmsMasterKeyId")
LOG_GROUPS = _encrypted_rule("log-group-encryption", "Log groups", LOG_GROUP, "kmsKeyId")
EVENT_BUSES = _encrypted_rule("event-bus-encryption", "Event buses", EVENT_BUS, "kmsKeyIdentifier")


# AWS encrypts these with a key of its own unless they name one: a function's environment holds
# names only, and a mapping's filters, which its key is for, are not allowed. An object takes the
# key of its bucket, unless it asks for encryption by itself.
_OBJECTS = (BUCKET_OBJECT, BUCKET_OBJECT_V2)
_NAMED_IN = dict.fromkeys(_OBJECTS, "kmsKeyId") | {
    FUNCTION: "kmsKeyArn",
    EVENT_SOURCE_MAPPING: "kmsKeyArn",
}

OTHERS = Rule(
    name="other-encryption",
    sentence="Functions, mappings and objects name no KMS key but one of this stack.",
    severity=Severity.HIGH,
    requirements=("SEC-1",),
    fix="Leave the key out, or set it to the alias or ARN of the stack's own key.",
    governs=only(*_NAMED_IN),
    passes=(
        """
        Function: {kmsKeyArn: '${Key}'}
        Key: {}
        """,
    ),
    fails=(
        """
        Function: {kmsKeyArn: alias/aws/lambda}
        Key: {}
        """,
    ),
)


def _judge_other(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    key = _NAMED_IN[resource.type]
    asks = resource.type in _OBJECTS and resource.inputs.has("serverSideEncryption")
    if not asks and not resource.inputs.has(key):
        return not_applicable("It holds nothing of the partners', and names no key of elsewhere.")
    return _encrypted(resource, stack, resource.inputs, key)


API_CACHE = Rule(
    name="api-cache-encryption",
    sentence="The API caches answers encrypted or not at all.",
    severity=Severity.MEDIUM,
    requirements=("SEC-1",),
    fix="Leave caching off, or set cacheDataEncrypted to true.",
    governs=only(API_METHOD_SETTINGS),
    passes=(
        "MethodSettings: {settings: {cachingEnabled: true, cacheDataEncrypted: true}}",
        "MethodSettings: {}",
    ),
    fails=("MethodSettings: {settings: {cachingEnabled: true}}",),
)


def _judge_cache(method_settings: Resource, _settings: Settings) -> Answer:
    settings = method_settings.inputs.object("settings")
    if settings.flag("cachingEnabled") and settings.flag("cacheDataEncrypted") is not True:
        return failed("settings.cachingEnabled is true without settings.cacheDataEncrypted")
    return PASSED


KEY_ROTATION = Rule(
    name="key-rotation",
    sentence="Keys are enabled and rotate every year, or more often.",
    severity=Severity.MEDIUM,
    requirements=("SEC-1",),
    fix="Set enableKeyRotation to true, and no period of more than 365 days.",
    governs=only(KEY),
    passes=("Key: {enableKeyRotation: true}",),
    fails=(
        "Key: {enableKeyRotation: true, rotationPeriodInDays: 2560}",
        "Key: {}",
    ),
)


def _judge_rotation(key: Resource, _settings: Settings) -> Answer:
    problems = []
    if key.inputs.flag("enableKeyRotation") is not True:
        problems.append("enableKeyRotation is not true")
    if key.inputs.flag("isEnabled") is False:
        problems.append("isEnabled is false, so that nothing can be read")
    days = key.inputs.integer("rotationPeriodInDays")
    if days is not None and days > _YEAR:
        problems.append(f"rotationPeriodInDays is {days}, more than {_YEAR}")
    return verdict(problems)


_YEAR = 365  # days, and AWS's default

POLICIES = (
    QUEUES.judged_in_stack(_encrypted_by("kmsMasterKeyId")),
    TOPICS.judged_in_stack(_encrypted_by("kmsMasterKeyId")),
    LOG_GROUPS.judged_in_stack(_encrypted_by("kmsKeyId")),
    EVENT_BUSES.judged_in_stack(_encrypted_by("kmsKeyIdentifier")),
    TABLES.judged_in_stack(_judge_table),
    BUCKETS.judged_in_stack(_judge_bucket),
    OTHERS.judged_in_stack(_judge_other),
    API_CACHE.judged_alone(_judge_cache),
    KEY_ROTATION.judged_alone(_judge_rotation),
)
