"""Encryption in transit (SEC-2): nothing answers without TLS 1.2 or newer."""

from collections.abc import Callable
from functools import partial

from policies.facts.endpoints import endpoints, is_here, told
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import API, BUCKET, FUNCTION, PROVIDER, QUEUE, TOPIC, TOPIC_SUBSCRIPTION
from policies.iam.denials import Condition, denied_everyone, is_old_transport, is_plain_transport
from policies.iam.services import in_each_policy
from policies.iam.statements import Statement
from policies.pack.answers import PASSED, Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, Types, only

BUCKETS = Rule(
    name="bucket-transport",
    sentence="Buckets refuse everyone without TLS 1.2 or newer.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    fix=(
        "Attach a BucketPolicy that denies * s3:* on the bucket and on its objects, once if "
        "aws:SecureTransport is false and once if s3:TlsVersion is below 1.2; make it no website."
    ),
    governs=only(BUCKET),
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketPolicy: {bucket: uploads-bucket-dev, policy: {Statement: [{Effect: Deny,
          Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::uploads-bucket-dev',
          'arn:aws:s3:::uploads-bucket-dev/*'],
          Condition: {Bool: {'aws:SecureTransport': 'false'}}}, {Effect: Deny, Principal: '*',
          Action: 's3:*', Resource: ['arn:aws:s3:::uploads-bucket-dev',
          'arn:aws:s3:::uploads-bucket-dev/*'],
          Condition: {NumericLessThan: {'s3:TlsVersion': '1.2'}}}]}}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketPolicy: {bucket: uploads-bucket-dev, policy: {Statement: {Effect: Deny,
          Principal: '*', Action: 's3:*', Resource: ['arn:aws:s3:::uploads-bucket-dev',
          'arn:aws:s3:::uploads-bucket-dev/*'],
          Condition: {Bool: {'aws:SecureTransport': 'false'}}}}}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge_bucket(bucket: Resource, stack: Stack, _settings: Settings) -> Answer:
    arn = f"arn:aws:s3:::{bucket.inputs.text('bucket')}"
    problems = []
    for what, arns in (("the bucket", arn), ("its objects", f"{arn}/*")):
        for words, when in (
            ("without TLS", is_plain_transport),
            ("over TLS before 1.2", is_old_transport),
        ):
            if not in_each_policy(bucket, stack, partial(_denied, "s3:*", arns, when)):
                problems.append(
                    f"no statement of its policy denies everyone s3:* on {what} {words}"
                )
    if not bucket.inputs.is_empty("website"):
        problems.append("it is a website, which S3 serves over plain HTTP alone")
    return verdict(problems)


def _denied(
    action: str, arn: str, when: Callable[[Condition], bool], found: list[Statement]
) -> bool:
    return denied_everyone(found, action, arn, when)


QUEUES = Rule(
    name="queue-transport",
    sentence="Queues refuse everyone without TLS.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    fix="Let the queue's policy deny * sqs:* on the queue if aws:SecureTransport is false.",
    governs=only(QUEUE),
    passes=(
        """
        Queue: {policy: {Statement: {Effect: Deny, Principal: '*', Action: 'sqs:*',
          Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'false'}}}}}
        """,
    ),
    fails=("Queue: {}",),
)


def _judge_queue(queue: Resource, stack: Stack, _settings: Settings) -> Answer:
    return _judge_action("sqs:*", queue, stack)


TOPICS = Rule(
    name="topic-transport",
    sentence="Topics refuse everyone without TLS.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    fix="Let the topic's policy deny * sns:Publish if aws:SecureTransport is false.",
    governs=only(TOPIC),
    passes=(
        """
        Topic: {policy: {Statement: {Effect: Deny, Principal: '*', Action: 'sns:Publish',
          Resource: '*', Condition: {Bool: {'aws:SecureTransport': 'false'}}}}}
        """,
    ),
    fails=("Topic: {}",),
)


