"""Rules on the bucket's contents: versions, archive, events (S3)."""

from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    BUCKET,
    BUCKET_LIFECYCLE,
    BUCKET_NOTIFICATION,
    BUCKET_VERSIONING,
    FUNCTION,
    PERMISSION,
)
from policies.pack.answers import Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only

VERSIONING = Rule(
    name="bucket-versioning",
    sentence="Buckets keep every version of an object.",
    severity=Severity.HIGH,
    requirements=("S3-1",),
    fix=("Declare a BucketVersioning with versioningConfiguration.status Enabled."),
    governs=only(BUCKET),
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketVersioning: {bucket: uploads-bucket-dev,
          versioningConfiguration: {status: Enabled}}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketVersioning: {bucket: uploads-bucket-dev,
          versioningConfiguration: {status: Suspended}}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_versioning(bucket: Resource, stack: Stack, _settings: Settings) -> Answer:
    problems = []
    for key in ("versioning", "versionings"):
        if not bucket.inputs.is_empty(key):
            problems.append(f"{key} is inline, where another declaration may disagree")
    configurations = stack.referring(BUCKET_VERSIONING, "bucket", bucket)
    if not configurations:
        problems.append("it has no BucketVersioning in this stack")
    for configuration in configurations:
        versioning = configuration.inputs.object("versioningConfiguration")
        if versioning.text("status") != "Enabled":
            problems.append(f"{configuration.name}.versioningConfiguration.status is not Enabled")
        if versioning.text("mfaDelete") == "Enabled":
            problems.append(f"{configuration.name} requires an MFA device to delete a version")
    return verdict(problems)


ARCHIVE = Rule(
    name="bucket-archive",
    sentence=(
        "All objects, noncurrent versions too, move to {storageClass} after exactly {days} days."
    ),
    severity=Severity.HIGH,
    requirements=("S3-2",),
    fix=(
        "Declare one BucketLifecycleConfiguration with an enabled rule without filter: "
        "transition to {storageClass} at {days} days, whatever the object's size, for "
        "noncurrent versions too."
    ),
    governs=only(BUCKET),
    schema={
        "days": {
            "type": "integer",
            "description": "Age at which objects are archived, in days.",
            "minimum": 1,
            "default": 90,
        },
        "storageClass": {
            "type": "string",
            "description": "Storage class of the archive.",
            "default": "GLACIER",
        },
    },
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketLifecycleConfiguration: {bucket: uploads-bucket-dev,
          transitionDefaultMinimumObjectSize: varies_by_storage_class, rules: [{status: Enabled,
          transitions: [{days: 90, storageClass: GLACIER}],
          noncurrentVersionTransitions: [{noncurrentDays: 90, storageClass: GLACIER}]}]}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketLifecycleConfiguration: {bucket: uploads-bucket-dev,
          transitionDefaultMinimumObjectSize: varies_by_storage_class, rules: [{status: Enabled,
          transitions: [{days: 30, storageClass: GLACIER}],
          noncurrentVersionTransitions: [{noncurrentDays: 30, storageClass: GLACIER}]}]}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_archive(bucket: Resource, stack: Stack, settings: Settings) -> Answer:
    problems = []
    if not bucket.inputs.is_empty("lifecycleRules"):
        problems.append("lifecycleRules is inline, where another declaration may disagree")
    configurations = stack.referring(BUCKET_LIFECYCLE, "bucket", bucket)
    if len(configurations) != 1:
        problems.append("it needs exactly one BucketLifecycleConfiguration in this stack")
    for configuration in configurations:
        found = _archive_problems(configuration.inputs, settings)
        problems += [f"{configuration.name}.{problem}" for problem in found]
    return verdict(problems)


def _archive_problems(inputs: Node, settings: Settings) -> list[str]:
    days, storage_class = settings["days"], settings["storageClass"]
    problems = []
    archived = set()
    if inputs.text("transitionDefaultMinimumObjectSize") != "varies_by_storage_class":
        problems.append(
            "transitionDefaultMinimumObjectSize is not varies_by_storage_class, "
            "so that small objects would stay"
        )
    for rule in inputs.items("rules"):
        if rule.text("status") != "Enabled":
            continue
        for which, (transitions, expirations, age, otherwise) in _LIFECYCLE.items():
            for transition in rule.items(transitions):
                if (
                    transition.text("storageClass") != storage_class
                    or transition.integer(age) != days
                    or any(transition.has(key) for key in otherwise)
                ):
                    problems.append(f"{transition.path} is not {storage_class} after {days} days")
                elif _takes_all(rule):
                    archived.add(which)
            expiration = rule.object(expirations)
            expires = expiration.integer(age)
            if expiration.has("date") or (expires is not None and expires <= days):
                problems.append(f"{expiration.path} deletes {which} before they are archived")
    problems += [
        f"rules has no enabled rule that moves all {which} to {storage_class} after {days} days"
        for which in _LIFECYCLE
        if which not in archived
    ]
    return problems


# Of what: where its transitions and expiration stand, their age, and what would stand against it.
_LIFECYCLE = {
    "objects": ("transitions", "expiration", "days", ("date",)),
    "noncurrent versions": (
        "noncurrentVersionTransitions",
        "noncurrentVersionExpiration",
        "noncurrentDays",
        ("newerNoncurrentVersions",),
    ),
}


def _takes_all(rule: Node) -> bool:
    """Whether the rule has no filter, or one that lets every object through."""
    filter_ = rule.object("filter")
    narrowing = [key for key, _ in filter_.members() if not filter_.is_empty(key)]
    return not narrowing and not rule.text("prefix")


NOTIFICATION = Rule(
    name="bucket-notification",
    sentence="An object created under {prefix} triggers {function}.",
    severity=Severity.HIGH,
    requirements=("S3-3", "MQ-1"),
    fix=(
        "Declare one BucketNotification: {event} with prefix {prefix} to {function}, "
        "and a Permission for the bucket to invoke it."
    ),
    governs=only(BUCKET),
    schema={
        "event": {
            "type": "string",
            "description": "Event that triggers the function.",
            "default": "s3:ObjectCreated:*",
        },
        "prefix": {
            "type": "string",
            "description": "Prefix of the keys that trigger it.",
            "default": "uploads/",
        },
        "function": {
            "type": "string",
            "description": "Name of the function without the environment suffix.",
            "default": "validator-function",
        },
    },
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketNotification: {bucket: uploads-bucket-dev,
          lambdaFunctions: [{events: ['s3:ObjectCreated:*'], filterPrefix: uploads/,
            lambdaFunctionArn:
            'arn:aws:lambda:us-east-1:123456789012:function:validator-function-dev'}]}
        Function: {name: validator-function-dev}
        Permission: {function: validator-function-dev, principal: s3.amazonaws.com,
          sourceArn: 'arn:aws:s3:::uploads-bucket-dev'}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketNotification: {bucket: uploads-bucket-dev,
          topics: [{topicArn: 'arn:aws:sns:us-east-1:123456789012:any-topic-dev'}]}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_notification(bucket: Resource, stack: Stack, settings: Settings) -> Answer:
    notifications = stack.referring(BUCKET_NOTIFICATION, "bucket", bucket)
    targets = [
        target
        for notification in notifications
        for target in notification.inputs.items("lambdaFunctions")
    ]
    if len(notifications) != 1 or len(targets) != 1:
        return failed("it needs exactly one BucketNotification to one function in this stack")
    target = targets[0]
    at = f"{notifications[0].name}.{target.path}"
    problems = [
        f"{notifications[0].name}.{key} is set, and S3 can notify no FIFO queue or topic"
        for key in ("queues", "topics")
        if not notifications[0].inputs.is_empty(key)
    ]
    if target.texts("events") != [settings["event"]]:
        problems.append(f"{at}.events is not {settings['event']} alone")
    if (target.text("filterPrefix") or "") != settings["prefix"]:
        problems.append(f"{at}.filterPrefix is not {settings['prefix']}")
    if target.text("filterSuffix"):
        problems.append(f"{at}.filterSuffix leaves files out")
    function = stack.owner_of(target.text("lambdaFunctionArn") or "")
    if function is None or function.type != FUNCTION:
        problems.append(f"{at}.lambdaFunctionArn is no function of this stack")
    else:
        if function.inputs.text("name") != f"{settings['function']}-{stack.suffix}":
            problems.append(f"{at}.lambdaFunctionArn is not {settings['function']}")
        if not _may_invoke(bucket, function, stack):
            problems.append("no Permission lets the bucket invoke the function")
    return verdict(problems)


def _may_invoke(bucket: Resource, function: Resource, stack: Stack) -> bool:
    def lets_s3_in(permission: Resource) -> bool:
        return (
            permission.inputs.text("principal") == "s3.amazonaws.com"
            and stack.owner_of(permission.inputs.text("sourceArn") or "") is bucket
            and permission.inputs.text("qualifier") is None
        )

    return bool(stack.some_referring(PERMISSION, "function", function, lets_s3_in))


POLICIES = (
    VERSIONING.judged_in_stack(_judge_versioning),
    ARCHIVE.judged_in_stack(_judge_archive),
    NOTIFICATION.judged_in_stack(_judge_notification),
)
