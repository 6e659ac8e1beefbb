"""What can be destroyed, and at once."""

from tests.policies.kit import (
    Case,
    Declarations,
    adding,
    check,
    dropping,
    fails,
    parametrized,
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"
BUCKET = "uploads-bucket"
TAGS = {"Environment": "Production", "Team": "Analytics"}
POOL = "aws:cognito/userPool:UserPool"

CASES = [
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]} with {given}",
            "destroyable",
            "kept",
            adding(type_, "kept", **given),
            message,
        )
        for type_, given, message in (
            (
                "aws:s3/bucketObjectv2:BucketObjectv2",
                {
                    "bucket": "uploads-bucket-dev",
                    "key": "x",
                    "objectLockLegalHoldStatus": "ON",
                    "tags": TAGS,
                },
                "locks the object",
            ),
        )
    ),
    *(
        fails(f"{path} of {name} is {value!r}", "destroyable", name, setting(name, path, value))
        for name, path, value in (
            (BUCKET, "forceDestroy", False),
            (BUCKET, "objectLockEnabled", True),
            (BUCKET, "objectLockConfiguration", {"rule": {}}),
            ("status-table", "deletionProtectionEnabled", True),
            ("processor-logs", "skipDestroy", True),
            (FUNCTION, "skipDestroy", True),
            ("pipeline-key", "deletionWindowInDays", 8),
        )
    ),
    fails("no force", "destroyable", BUCKET, dropping(BUCKET, "forceDestroy")),
    fails(
        "AWS's window",
        "destroyable",
        "pipeline-key",
        dropping("pipeline-key", "deletionWindowInDays"),
    ),
    fails("protection", "destroyable", FUNCTION, lambda s: s.protect(FUNCTION), "protect"),
    undetermined("destroyable", BUCKET, "forceDestroy"),
    passes(
        "an object without a hold",
        "destroyable",
        "kept",
        adding(
            "aws:s3/bucketObjectv2:BucketObjectv2",
            "kept",
            bucket="uploads-bucket-dev",
            key="x",
            objectLockLegalHoldStatus="OFF",
            tags=TAGS,
        ),
    ),
]


@parametrized(CASES)
def test_what_keeps_a_resource_is_refused(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
