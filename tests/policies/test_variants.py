"""Variants of the compliant stack that the brief would take, and whether the pack does."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.policies.baseline import KEY_ALIAS, TAGS, TOPIC_ARN, arn
from tests.policies.kit import Change, Declarations, declare, judge

_KEYS = ("kmsMasterKeyId", "kmsKeyId", "kmsKeyIdentifier", "serverSideEncryption")
_ENCRYPTED = (
    "queue-encryption",
    "topic-encryption",
    "log-group-encryption",
    "event-bus-encryption",
    "table-encryption",
    "bucket-encryption",
)
_OFF = {name: {"customer-managed-key": False} for name in (*_ENCRYPTED, "other-encryption")}


def managed(stack: Declarations) -> Declarations:
    """Without a key of its own: SSE-SQS, SSE-S3, a table's default, and what AWS does elsewhere."""
    for node in stack.resources:
        for key in _KEYS:
            if key in node.inputs:
                stack = stack.drop(node.name, key)
        if "policy" in node.inputs and "kms:" in node.inputs["policy"]:
            statements = json.loads(node.inputs["policy"])["Statement"]
            rest = [s for s in statements if not any("kms:" in a for a in s["Action"])]
            stack = stack.set(node.name, "policy.Statement", rest)
    algorithm = {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}
    stack = stack.set("bucket-encryption", "rules", [algorithm])
    stack = stack.set("processor-queue", "sqsManagedSseEnabled", True)
    return stack.remove("pipeline-alias").remove("pipeline-key")


def test_managed_encryption_will_do_where_the_setting_says_so(baseline: Declarations) -> None:
    assert judge(managed(baseline), config=_OFF).blocked() == {}


def test_managed_encryption_is_refused_here_as_this_companys_choice(baseline: Declarations) -> None:
    judgement = judge(managed(baseline))
    assert set(judgement.blocked()) == set(_ENCRYPTED)
    for policy in _ENCRYPTED:
        for found in judgement.of(policy):
            if found.answer == "FAIL":
                assert "this company asks for its own keys" in found.message


@pytest.mark.parametrize(
    ("policy", "change"),
    [
        (
            "queue-encryption",
            lambda s: s.set("processor-queue", "sqsManagedSseEnabled", False),
        ),
        (
            "queue-encryption",
            lambda s: s.set(
                "processor-queue",
                "kmsMasterKeyId",
                "arn:aws:kms:us-east-1:999999999999:alias/aws/sqs",
            ),
        ),
    ],
)
def test_what_nothing_of_this_account_encrypts_is_refused_whatever_the_setting(
    policy: str, change: Change, baseline: Declarations
) -> None:
    judgement = judge(change(managed(baseline)), config=_OFF)
    assert judgement.blocked() == {policy: {"processor-queue"}}


def _moved(
    type_: str, name: str, key: str, **refers: str
) -> Callable[[Declarations, str], Declarations]:
    """A property of a resource in a resource of its own, which refers to it."""

    def move(stack: Declarations, owner: str) -> Declarations:
        value = stack[owner].inputs[key]
        return stack.drop(owner, key).add(declare(type_, name, **{key: value}, **refers))

    return move


def _queue_url(name: str) -> str:
    return f"https://sqs.us-east-1.amazonaws.com/123456789012/{name}-dev.fifo"


def _attached(stack: Declarations) -> Declarations:
    """A role's inline policy as one of its own, attached by its computed ARN."""
    policy = stack["processor-policy"].inputs["policy"]
    return stack.remove("processor-policy").add(
        declare(
            "aws:iam/policy:Policy",
            "processor-managed",
            name="processor-managed-policy-dev",
            policy=policy,
            tags=TAGS,
        ),
        declare(
            "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
            "processor-attachment",
            role="processor-role-dev",
            policyArn="arn:aws:iam::123456789012:policy/processor-managed-policy-dev",
        ),
    )


def _on_the_role(stack: Declarations) -> Declarations:
    """A role's policy as a part of the role."""
    policy = stack["status-policy"].inputs["policy"]
    inline: list[Any] = [{"name": "status-policy-dev", "policy": policy}]
    return stack.remove("status-policy").set("status-role", "inlinePolicies", inline)


def _without_sources(stack: Declarations) -> Declarations:
    """A table's insights that name it, and not its output."""
    return stack.set("table-insights", "tableName", "status-table-dev")