def _judge_topic(topic: Resource, stack: Stack, _settings: Settings) -> Answer:
    # SNS takes no wildcard of actions in a topic's policy; publishing carries the content.
    return _judge_action("sns:Publish", topic, stack)


def _judge_action(action: str, resource: Resource, stack: Stack) -> Answer:
    def denies(found: list[Statement]) -> bool:
        return any(
            denied_everyone([s], action.lower(), _own_arn(s, resource, stack), is_plain_transport)
            for s in found
        )

    if in_each_policy(resource, stack, denies):
        return PASSED
    return failed(f"no statement of its policy denies everyone {action} without TLS")


def _own_arn(statement: Statement, resource: Resource, stack: Stack) -> str:
    """The ARN by which the statement names the resource; `*` in its own policy is itself."""
    return next((arn for arn in statement.resources if stack.owner_of(arn) is resource), "*")


_MODERN = ("TLS_1_2", "SecurityPolicy_TLS13_")

APIS = Rule(
    name="api-transport",
    sentence="The API answers over TLS 1.2 or newer only.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    fix="Set securityPolicy to TLS_1_2 or to a policy of TLS 1.3 and 1.2.",
    governs=only(API),
    passes=("RestApi: {securityPolicy: TLS_1_2}",),
    fails=(
        "RestApi: {securityPolicy: TLS_1_0}",
        "RestApi: {}",
    ),
)


def _judge_api(api: Resource, _settings: Settings) -> Answer:
    security = api.inputs.text("securityPolicy") or ""
    if security.startswith(_MODERN):
        return PASSED
    return failed("securityPolicy does not insist on TLS 1.2 or newer")


_PLAIN = ("http",)

SUBSCRIPTIONS = Rule(
    name="subscription-transport",
    sentence="Topics deliver over encrypted connections only.",
    severity=Severity.MEDIUM,
    requirements=("SEC-2",),
    fix="Subscribe with https, or another protocol that is encrypted.",
    governs=only(TOPIC_SUBSCRIPTION),
    passes=("TopicSubscription: {protocol: https}",),
    fails=("TopicSubscription: {protocol: http}",),
)


def _judge_subscription(subscription: Resource, _settings: Settings) -> Answer:
    plain = subscription.inputs.text("protocol") in _PLAIN
    return failed("protocol is http, which carries alarms in the clear") if plain else PASSED


CALLERS = Rule(
    name="provider-transport",
    sentence="Providers and functions call AWS over TLS, and look at the certificate.",
    severity=Severity.HIGH,
    requirements=("SEC-2",),
    fix="Leave insecure out, and endpoints too, or give them as https://.",
    governs=Types(
        tokens=frozenset({PROVIDER, FUNCTION}),
        otherwise="Governs providers of AWS and functions only.",
    ),
    passes=(
        "aws: {}",
        """
        Function: {environment: {variables: {AWS_ENDPOINT_URL:
            'https://sqs.us-east-1.amazonaws.com'}}}
        """,
    ),
    fails=(
        "aws: {insecure: true}",
        """
        Function: {environment: {variables: {AWS_ENDPOINT_URL: 'http://example.com'}}}
        """,
    ),
)


def _judge_caller(caller: Resource, _settings: Settings) -> Answer:
    problems = [
        f"{address.path} is neither https nor on this machine"
        for address in endpoints(caller)
        if not address.as_text().startswith("https://") and not is_here(address.as_text())
    ]
    if caller.type == PROVIDER and told(caller, "insecure").value not in (None, False):
        problems.append("insecure is true, so that anyone may answer for AWS")
    return verdict(problems)


POLICIES = (
    BUCKETS.judged_in_stack(_judge_bucket),
    QUEUES.judged_in_stack(_judge_queue),
    TOPICS.judged_in_stack(_judge_topic),
    APIS.judged_alone(_judge_api),
    SUBSCRIPTIONS.judged_alone(_judge_subscription),
    CALLERS.judged_alone(_judge_caller),
)
