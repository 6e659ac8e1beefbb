"""Encryption in transit (SEC-2): nothing answers without TLS 1.2 or newer."""

from collections.abc import Iterable

from policies.answers import PASSED, Answer, failed, verdict
from policies.policy import ResourcePolicy, Settings, Severity, StackPolicy, only
from policies.resource import Resource, Stack
from policies.statements import Statement, denies_old_transport, denies_plain_transport, statements
from policies.types import (
    API,
    BUCKET,
    BUCKET_POLICY,
    QUEUE,
    QUEUE_POLICY,
    TOPIC,
    TOPIC_POLICY,
)


def own_statements(
    resource: Resource, stack: Stack, attached: str, key: str
) -> Iterable[Statement]:
    """The statements of a resource's policy: inline, and attached by resources of one type.

    Args:
        resource: The resource that the policy protects.
        stack: The stack around it.
        attached: Type token of the resource that attaches a policy.
        key: The property by which it names what it is attached to.
    """
    holders = [resource, *stack.referring(attached, key, resource)]
    for holder in holders:
        document = holder.inputs.document("policy")
        if document is not None:
            yield from statements(document)


def _judge_bucket(bucket: Resource, stack: Stack, _settings: Settings) -> Answer:
    arn = f"arn:aws:s3:::{bucket.inputs.text('bucket')}"
    arns = (arn, f"{arn}/*")
    found = list(own_statements(bucket, stack, BUCKET_POLICY, "bucket"))
    problems = []
    if not any(denies_plain_transport(statement, "s3:*", arns) for statement in found):
        problems.append("no statement of its policy denies everyone s3:* without TLS")
    if not any(denies_old_transport(statement, "s3:*", arns) for statement in found):
        problems.append("no statement of its policy denies everyone s3:* over TLS before 1.2")
    return verdict(problems)


def _judge_queue(queue: Resource, stack: Stack, _settings: Settings) -> Answer:
    for statement in own_statements(queue, stack, QUEUE_POLICY, "queueUrl"):
        if denies_plain_transport(statement, "sqs:*", _own_arn(statement, queue, stack)):
            return PASSED
    return failed("no statement of its policy denies everyone sqs:* without TLS")


def _judge_topic(topic: Resource, stack: Stack, _settings: Settings) -> Answer:
    for statement in own_statements(topic, stack, TOPIC_POLICY, "arn"):
        arns = _own_arn(statement, topic, stack)
        # SNS takes no wildcard of actions in a topic's policy; publishing carries the content.
        if denies_plain_transport(statement, "sns:publish", arns):
            return PASSED
    return failed("no statement of its policy denies everyone sns:Publish without TLS")


def _own_arn(statement: Statement, resource: Resource, stack: Stack) -> tuple[str, ...]:
    """The ARN by which the statement names the resource; `*` in its own policy is itself."""
    named = [arn for arn in statement.resources if stack.owner_of(arn) is resource]
    return tuple(named[:1]) or ("*",)


BUCKETS = StackPolicy(
    name="bucket-transport",
    sentence="Buckets refuse everyone without TLS 1.2 or newer.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    remediation=(
        "Attach a BucketPolicy that denies * s3:* on the bucket and its objects, once if "
        "aws:SecureTransport is false and once if s3:TlsVersion is below 1.2."
    ),
    governs=only(BUCKET),
    judge=_judge_bucket,
)

QUEUES = StackPolicy(
    name="queue-transport",
    sentence="Queues refuse everyone without TLS.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    remediation="Let the queue's policy deny * sqs:* on the queue if aws:SecureTransport is false.",
    governs=only(QUEUE),
    judge=_judge_queue,
)

TOPICS = StackPolicy(
    name="topic-transport",
    sentence="Topics refuse everyone without TLS.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    remediation="Let the topic's policy deny * sns:Publish if aws:SecureTransport is false.",
    governs=only(TOPIC),
    judge=_judge_topic,
)

_MODERN = ("TLS_1_2", "SecurityPolicy_TLS13_")


def _judge_api(api: Resource, _settings: Settings) -> Answer:
    security = api.inputs.text("securityPolicy") or ""
    if security.startswith(_MODERN):
        return PASSED
    return failed("securityPolicy does not insist on TLS 1.2 or newer")


APIS = ResourcePolicy(
    name="api-transport",
    sentence="The API answers over TLS 1.2 or newer only.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    remediation="Set securityPolicy to TLS_1_2 or to a policy of TLS 1.3 and 1.2.",
    governs=only(API, "aws:apigateway/domainName:DomainName"),
    judge=_judge_api,
)

_PLAIN = ("http",)


def _judge_subscription(subscription: Resource, _settings: Settings) -> Answer:
    plain = subscription.inputs.text("protocol") in _PLAIN
    return failed("protocol is http, which carries alarms in the clear") if plain else PASSED


SUBSCRIPTIONS = ResourcePolicy(
    name="subscription-transport",
    sentence="Topics deliver over encrypted connections only.",
    severity=Severity.MEDIUM,
    requirements=("SEC-2",),
    remediation="Subscribe with https, or another protocol that is encrypted.",
    governs=only("aws:sns/topicSubscription:TopicSubscription"),
    judge=_judge_subscription,
)

POLICIES = (BUCKETS, QUEUES, TOPICS, APIS, SUBSCRIPTIONS)
