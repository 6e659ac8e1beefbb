"""Resources that could appear beside those of a stack, each of which breaks a rule.

Changing what is there cannot show that a rule on other types bites; a stranger of that type can.
One of a type that the pack has no rule for stands for all of those (a property test does the rest).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tools.mutation.sdk import ADMINISTRATOR

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
            type="aws:sns/topicSubscription:TopicSubscription",
            owners="subscription-transport",
            inputs={"protocol": "http", "endpoint": "http://example.com", "topic": "sample"},
        ),
        Stranger(
            type="aws:cloudwatch/eventTarget:EventTarget",
            owners="region",
            inputs={"arn": "arn:aws:sqs:us-west-2:999999999999:stray", "rule": "stray"},
        ),
        Stranger(
            type="aws:glue/registry:Registry",
            owners="allowed-types",
            inputs={"registryName": f"stray-registry-{suffix}", "tags": _TAGS},
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
            type="aws:s3/bucketObjectv2:BucketObjectv2",
            owners="other-encryption",
            inputs={
                "bucket": f"uploads-bucket-{suffix}",
                "key": "stray",
                "serverSideEncryption": "AES256",
                "tags": _TAGS,
            },
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
