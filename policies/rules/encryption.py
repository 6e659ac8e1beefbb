"""Encryption at rest (SEC-1, S3-4): each store of data under a key of this very stack.

AWS encrypts all of them with keys of its own where a program names none. That is encryption at rest
too; that this company asks for keys of its own is the setting `customer-managed-key`.
"""

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
from policies.pack.policy import Rule, Schema, Settings, Severity, only

_OWN_KEYS: Schema = {
    "customer-managed-key": {
        "type": "boolean",
        "description": (
            "Whether data has to be under a key of the stack's own; off, a key that AWS manages "
            "will do (SSE-SQS, SSE-S3, a table's default)."
        ),
        "default": True,
    }
}
_UNDER = (
    "are encrypted at rest; with customer-managed-key, which is {customer-managed-key}, under a"
)


def _by_aws(found: str, settings: Settings) -> Answer:
    """The answer where AWS encrypts with a key of its own."""
    if not settings["customer-managed-key"]:
        return PASSED
    return failed(
        f"{found}, so AWS's own key encrypts it; this company asks for its own keys (setting "
        "`customer-managed-key`)"
    )


def _encrypted(
    resource: Resource, stack: Stack, holder: Node, key: str, settings: Settings
) -> Answer:
    path = holder.at(key)
    if not holder.has(key):
        return _by_aws(f"{path} is missing", settings)
    if stack.is_own_key(resource, holder, key):
        return PASSED
    if (holder.text(key) or "").removeprefix(stack.arn("kms", "")).startswith("alias/aws/"):
        return _by_aws(f"{path} is a key that AWS manages", settings)
    return failed(f"{path} is no key of this stack")


def _encrypted_by(key: str) -> Callable[[Resource, Stack, Settings], Answer]:
    """The judge of a top-level property that has to name a key of this stack."""

    def judge(resource: Resource, stack: Stack, settings: Settings) -> Answer:
        inputs = resource.inputs
        if not inputs.has(key) and inputs.flag("sqsManagedSseEnabled") is False:
            return failed("sqsManagedSseEnabled is false, so nothing encrypts its messages")
        return _encrypted(resource, stack, resource.inputs, key, settings)

    return judge


TABLES = Rule(
    name="table-encryption",
    sentence=f"Tables {_UNDER} KMS key of this stack.",
    severity=Severity.HIGH,
    requirements=("SEC-1",),
    fix="Set serverSideEncryption to enabled with the ARN of the stack's own key.",
    governs=only(TABLE),
    schema=_OWN_KEYS,
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


def _judge_table(table: Resource, stack: Stack, settings: Settings) -> Answer:
    encryption = table.inputs.object("serverSideEncryption")
    if encryption.flag("enabled") is not True:
        return _by_aws("serverSideEncryption.enabled is not true", settings)
    return _encrypted(table, stack, encryption, "kmsKeyArn", settings)


BUCKETS = Rule(
    name="bucket-encryption",
    sentence=f"Buckets {_UNDER} KMS key of this stack.",
    severity=Severity.HIGH,
    requirements=("S3-4", "SEC-1"),
    fix=("Declare a BucketServerSideEncryptionConfiguration with aws:kms and the stack's own key."),
    governs=only(BUCKET),
    schema=_OWN_KEYS,
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


def _judge_bucket(bucket: Resource, stack: Stack, settings: Settings) -> Answer:
    found = []
    if bucket.inputs.has("serverSideEncryptionConfiguration"):
        found.append(failed("serverSideEncryptionConfiguration is inline, where two may disagree"))
    configurations = stack.referring(BUCKET_ENCRYPTION, "bucket", bucket)
    if not configurations:
        found.append(
            _by_aws("it has no BucketServerSideEncryptionConfiguration in this stack", settings)
        )
    for configuration in configurations:
        rules = configuration.inputs.items("rules")
        if not rules:
            found.append(_by_aws(f"{configuration.name}.rules is missing", settings))
        for rule in rules:
            default = rule.object("applyServerSideEncryptionByDefault")
            if default.text("sseAlgorithm") not in ("aws:kms", "aws:kms:dsse"):
                path = f"{configuration.name}.{default.at('sseAlgorithm')}"
                found.append(_by_aws(f"{path} is not aws:kms", settings))
                continue
            answer = _encrypted(configuration, stack, default, "kmsMasterKeyId", settings)
            if answer is not PASSED:
                found.append(failed(f"{configuration.name}.{answer.message}"))
    return verdict([answer.message for answer in found if answer is not PASSED])


def _encrypted_rule(name: str, subject: str, type_: str, key: str) -> Rule:
    """The rule on a type whose key stands in one property."""
    kind = type_.rsplit(":", 1)[-1]
    return Rule(
        name=name,
        sentence=f"{subject} {_UNDER} KMS key of this stack.",
        severity=Severity.HIGH,
        requirements=("SEC-1",),
        fix=f"Set {key} to the alias or ARN of the stack's own key.",
        governs=only(type_),
        schema=_OWN_KEYS,
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
    sentence=(
        "Functions, mappings and objects name no KMS key but one of this stack, or one that AWS "
        "manages where customer-managed-key, which is {customer-managed-key}, is off."
    ),
    severity=Severity.HIGH,
    requirements=("SEC-1",),
    fix="Leave the key out, or set it to the alias or ARN of the stack's own key.",
    governs=only(*_NAMED_IN),
    schema=_OWN_KEYS,
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


def _judge_other(resource: Resource, stack: Stack, settings: Settings) -> Answer:
    key = _NAMED_IN[resource.type]
    asks = resource.type in _OBJECTS and resource.inputs.has("serverSideEncryption")
    if not asks and not resource.inputs.has(key):
        return not_applicable("It holds nothing of the partners', and names no key of elsewhere.")
    return _encrypted(resource, stack, resource.inputs, key, settings)


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
        problems.append("isEnabled is false, so nothing could be read")
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
