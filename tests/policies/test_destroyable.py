"""What can be destroyed, and at once."""

from tests.policies.baseline import KEY_ALIAS
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
                "aws:ecr/repository:Repository",
                {
                    "name": "any-repository-dev",
                    "encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": KEY_ALIAS}],
                    "tags": TAGS,
                },
                "forceDelete",
            ),
            (
                "aws:backup/vault:Vault",
                {"name": "any-vault-dev", "kmsKeyArn": KEY_ALIAS, "tags": TAGS},
                "forceDestroy",
            ),
            (POOL, {"name": "any-pool-dev", "deletionProtection": "ACTIVE", "tags": TAGS}, "is on"),
            (
                "aws:cloudtrail/eventDataStore:EventDataStore",
                {"name": "any-store-dev", "kmsKeyId": KEY_ALIAS, "tags": TAGS},
                "on by default",
            ),
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
        passes(
            f"deletion protection {value}",
            "destroyable",
            "kept",
            adding(POOL, "kept", name="any-pool-dev", tags=TAGS, deletionProtection=value),
        )
        for value in ("INACTIVE",)
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
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]} that stays for a while",
            "destroyable",
            "kept",
            adding(type_, "kept", tags=TAGS, **inputs),
            message,
        )
        for type_, message, inputs in (
            (
                "aws:secretsmanager/secret:Secret",
                "recoveryWindowInDays",
                {"name": "kept-secret-dev", "kmsKeyId": KEY_ALIAS},
            ),
            ("aws:paymentcryptography/key:Key", "deletionWindow", {"deletionWindowInDays": 8}),
        )
    ),
    passes(
        "a secret that goes at once",
        "destroyable",
        "kept",
        adding(
            "aws:secretsmanager/secret:Secret",
            "kept",
            name="kept-secret-dev",
            kmsKeyId=KEY_ALIAS,
            recoveryWindowInDays=0,
            tags=TAGS,
        ),
    ),
    fails("protection", "destroyable", FUNCTION, lambda s: s.protect(FUNCTION), "protect"),
    undetermined("destroyable", BUCKET, "forceDestroy"),
]


@parametrized(CASES)
def test_what_keeps_a_resource_is_refused(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
