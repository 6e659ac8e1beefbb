"""Resources that could appear beside those of a stack: each a type that the stack does without.

Changing what is there cannot show that a rule on other types bites; a stranger of that type can.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mutation.sdk import ADMINISTRATOR

_TAGS = {"Environment": "Production", "Team": "Analytics"}


@dataclass(frozen=True, kw_only=True)
class Stranger:
    """A resource to add, and the policies that each have to object to it."""

    type: str
    owners: str
    inputs: Mapping[str, Any] = field(default_factory=dict)


def strangers(suffix: str) -> tuple[Stranger, ...]:
    """Each kind of stranger, named after the convention and tagged.

    Args:
        suffix: The stack's environment suffix.
    """
    bucket = {"bucket": f"uploads-bucket-{suffix}"}
    function = f"status-function-{suffix}"
    return (
        Stranger(
            type="aws:sqs/queue:Queue",
            owners="queue-fifo queue-encryption queue-transport",
            inputs={"name": f"stray-queue-{suffix}", "tags": _TAGS},
        ),
        Stranger(
            type="aws:cloudwatch/logGroup:LogGroup",
            owners="log-group-retention log-group-encryption",
            inputs={"name": f"/stray/group-{suffix}", "tags": _TAGS},
        ),
        Stranger(
            type="aws:secretsmanager/secret:Secret",
            owners="other-encryption destroyable",
            inputs={"name": f"stray-secret-{suffix}", "tags": _TAGS},
        ),
        Stranger(
            type="aws:sns/topicSubscription:TopicSubscription",
            owners="subscription-transport",
            inputs={"protocol": "http", "endpoint": "http://example.com", "topic": "sample"},
        ),
        Stranger(
            type="aws:ec2/vpc:Vpc",
            owners="no-vpc",
            inputs={"cidrBlock": "10.0.0.0/16", "tags": _TAGS},
        ),
        Stranger(
            type="aws:lambda/functionUrl:FunctionUrl",
            owners="api-authorisation api-throttle",
            inputs={"functionName": function, "authorizationType": "NONE"},
        ),
        Stranger(
            type="aws:apigateway/restApiPut:RestApiPut",
            owners="api-authorisation",
            inputs={"restApiId": "sample", "body": "{}"},
        ),
        Stranger(
            type="aws:apigateway/usagePlan:UsagePlan",
            owners="api-throttle",
            inputs={
                "name": f"stray-plan-{suffix}",
                "throttleSettings": {"burstLimit": 10, "rateLimit": 10},
                "tags": _TAGS,
            },
        ),
        Stranger(
            type="aws:cloudwatch/eventTarget:EventTarget",
            owners="region",
            inputs={"arn": "arn:aws:sqs:us-west-2:999999999999:stray", "rule": "stray"},
        ),
        Stranger(
            type="aws:glue/registry:Registry",
            owners="resource-name",
            inputs={"registryName": "stray", "tags": _TAGS},
        ),
        Stranger(
            type="aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            owners="elastic-capacity",
            inputs={
                "functionName": function,
                "provisionedConcurrentExecutions": 1,
                "qualifier": "1",
            },
        ),
        Stranger(
            type="aws:lambda/permission:Permission",
            owners="function-permission",
            inputs={"action": "lambda:InvokeFunction", "function": function, "principal": "*"},
        ),
        Stranger(
            type="aws:sqs/queuePolicy:QueuePolicy",
            owners="resource-policy",
            inputs={"queueUrl": "sample", "policy": ADMINISTRATOR},
        ),
        Stranger(
            type="aws:s3/bucketAcl:BucketAcl",
            owners="bucket-ownership",
            inputs={**bucket, "acl": "public-read"},
        ),
        Stranger(
            type="aws:s3/bucketObjectv2:BucketObjectv2",
            owners="other-encryption",
            inputs={**bucket, "key": "stray", "serverSideEncryption": "AES256", "tags": _TAGS},
        ),
        Stranger(
            type="aws:s3/bucketWebsiteConfiguration:BucketWebsiteConfiguration",
            owners="bucket-transport",
            inputs={**bucket, "indexDocument": {"suffix": "index.html"}},
        ),
        Stranger(
            type="aws:s3/bucketReplicationConfig:BucketReplicationConfig",
            owners="region",
            inputs={**bucket, "role": "sample", "rules": []},
        ),
        Stranger(
            type="aws:s3/bucketVersioningV2:BucketVersioningV2",
            owners="known-types",
            inputs={"bucket": "sample", "versioningConfiguration": {"status": "Enabled"}},
        ),
        Stranger(
            type="aws:iam/accessKey:AccessKey", owners="no-credentials", inputs={"user": "sample"}
        ),
        Stranger(
            type="aws:iam/user:User",
            owners="destroyable",
            inputs={"name": f"stray-user-{suffix}", "tags": _TAGS},
        ),
        Stranger(
            type="aws:iam/policy:Policy",
            owners="iam-actions iam-resources",
            inputs={"name": f"stray-policy-{suffix}", "policy": ADMINISTRATOR, "tags": _TAGS},
        ),
        Stranger(
            type="aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            owners="iam-managed-policies",
            inputs={
                "role": f"status-role-{suffix}",
                "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess",
            },
        ),
    )
