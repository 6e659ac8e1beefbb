"""Rules for everything: tags, names, region, and types that only one rule knows."""

import pytest

from policies import sdk
from tests.policies.baseline import KEY_ALIAS, TABLE_ARN
from tests.policies.kit import (
    ACCOUNT,
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    declare,
    dropping,
    fails,
    judge,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"
BUCKET = "uploads-bucket"
TAGS = {"Environment": "Production", "Team": "Analytics"}
TAG = "aws:dynamodb/tag:Tag"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

CASES = [
    fails(
        "a changed tag",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tags.Team", "Research"),
        "tags.Team is not 'Analytics'",
    ),
    fails("no tags", "resource-tags", FUNCTION, dropping(FUNCTION, "tags"), "missing"),
    fails(
        "a tag in lower case",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tags", {"team": "Analytics", "Environment": "Production"}),
    ),
    undetermined("resource-tags", FUNCTION, "tags"),
    fails(
        "another value by a tag that stands beside its resource",
        "resource-tags",
        "tag",
        adding(TAG, "tag", resourceArn=TABLE_ARN, key="Environment", value="Staging"),
        "value is not 'Production'",
    ),
    *(
        passes(
            f"the tag {key}={value} beside its resource",
            "resource-tags",
            "tag",
            adding(TAG, "tag", resourceArn=TABLE_ARN, key=key, value=value),
        )
        for key, value in (("Environment", "Production"), ("CostCentre", "42"))
    ),
    *(
        undetermined(
            "resource-tags",
            "tag",
            path,
            adding(
                TAG,
                "tag",
                **{"resourceArn": TABLE_ARN, "key": "Team", "value": "Analytics", path: UNKNOWN},
            ),
        )
        for path in ("key", "value")
    ),
    not_applicable(
        "for an inline policy", "resource-tags", "processor-policy", lambda s: s, "no tags"
    ),
    fails(
        "a resource of its own in another region",
        "region",
        FUNCTION,
        setting(FUNCTION, "region", "us-west-2"),
        "region is not us-east-1",
    ),
    *(
        fails(title, "region", name, change, message)
        for title, name, change, message in (
            (
                "a target in another region",
                "sent",
                adding(
                    "aws:cloudwatch/eventTarget:EventTarget",
                    "sent",
                    arn=f"arn:aws:events:us-west-2:{ACCOUNT}:event-bus/elsewhere",
                    rule="any",
                ),
                "arn is not in us-east-1",
            ),
            (
                "a subscriber in another region",
                "sent",
                adding(
                    SUBSCRIPTION,
                    "sent",
                    protocol="sqs",
                    endpoint=f"arn:aws:sqs:us-west-2:{ACCOUNT}:elsewhere",
                ),
                "endpoint is not in us-east-1",
            ),
            (
                "answers sent to another region",
                "validator-invoke",
                setting(
                    "validator-invoke",
                    "destinationConfig.onSuccess",
                    {"destination": f"arn:aws:sqs:us-west-2:{ACCOUNT}:elsewhere"},
                ),
                "destinationConfig.onSuccess.destination is not in us-east-1",
            ),
            (
                "logs sent to another region",
                "sent",
                adding(
                    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
                    "sent",
                    name="logs-filter-dev",
                    logGroup="/aws/lambda/status-function-dev",
                    filterPattern="",
                    destinationArn=f"arn:aws:logs:us-west-2:{ACCOUNT}:destination:elsewhere",
                ),
                "destinationArn is not in us-east-1",
            ),
            (
                "a pipe to another region",
                "sent",
                adding(
                    "aws:pipes/pipe:Pipe",
                    "sent",
                    name="any-pipe-dev",
                    kmsKeyIdentifier=KEY_ALIAS,
                    roleArn=f"arn:aws:iam::{ACCOUNT}:role/any-role-dev",
                    source=f"arn:aws:sqs:us-east-1:{ACCOUNT}:processor-queue-dev.fifo",
                    target=f"arn:aws:events:us-west-2:{ACCOUNT}:event-bus/elsewhere",
                    tags=TAGS,
                ),
                "target is not in us-east-1",
            ),
            (
                "backups copied to another region",
                "sent",
                adding(
                    "aws:backup/plan:Plan",
                    "sent",
                    name="any-plan-dev",
                    rules=[
                        {
                            "copyActions": [
                                {
                                    "destinationVaultArn": "arn:aws:backup:us-west-2:"
                                    f"{ACCOUNT}:backup-vault:elsewhere"
                                }
                            ]
                        }
                    ],
                    tags=TAGS,
                ),
                "rules[0].copyActions[0].destinationVaultArn is not in us-east-1",
            ),
            (
                "uploads by way of CloudFront",
                BUCKET,
                setting(BUCKET, "accelerationStatus", "Enabled"),
                "accelerationStatus is Enabled",
            ),
            (
                "uploads by way of CloudFront, beside the bucket",
                "sent",
                adding(
                    "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration",
                    "sent",
                    bucket="uploads-bucket-dev",
                    status="Enabled",
                ),
                "may leave",
            ),
        )
    ),
    *(
        passes(
            f"the subscriber {endpoint}",
            "region",
            "sent",
            adding(SUBSCRIPTION, "sent", protocol=protocol, endpoint=endpoint),
        )
        for protocol, endpoint in (
            ("email", "someone@example.com"),
            ("sqs", f"arn:aws:sqs:us-east-1:{ACCOUNT}:here"),
        )
    ),
    undetermined(
        "region",
        "sent",
        "endpoint",
        adding(SUBSCRIPTION, "sent", protocol="sqs", endpoint=UNKNOWN),
    ),
    fails(
        "a provider in another region",
        "region",
        FUNCTION,
        lambda s: s.under(FUNCTION, region="us-west-2"),
    ),
    fails(
        "a declared provider in another region",
        "region",
        "west",
        lambda s: s.add(declare("pulumi:providers:aws", "west", region="us-west-2")),
    ),
    passes(
        "a declared provider in the region",
        "region",
        "east",
        lambda s: s.add(declare("pulumi:providers:aws", "east", region="us-east-1")),
    ),
    fails(
        "a provider without region",
        "region",
        "anywhere",
        lambda s: s.add(declare("pulumi:providers:aws", "anywhere")),
    ),
    undetermined("region", FUNCTION, "region"),
    fails(
        "a replica, inline",
        "region",
        BUCKET,
        setting(BUCKET, "replicationConfiguration", {"role": "x"}),
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
def test_rule_for_everything(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


def test_each_tag_of_each_taggable_resource_is_needed(baseline: Declarations) -> None:
    taggable = [node.name for node in baseline.resources if "tags" in node.inputs]
    assert len(taggable) > 25
    for name in taggable:
        for tag in TAGS:
            judgement = judge(baseline.drop(name, f"tags.{tag}"))
            assert judgement.blocked() == {"resource-tags": {name}}


def test_a_type_that_the_sdk_does_not_know_is_undetermined(baseline: Declarations) -> None:
    stack = baseline.add(declare("aws:future/thing:Thing", "thing"))
    assert judge(stack).blocked("UNKNOWN")["resource-tags"] == {"thing"}
    assert judge(stack).blocked("FAIL")["known-types"] == {"thing"}


@pytest.mark.parametrize(
    ("token", "taggable"),
    [
        ("aws:sqs/queue:Queue", True),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", True),
        ("aws:s3/bucketVersioning:BucketVersioning", False),
        ("aws:iam/rolePolicy:RolePolicy", False),
    ],
)
def test_the_sdk_says_what_is_taggable(token: str, *, taggable: bool) -> None:
    assert ("tags" in sdk.properties(token)) is taggable


@pytest.mark.parametrize(
    "token",
    ["aws:sqs/nothing:Nothing", "aws:nowhere/queue:Queue", "pulumi:providers:aws", "queue", ""],
)
def test_the_sdk_is_asked_in_vain_for_a_type_it_lacks(token: str) -> None:
    with pytest.raises(sdk.UnknownTypeError, match=f"^{token}$"):
        sdk.properties(token)
