"""Types that the pack can judge."""

from tests.policies.kit import (
    Case,
    Declarations,
    adding,
    check,
    declare,
    fails,
    parametrized,
)

TAGS = {"Environment": "Production", "Team": "Analytics"}


CASES = [
    fails(
        "a resource of another provider",
        "known-types",
        "text",
        lambda s: s.add(declare("random:index/randomPet:RandomPet", "text", length=1)),
    ),
    fails(
        "a deprecated type",
        "known-types",
        "old",
        lambda s: s.add(
            declare(
                "aws:s3/bucketVersioningV2:BucketVersioningV2",
                "old",
                bucket="uploads-bucket-dev",
                versioningConfiguration={"status": "Suspended"},
            )
        ),
    ),
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]}",
            policy,
            "added",
            adding(type_, "added", **inputs),
            message,
        )
        for policy, type_, inputs, message in (
            (
                "region",
                "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
                {"bucket": "uploads-bucket-dev"},
                "may leave",
            ),
            (
                "region",
                "aws:apigateway/domainName:DomainName",
                {"securityPolicy": "TLS_1_2", "tags": TAGS},
                "REGIONAL",
            ),
            (
                "destroyable",
                "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
                {"bucket": "uploads-bucket-dev"},
                "locks",
            ),
            (
                "destroyable",
                "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
                {"backupVaultName": "x"},
                "locks",
            ),
            (
                "known-types",
                "aws:cloudcontrol/resource:Resource",
                {"typeName": "AWS::X"},
                "template",
            ),
            (
                "known-types",
                "aws:cloudformation/stack:Stack",
                {"name": "any-stack-dev", "tags": TAGS},
                "template",
            ),
            (
                "resource-name",
                "aws:cloudwatch/compositeAlarm:CompositeAlarm",
                {"alarmName": "any", "tags": TAGS},
                "alarmName",
            ),
            (
                "resource-name",
                "aws:lambda/layerVersion:LayerVersion",
                {"layerName": "any-layer"},
                "layerName",
            ),
            (
                "no-vpc",
                "aws:route53/zone:Zone",
                {
                    "name": "zone-dev",
                    "vpcs": [{"vpcId": "vpc-1"}],
                    "forceDestroy": True,
                    "tags": TAGS,
                },
                "vpcs",
            ),
            (
                "no-vpc",
                "aws:apigateway/vpcLink:VpcLink",
                {"name": "any-link-dev", "targetArn": "x", "tags": TAGS},
                "VPC",
            ),
        )
    ),
]


@parametrized(CASES)
def test_known_types(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
