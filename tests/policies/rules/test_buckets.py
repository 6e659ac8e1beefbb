"""The bucket: versions, archive, events, encryption, transport, public access, ownership."""

import json
from typing import Any

from tests.policies.baseline import document
from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    check,
    declare,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
    without,
)

BUCKET = "uploads-bucket"
LIFECYCLE = "bucket-lifecycle"
NOTIFICATION = "bucket-notification"
RULE = "rules[0]"
TARGET = "lambdaFunctions[0]"
NONCURRENT = "noncurrentVersionTransitions"
# Who else looks at it.
ALSO: dict[str, dict[str, Any]] = {"bucket-policy": {"bucket_uploads": {BUCKET}}}


def _beside(name: str) -> Change:
    """A second sub-resource like `name`, of a bucket of which nothing is known."""
    return lambda s: s.add(declare(s[name].type, "beside", **s[name].inputs)).hide(
        "beside", "bucket"
    )


ARN = "arn:aws:s3:::uploads-bucket-dev"


def _split(number: int, *arns: str) -> Change:
    """A denial of the bucket's policy as several, each on one ARN."""

    def split(stack: Declarations) -> Declarations:
        statements = json.loads(stack["bucket-policy"].inputs["policy"])["Statement"]
        denial = statements.pop(number)
        parts = [{**denial, "Resource": arn} for arn in arns]
        return stack.set("bucket-policy", "policy.Statement", [*statements, *parts])

    return split


