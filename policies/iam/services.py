"""What the policies of a resource and of its key let a service do there."""

from collections.abc import Callable, Mapping

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    BUCKET,
    BUCKET_POLICY,
    KEY_POLICY,
    QUEUE,
    QUEUE_POLICY,
    TOPIC,
    TOPIC_POLICY,
)
from policies.iam.evaluation import Call, permits
from policies.iam.statements import Statement, statements

_ATTACHED = {
    BUCKET: (BUCKET_POLICY, "bucket"),
    QUEUE: (QUEUE_POLICY, "queueUrl"),
    TOPIC: (TOPIC_POLICY, "arn"),
}


def in_each_policy(
    resource: Resource, stack: Stack, holds: Callable[[list[Statement]], bool]
) -> bool:
    """Whether a resource has a policy, and `holds` is true of the statements of each one.

    AWS keeps one policy per resource. Where a program declares one inline and another in a
    resource of its own, either may be the one that stays.

    Args:
        resource: A bucket, queue or topic.
        stack: The stack around it.
        holds: What has to be true.
    """
    type_, key = _ATTACHED[resource.type]
    documents = [
        document
        for holder in (resource, *stack.referring(type_, key, resource))
        if (document := holder.inputs.document("policy")) is not None
    ]
    return bool(documents) and all(holds(statements(document)) for document in documents)


def key_lets(
    resource: Resource, key: str, service: str, context: Mapping[str, str], stack: Stack
) -> bool:
    """Whether a service may use the key that encrypts a resource.

    Args:
        resource: What is encrypted.
        key: The property that names its key. Another's key is for the encryption policies.
        service: The service that reads and writes there.
        context: Condition keys of its calls, in lower case.
        stack: The stack around it.
    """
    found = stack.key_of(resource, key)
    if found is None:
        return True
    policies = [
        document
        for holder in (found, *stack.referring(KEY_POLICY, "keyId", found))
        if (document := holder.inputs.document("policy")) is not None
    ]
    arn = stack.arn("kms", "key/id")
    calls = [
        Call(service=service, action=action, resource=arn, context=context)
        for action in ("kms:Decrypt", "kms:GenerateDataKey")
    ]
    return bool(policies) and all(
        permits(statements(document), call) for document in policies for call in calls
    )


def call_context(own: Mapping[str, str], stack: Stack) -> dict[str, str]:
    """What AWS tells of a service's call on behalf of this account, over TLS."""
    return {
        "aws:principalisawsservice": "true",
        "aws:securetransport": "true",
        "aws:sourceaccount": stack.home[1],
        **own,
    }
