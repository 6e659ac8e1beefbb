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
    *(
        fails(
            f"{type_.removeprefix('aws:').rpartition(':')[0]} as AWS keeps it",
            "destroyable",
            "kept",
            adding(type_, "kept", **({"tags": TAGS} | given)),
            message,
            **{policy: {"kept"} for policy in also},
        )
        for type_, given, message, also in (
            (
                "aws:docdb/cluster:Cluster",
                {"clusterIdentifier": "any-cluster-dev", "kmsKeyId": KEY_ALIAS},
                "skipFinalSnapshot is not true",
                ("no_vpc",),
            ),
            (
                "aws:fsx/openZfsFileSystem:OpenZfsFileSystem",
                {"kmsKeyId": KEY_ALIAS},
                "skipFinalBackup is not true",
                ("no_vpc",),
            ),
            ("aws:codebuild/reportGroup:ReportGroup", {"name": "a-group-dev"}, "deleteReports", ()),
            ("aws:athena/workgroup:Workgroup", {"name": "a-group-dev"}, "forceDestroy", ()),
            ("aws:iam/user:User", {"name": "a-user-dev"}, "forceDestroy", ()),
            ("aws:route53/zone:Zone", {"name": "example.com"}, "forceDestroy", ()),
            (
                "aws:kinesis/stream:Stream",
                {"name": "a-stream-dev", "kmsKeyId": KEY_ALIAS, "encryptionType": "KMS"},
                "enforceConsumerDeletion",
                (),
            ),
            (
                "aws:bedrock/agentDataSource:AgentDataSource",
                {
                    "name": "a-source-dev",
                    "dataDeletionPolicy": "RETAIN",
                    "serverSideEncryptionConfiguration": {"kmsKeyArn": KEY_ALIAS},
                },
                "dataDeletionPolicy is on",
                (),
            ),
            (
                "aws:fms/policy:Policy",
                {"name": "a-policy-dev", "deleteAllPolicyResources": False},
                "deleteAllPolicyResources is off",
                (),
            ),
            (
                "aws:athena/database:Database",
                {
                    "name": "a-database-dev",
                    "bucket": "uploads-bucket-dev",
                    "encryptionConfiguration": {
                        "encryptionOption": "SSE_KMS",
                        "kmsKey": KEY_ALIAS,
                    },
                },
                "forceDestroy",
                (),
            ),
            (
                "aws:synthetics/canary:Canary",
                {"name": "a-canary-dev"},
                "deleteLambda",
                ("other_encryption",),
            ),
            (
                "aws:ecrpublic/repository:Repository",
                {"repositoryName": "a-repository-dev"},
                "forceDestroy",
                (),
            ),
            (
                "aws:acmpca/certificateAuthority:CertificateAuthority",
                {},
                "permanentDeletionTimeInDays is not at most 7",
                (),
            ),
            (
                "aws:kms/externalKey:ExternalKey",
                {},
                "deletionWindowInDays is not at most 7",
                ("resource_policy",),
            ),
            (
                "aws:quicksight/analysis:Analysis",
                {"name": "an-analysis-dev"},
                "recoveryWindowInDays is not 0",
                (),
            ),
            (
                "aws:qldb/ledger:Ledger",
                {"name": "a-ledger-dev", "kmsKey": KEY_ALIAS},
                "deletionProtection is missing, and on by default",
                (),
            ),
            (
                "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
                {"name": "a-vault-dev"},
                "locks what cannot be deleted",
                ("other_encryption",),
            ),
        )
    ),
    passes(
        "an event store without its protection",
        "destroyable",
        "kept",
        adding(
            "aws:cloudtrail/eventDataStore:EventDataStore",
            "kept",
            name="a-store-dev",
            kmsKeyId=KEY_ALIAS,
            tags=TAGS,
            terminationProtectionEnabled=False,
        ),
    ),
    passes(
        "a source whose data goes with it",
        "destroyable",
        "kept",
        adding(
            "aws:bedrock/agentDataSource:AgentDataSource",
            "kept",
            name="a-source-dev",
            dataDeletionPolicy="DELETE",
            serverSideEncryptionConfiguration={"kmsKeyArn": KEY_ALIAS},
        ),
    ),
    passes(
        "a database that leaves no last copy",
        "destroyable",
        "kept",
        adding(
            "aws:docdb/cluster:Cluster",
            "kept",
            clusterIdentifier="any-cluster-dev",
            kmsKeyId=KEY_ALIAS,
            skipFinalSnapshot=True,
            tags=TAGS,
        ),
        no_vpc={"kept"},
    ),
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