CASES = [
    *(
        undetermined(policy, BUCKET, "bucket of another", _beside(name), **ALSO.get(name, {}))
        for policy, name in (
            ("bucket-versioning", "bucket-versioning"),
            ("bucket-archive", LIFECYCLE),
            ("bucket-notification", NOTIFICATION),
            ("bucket-encryption", "bucket-encryption"),
            ("bucket-transport", "bucket-policy"),
            ("bucket-public-access", "bucket-access"),
            ("bucket-ownership", "bucket-ownership"),
        )
    ),
    passes(
        "metrics beside others of which nothing is known",
        "detailed-metrics",
        BUCKET,
        _beside("bucket-metrics"),
    ),
    *(
        fails(f"without {name}", policy, BUCKET, without(name), **ALSO.get(name, {}))
        for policy, name in (
            ("bucket-versioning", "bucket-versioning"),
            ("bucket-archive", LIFECYCLE),
            ("bucket-notification", NOTIFICATION),
            ("bucket-encryption", "bucket-encryption"),
            ("bucket-transport", "bucket-policy"),
            ("bucket-public-access", "bucket-access"),
            ("bucket-ownership", "bucket-ownership"),
            ("detailed-metrics", "bucket-metrics"),
        )
    ),
    *(
        fails(
            f"{path} of {name} is {value!r}",
            policy,
            BUCKET,
            setting(name, path, value),
        )
        for policy, name, path, value in (
            (
                "bucket-versioning",
                "bucket-versioning",
                "versioningConfiguration.status",
                "Suspended",
            ),
            ("bucket-versioning", BUCKET, "versioning", {"enabled": False}),
            ("bucket-versioning", BUCKET, "versionings", [{"enabled": False}]),
            (
                "bucket-versioning",
                "bucket-versioning",
                "versioningConfiguration.mfaDelete",
                "Enabled",
            ),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions[0].days", 30),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions[0].days", 91),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions[0].days", 89),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions[0].storageClass", "STANDARD_IA"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions[0].storageClass", "GLACIER_IR"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions[0].date", "2030-01-01T00:00:00Z"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.transitions", []),
            ("bucket-archive", LIFECYCLE, f"{RULE}.status", "Disabled"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.filter.prefix", "uploads/"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.filter.tag", {"key": "a", "value": "b"}),
            ("bucket-archive", LIFECYCLE, f"{RULE}.filter.objectSizeGreaterThan", 131_072),
            ("bucket-archive", LIFECYCLE, f"{RULE}.prefix", "uploads/"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.expiration", {"days": 60}),
            ("bucket-archive", LIFECYCLE, f"{RULE}.expiration", {"days": 90}),
            ("bucket-archive", LIFECYCLE, f"{RULE}.expiration", {"date": "2030-01-01T00:00:00Z"}),
            ("bucket-archive", LIFECYCLE, f"{RULE}.{NONCURRENT}", []),
            ("bucket-archive", LIFECYCLE, f"{RULE}.{NONCURRENT}[0].noncurrentDays", 89),
            ("bucket-archive", LIFECYCLE, f"{RULE}.{NONCURRENT}[0].noncurrentDays", 91),
            ("bucket-archive", LIFECYCLE, f"{RULE}.{NONCURRENT}[0].storageClass", "DEEP_ARCHIVE"),
            ("bucket-archive", LIFECYCLE, f"{RULE}.{NONCURRENT}[0].newerNoncurrentVersions", 1),
            (
                "bucket-archive",
                LIFECYCLE,
                f"{RULE}.noncurrentVersionExpiration",
                {"noncurrentDays": 90},
            ),
            (
                "bucket-archive",
                LIFECYCLE,
                "transitionDefaultMinimumObjectSize",
                "all_storage_classes_128K",
            ),
            (
                "bucket-archive",
                BUCKET,
                "lifecycleRules",
                [{"enabled": True, "expiration": {"days": 1}}],
            ),
            ("bucket-notification", NOTIFICATION, f"{TARGET}.events", ["s3:ObjectRemoved:*"]),
            ("bucket-notification", NOTIFICATION, f"{TARGET}.events", ["s3:ObjectCreated:Put"]),
            ("bucket-notification", NOTIFICATION, f"{TARGET}.filterPrefix", "other/"),
            ("bucket-notification", NOTIFICATION, f"{TARGET}.filterPrefix", ""),
            ("bucket-notification", NOTIFICATION, f"{TARGET}.filterSuffix", ".csv"),
            (
                "bucket-notification",
                NOTIFICATION,
                f"{TARGET}.lambdaFunctionArn",
                "arn:aws:lambda:us-east-1:123456789012:function:processor-function-dev",
            ),
            (
                "bucket-notification",
                NOTIFICATION,
                f"{TARGET}.lambdaFunctionArn",
                "arn:aws:lambda:us-east-1:123456789012:function:other-dev",
            ),
            (
                "bucket-encryption",
                "bucket-encryption",
                f"{RULE}.applyServerSideEncryptionByDefault.sseAlgorithm",
                "AES256",
            ),
            (
                "bucket-encryption",
                "bucket-encryption",
                f"{RULE}.applyServerSideEncryptionByDefault.kmsMasterKeyId",
                "alias/aws/s3",
            ),
            ("bucket-encryption", "bucket-encryption", "rules", []),
            ("bucket-encryption", BUCKET, "serverSideEncryptionConfiguration", {"rule": {}}),
            (
                "bucket-transport",
                "bucket-policy",
                "policy.Statement[0].Principal",
                {"AWS": "123456789012"},
            ),
            ("bucket-transport", "bucket-policy", "policy.Statement[0].Action", "s3:PutObject"),
            (
                "bucket-transport",
                "bucket-policy",
                "policy.Statement[0].Resource",
                "arn:aws:s3:::uploads-bucket-dev/*",
            ),
            (
                "bucket-transport",
                "bucket-policy",
                "policy.Statement[0].Condition.Bool",
                {"aws:SecureTransport": "true"},
            ),
            (
                "bucket-transport",
                "bucket-policy",
                "policy.Statement[0].Condition.StringEquals",
                {"aws:PrincipalAccount": "999999999999"},
            ),
            ("bucket-transport", "bucket-policy", "policy.Statement[0].NotPrincipal", "*"),
            (
                "bucket-transport",
                "bucket-policy",
                "policy.Statement[1].Condition.NumericLessThan",
                {"s3:TlsVersion": "1.1"},
            ),
            ("bucket-ownership", "bucket-ownership", "rule.objectOwnership", "ObjectWriter"),
            ("bucket-ownership", BUCKET, "acl", "public-read"),
            ("detailed-metrics", "bucket-metrics", "filter", {"prefix": "uploads/"}),
        )
    ),
    *(
        passes(
            f"denials of statement {number} in one for the bucket and one for its objects",
            "bucket-transport",
            BUCKET,
            _split(number, ARN, f"{ARN}/*"),
        )
        for number in (0, 1)
    ),
    *(
        fails(
            f"a denial of statement {number} for {what} alone, twice",
            "bucket-transport",
            BUCKET,
            _split(number, arn, arn),
            f"on {lacks}",
        )
        for number in (0, 1)
        for what, arn, lacks in (
            ("the bucket", ARN, "its objects"),
            ("its objects", f"{ARN}/*", "the bucket"),
        )
    ),
    passes(
        "a version of TLS that is written as a number",
        "bucket-transport",
        BUCKET,
        setting(
            "bucket-policy", "policy.Statement[1].Condition.NumericLessThan", {"s3:TlsVersion": 1.2}
        ),
    ),
    fails(
        "an allowing statement in the denying one's place",
        "bucket-transport",
        BUCKET,
        lambda s: s.set("bucket-policy", "policy.Statement[0].Effect", "Allow"),
        resource_policy={"bucket-policy"},
    ),
    *(
        fails(
            f"{key} is off",
            "bucket-public-access",
            BUCKET,
            setting("bucket-access", key, False),
        )
        for key in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        )
    ),
    fails(
        "no permission for the bucket",
        "bucket-notification",
        BUCKET,
        lambda s: s.remove("bucket-permission"),
        "no Permission",
    ),
    fails(
        "a second lifecycle that deletes",
        "bucket-archive",
        BUCKET,
        lambda s: s.add(
            declare(
                "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
                "second",
                bucket="uploads-bucket-dev",
                rules=[{"id": "x", "status": "Enabled", "expiration": {"days": 1}}],
            )
        ),
    ),
    fails(
        "another rule that moves some versions early",
        "bucket-archive",
        BUCKET,
        lambda s: s.set(
            LIFECYCLE,
            "rules",
            [
                *s[LIFECYCLE].inputs["rules"],
                {
                    "id": "early",
                    "status": "Enabled",
                    "filter": {"prefix": "uploads/"},
                    NONCURRENT: [{"noncurrentDays": 30, "storageClass": "GLACIER"}],
                },
            ],
        ),
    ),
    *(
        fails(
            f"{key} beside the function",
            "bucket-notification",
            BUCKET,
            setting(NOTIFICATION, key, [{"queueArn": "arn:aws:sqs:us-east-1:123456789012:x"}]),
            key,
        )
        for key in ("queues", "topics")
    ),
    fails(
        "a permission for one version",
        "bucket-notification",
        BUCKET,
        setting("bucket-permission", "qualifier", "1"),
        "no Permission",
    ),
    fails(
        "a website, inline",
        "bucket-transport",
        BUCKET,
        setting(BUCKET, "website", {"indexDocument": "index.html"}),
        "website",
    ),
    fails(
        "a second policy without the denial",
        "bucket-transport",
        BUCKET,
        lambda s: s.add(
            declare(
                "aws:s3/bucketPolicy:BucketPolicy",
                "second",
                bucket="uploads-bucket-dev",
                policy=document({"Effect": "Deny", "Principal": "*", "Action": "s3:DeleteBucket"}),
            )
        ),
        "without TLS",
        resource_policy={"second"},
        **ALSO["bucket-policy"],
    ),
    undetermined(
        "bucket-archive",
        BUCKET,
        "noncurrentDays",
        lambda s: s.hide(LIFECYCLE, f"{RULE}.{NONCURRENT}[0].noncurrentDays"),
    ),
    undetermined("bucket-notification", BUCKET, "queues", lambda s: s.hide(NOTIFICATION, "queues")),
    passes(
        "deletion of old versions long after the archive",
        "bucket-archive",
        BUCKET,
        setting(LIFECYCLE, f"{RULE}.noncurrentVersionExpiration", {"noncurrentDays": 91}),
    ),
    passes(
        "deletion long after the archive",
        "bucket-archive",
        BUCKET,
        lambda s: s.set(LIFECYCLE, f"{RULE}.expiration", {"days": 3650}),
    ),
    *(
        passes(
            f"{key} {value} under {operator}",
            "bucket-transport",
            BUCKET,
            setting(
                "bucket-policy", f"policy.Statement[{index}].Condition", {operator: {key: value}}
            ),
        )
        for index, operator, key, value in (
            (0, "BoolIfExists", "aws:SecureTransport", "false"),
            (1, "NumericLessThanIfExists", "s3:TlsVersion", "1.2"),
            (1, "NumericLessThanEquals", "s3:TlsVersion", "1.1"),
        )
    ),
    passes(
        "the bucket and its objects in one pattern",
        "bucket-transport",
        BUCKET,
        setting(
            "bucket-policy", "policy.Statement[0].Resource", "arn:aws:s3:::uploads-bucket-dev*"
        ),
    ),
    fails(
        "a pattern of some objects only",
        "bucket-transport",
        BUCKET,
        setting(
            "bucket-policy",
            "policy.Statement[0].Resource",
            ["arn:aws:s3:::uploads-bucket-dev", "arn:aws:s3:::uploads-bucket-dev/?"],
        ),
    ),
    passes(
        "a sub-resource that names the bucket by dependency",
        "bucket-versioning",
        BUCKET,
        lambda s: s.hide("bucket-versioning", "bucket").redepend(
            "bucket-versioning", "bucket", (s[BUCKET].urn,)
        ),
    ),
    undetermined(
        "bucket-versioning",
        BUCKET,
        "status",
        lambda s: s.hide("bucket-versioning", "versioningConfiguration.status"),
    ),
    undetermined(
        "bucket-archive", BUCKET, "days", lambda s: s.hide(LIFECYCLE, f"{RULE}.transitions[0].days")
    ),
    undetermined(
        "bucket-notification",
        BUCKET,
        "arn",
        lambda s: s.hide(NOTIFICATION, f"{TARGET}.lambdaFunctionArn"),
    ),
    undetermined(
        "bucket-encryption", BUCKET, "rules", lambda s: s.hide("bucket-encryption", "rules")
    ),
    undetermined(
        "bucket-transport",
        BUCKET,
        "policy",
        lambda s: s.hide("bucket-policy", "policy"),
        resource_policy={"bucket-policy"},
        **ALSO["bucket-policy"],
    ),
    undetermined(
        "bucket-public-access",
        BUCKET,
        "blockPublicAcls",
        lambda s: s.hide("bucket-access", "blockPublicAcls"),
    ),
    undetermined("bucket-ownership", BUCKET, "rule", lambda s: s.hide("bucket-ownership", "rule")),
    undetermined(
        "detailed-metrics", BUCKET, "filter", lambda s: s.hide("bucket-metrics", "filter")
    ),
    not_applicable("for the bucket's sub-resource", "bucket-versioning", LIFECYCLE, lambda s: s),
]


@parametrized(CASES)
def test_bucket(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
