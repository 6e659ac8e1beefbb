"""Changes of the bucket and of the status table (S3, DB, SEC)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import DEFAULT, PROSE, REFUSED, STACK_TESTS

_L = "BucketLifecycleConfiguration"
_ARCHIVE = "rules[archive-all-objects]"
_CLEAN = "rules[clean-up*]"
_REPLACED = "rules[clean-up-*]"  # goes the day after it was archived
_P = "BucketPolicy"

_BUCKET = (
    owned("Bucket", "", "iam-resources"),
    owned("Bucket", "forceDestroy|objectLockEnabled|objectLockConfiguration", "destroyable"),
    owned("Bucket", "acl|grants", "bucket-ownership"),
    owned("Bucket", "lifecycleRules", "bucket-archive"),
    owned("Bucket", "policy", "resource-policy", also="bucket-transport bucket-uploads"),
    owned("Bucket", "serverSideEncryptionConfiguration", "bucket-encryption"),
    owned("Bucket", "versioning", "bucket-versioning"),
    owned("Bucket", "replicationConfiguration", "region"),
    owned("Bucket", "website", "bucket-transport"),
    equivalent("Bucket", "corsRules", "grants nothing: a request needs its signature as before"),
    equivalent("Bucket", "logging", "more logs, of requests; no clause asks for or against them"),
    owned("BucketMetric", "|bucket|filter", "detailed-metrics"),
    owned("BucketOwnershipControls", "*", "bucket-ownership"),
    owned("BucketPublicAccessBlock", "*", "bucket-public-access"),
    owned("BucketVersioning", "*", "bucket-versioning"),
    equivalent(
        "BucketServerSideEncryptionConfiguration",
        "rules[].bucketKeyEnabled",
        "how many calls to the key it takes; objects are encrypted alike",
    ),
    equivalent(
        "BucketServerSideEncryptionConfiguration", "rules[].blockedEncryptionTypes", REFUSED
    ),
    owned("BucketServerSideEncryptionConfiguration", "*", "bucket-encryption"),
    equivalent("BucketNotification", "lambdaFunctions[].id", PROSE),
    equivalent("BucketNotification", "eventbridge", "no rule of this stack takes such events", "*"),
    owned("BucketNotification", "*", "bucket-notification"),
)

_LIFECYCLE = (
    equivalent(_L, "rules[].id", PROSE),
    equivalent(_L, f"{_ARCHIVE}.filter|{_ARCHIVE}.filter.prefix", DEFAULT, "drop"),
    equivalent(_L, f"{_ARCHIVE}.abortIncompleteMultipartUpload", "parts are no objects"),
    owned(_L, f"|bucket|rules|transitionDefaultMinimumObjectSize|{_ARCHIVE}*", "bucket-archive"),
    owned(
        _L,
        f"{_CLEAN}.transitions|{_CLEAN}.noncurrentVersionTransitions|{_CLEAN}.expiration.date|"
        f"{_CLEAN}.expiration.days|{_REPLACED}.expiration",
        "bucket-archive",
        "add",
    ),
    owned(
        _L,
        f"{_CLEAN}.status|{_CLEAN}.expiration|{_CLEAN}.noncurrentVersionExpiration*",
        "bucket-archive",
        "unknown",
    ),
    owned(
        _L,
        f"{_REPLACED}.noncurrentVersionExpiration.noncurrentDays",
        "bucket-archive",
        "decrement",
    ),
    owned(
        _L,
        f"{_CLEAN}.noncurrentVersionExpiration.noncurrentDays",
        "bucket-archive",
        "become zero",
    ),
    equivalent(
        _L, f"{_CLEAN}*", "tidies what is older than the archive needs; deletes no object before"
    ),
)

_DOOR = "policy.Statement[DenyOther*]"  # what uploads may not ask for
_EVERY = "bucket-transport bucket-uploads resource-policy"  # nobody reads a malformed document

_POLICY = (
    owned(_P, "|bucket", "bucket-transport bucket-uploads"),
    owned(_P, "policy", _EVERY),
    owned(_P, "policy.Statement", "resource-policy", "add everyone"),
    owned(_P, "policy.Statement", _EVERY),
    owned(_P, "policy.Statement[].Effect", _EVERY, "drop"),
    owned(_P, f"{_DOOR}.Effect", "bucket-uploads resource-policy"),
    owned(_P, "policy.Statement[].Effect", "bucket-transport resource-policy"),
    equivalent(_P, "policy.Statement[].Action*", "denies more", "broaden*"),
    equivalent(_P, "policy.Statement[].Resource*", REFUSED, "broaden"),
    owned(_P, f"{_DOOR}*", "bucket-uploads"),
    # Without its condition it denies everyone everything, deletion too.
    owned(_P, "policy.Statement[].Condition*", "bucket-transport resource-policy", "drop"),
    owned(_P, "policy.Statement[]*", "bucket-transport"),
)

_TABLE = (
    owned("Table", "", "iam-resources"),
    owned("Table", "billingMode|readCapacity|writeCapacity", "table-billing"),
    owned("Table", "ttl*", "table-ttl"),
    equivalent("Table", "pointInTimeRecovery.recoveryPeriodInDays", DEFAULT, "drop"),
    equivalent(
        "Table",
        "pointInTimeRecovery.recoveryPeriodInDays",
        REFUSED,
        "increment|multiply by ten|become zero",
    ),
    equivalent(
        "Table", "pointInTimeRecovery.recoveryPeriodInDays", "no number of days is asked for"
    ),
    owned("Table", "pointInTimeRecovery*", "table-recovery"),
    owned("Table", "serverSideEncryption*", "table-encryption"),
    owned("Table", "replicas|globalTableWitness", "region"),
    equivalent("Table", "tableClass", STACK_TESTS),
    owned("Table", "onDemandThroughput|warmThroughput", "elastic-capacity"),
    equivalent("Table", "attributes*|hashKey|rangeKey|*SecondaryIndexes", STACK_TESTS),
    equivalent("Table", "importTable|restoreToLatestTime", REFUSED),
    equivalent("Table", "streamEnabled", "a stream that nobody reads, encrypted with the table"),
    owned("ContributorInsights", "|tableName", "detailed-metrics"),
)

RULES = (*_BUCKET, *_LIFECYCLE, *_POLICY, *_TABLE)