def _one_denial_each(stack: Declarations) -> Declarations:
    """The bucket's denials, each once for the bucket and once for its objects."""
    statements = json.loads(stack["bucket-policy"].inputs["policy"])["Statement"]
    split = [{**s, "Resource": resource} for s in statements for resource in s["Resource"]]
    return stack.set("bucket-policy", "policy.Statement", split)


def _object(stack: Declarations) -> Declarations:
    return stack.add(
        declare(
            "aws:s3/bucketObjectv2:BucketObjectv2",
            "readme",
            bucket="uploads-bucket-dev",
            key="data/README",
            content="What lies here.",
            tags=TAGS,
        )
    )


VARIANTS: dict[str, Change] = {
    "a queue's policy in a QueuePolicy": lambda s: _moved(
        "aws:sqs/queuePolicy:QueuePolicy",
        "processor-queue-policy",
        "policy",
        queueUrl=_queue_url("processor-queue"),
    )(s, "processor-queue"),
    "a queue's redrive in a RedrivePolicy": lambda s: _moved(
        "aws:sqs/redrivePolicy:RedrivePolicy",
        "processor-redrive",
        "redrivePolicy",
        queueUrl=_queue_url("processor-queue"),
    )(s, "processor-queue"),
    "who may redrive in a RedriveAllowPolicy": lambda s: _moved(
        "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
        "processor-allow",
        "redriveAllowPolicy",
        queueUrl=_queue_url("processor-dlq"),
    )(s, "processor-dlq"),
    "a topic's policy in a TopicPolicy": lambda s: _moved(
        "aws:sns/topicPolicy:TopicPolicy", "topic-policy", "policy", arn=TOPIC_ARN
    )(s, "alarms-topic"),
    "a function of a mapping by its ARN": lambda s: s.set(
        "processor-source", "functionName", arn("lambda", "function:processor-function-dev")
    ),
    "a function of a mapping by account and name": lambda s: s.set(
        "processor-source", "functionName", "123456789012:function:processor-function-dev"
    ),
    "a function of a permission by its ARN": lambda s: s.set(
        "api-permission", "function", arn("lambda", "function:status-function-dev")
    ),
    "a bus of a rule and its target by its ARN": lambda s: s.set(
        "status-rule", "eventBusName", arn("events", "event-bus/failures-bus-dev")
    ).set("status-target", "eventBusName", arn("events", "event-bus/failures-bus-dev")),
    "a target that says how often and how long it tries": lambda s: s.set(
        "status-target",
        "retryPolicy",
        {"maximumRetryAttempts": 185, "maximumEventAgeInSeconds": 86_400},
    ),
    "a rule by the beginning of what Lambda calls a failure": lambda s: s.set(
        "status-rule", "eventPattern.detail-type", [{"prefix": "Lambda Function Invocation Result"}]
    ),
    "an alarm of one message or more": lambda s: s.set("processor-dlq-alarm", "threshold", 1).set(
        "processor-dlq-alarm", "comparisonOperator", "GreaterThanOrEqualToThreshold"
    ),
    "keys by the alias's ARN": lambda s: s.set("processor-queue", "kmsMasterKeyId", KEY_ALIAS),
    "a work queue that keeps for an hour": lambda s: s.set(
        "processor-queue", "messageRetentionSeconds", 3600
    ),
    "an integration that asks an API's function by a stage's ARN": lambda s: s.set(
        "api-permission", "sourceArn", arn("execute-api", "*/status-stage-dev/*/status")
    ),
    "a policy attached by its ARN": _attached,
    "a policy on the role itself": _on_the_role,
    "a table named, and not referred to": _without_sources,
    "one denial for the bucket, one for its objects": _one_denial_each,
    "an object in the bucket": _object,
    "tags from the provider": lambda s: Declarations(
        tuple(
            replace(node, inputs={**node.inputs, "tags": {}, "tagsAll": TAGS})
            if "tags" in node.inputs
            else node
            for node in s.resources
        )
    ),
}


@pytest.mark.parametrize("change", VARIANTS.values(), ids=VARIANTS)
def test_what_is_valid_otherwise_passes(change: Change, baseline: Declarations) -> None:
    assert judge(change(baseline)).blocked() == {}


def test_all_that_is_valid_otherwise_passes_together(baseline: Declarations) -> None:
    stack = baseline
    for change in VARIANTS.values():
        stack = change(stack)
    assert judge(stack).blocked() == {}
