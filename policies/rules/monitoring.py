"""Rules on metrics and alarms (MON-1)."""

from policies.facts.reading import MalformedError, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack, Unclear
from policies.facts.types import (
    ALARM,
    API_METHOD_SETTINGS,
    BUCKET,
    BUCKET_METRIC,
    CONTRIBUTOR_INSIGHTS,
    EVENT_SOURCE_MAPPING,
    QUEUE,
    TABLE,
    TOPIC,
)
from policies.iam.evaluation import Call, permits
from policies.iam.services import call_context, in_each_policy, key_lets
from policies.pack.answers import PASSED, Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only
from policies.routes.redrive import is_dead_letter_queue

METRICS = Rule(
    name="detailed-metrics",
    sentence="Everything that has detailed metrics to switch on has them on.",
    severity=Severity.MEDIUM,
    requirements=("MON-1",),
    fix=(
        "Bucket: BucketMetric without filter; table: ContributorInsights; mapping: metricsConfig "
        "EventCount; API: settings.metricsEnabled."
    ),
    governs=only(BUCKET, TABLE, EVENT_SOURCE_MAPPING, API_METHOD_SETTINGS),
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketMetric: {bucket: uploads-bucket-dev}
        """,
        """
        Table: {name: status-table-dev}
        ContributorInsights: {tableName: status-table-dev}
        """,
        "EventSourceMapping: {metricsConfig: {metrics: [EventCount]}}",
        "MethodSettings: {settings: {metricsEnabled: true}}",
    ),
    fails=(
        "Bucket: {bucket: uploads-bucket-dev}",
        "Table: {name: status-table-dev}",
        "EventSourceMapping: {}",
        "MethodSettings: {}",
    ),
)


def _judge_metrics(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    if resource.type == API_METHOD_SETTINGS:
        on = resource.inputs.object("settings").flag("metricsEnabled") is True
        return PASSED if on else failed("settings.metricsEnabled is not true")
    if resource.type == EVENT_SOURCE_MAPPING:
        counted = resource.inputs.object("metricsConfig").texts("metrics")
        return (
            PASSED
            if "EventCount" in counted
            else failed("metricsConfig.metrics does not list EventCount")
        )
    if resource.type == TABLE:
        # One for an index tells nothing of the table, and one of throttles nothing of its use.
        if stack.some_referring(
            CONTRIBUTOR_INSIGHTS,
            "tableName",
            resource,
            lambda found: (
                not found.inputs.text("indexName")
                and found.inputs.text("mode") in (None, "ACCESSED_AND_THROTTLED_KEYS")
            ),
        ):
            return PASSED
        return failed("it has no ContributorInsights for all of its keys in this stack")
    if stack.some_referring(
        BUCKET_METRIC, "bucket", resource, lambda metric: metric.inputs.is_empty("filter")
    ):
        return PASSED
    return failed("it has no BucketMetric for all of its objects in this stack")


ALARMS = Rule(
    name="dead-letter-alarm",
    sentence="The first message in a dead-letter queue raises an alarm.",
    severity=Severity.HIGH,
    requirements=("MON-1", "FN-6"),
    fix=(
        "Declare a MetricAlarm on the queue's ApproximateNumberOfMessagesVisible above 0 that "
        "acts on a topic of this stack, which its policy and key let CloudWatch publish on."
    ),
    governs=only(QUEUE),
    passes=(
        """
        Queue: {name: work-dlq-dev.fifo}
        Queue work: {redrivePolicy: {deadLetterTargetArn:
            'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo'}}
        MetricAlarm: {namespace: AWS/SQS, metricName: ApproximateNumberOfMessagesVisible,
          dimensions: {QueueName: work-dlq-dev.fifo}, comparisonOperator: GreaterThanThreshold,
          threshold: 0, statistic: Maximum, evaluationPeriods: 1, period: 60,
          alarmActions: ['arn:aws:sns:us-east-1:123456789012:alarms-topic-dev']}
        Topic: {name: alarms-topic-dev, policy: {Statement: {Effect: Allow,
          Principal: {Service: cloudwatch.amazonaws.com}, Action: 'sns:Publish',
          Resource: 'arn:aws:sns:us-east-1:123456789012:alarms-topic-dev'}}}
        """,
    ),
    fails=(
        """
        Queue: {name: work-dlq-dev.fifo}
        Queue work: {redrivePolicy: {deadLetterTargetArn:
            'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo'}}
        """,
    ),
)


def _judge_alarm(queue: Resource, stack: Stack, _settings: Settings) -> Answer:
    if not is_dead_letter_queue(queue, stack):
        return not_applicable("This queue takes no dead letters.")
    name = queue.inputs.text("name")
    watching, unclear = stack.once(_queue_alarms)
    alarms = watching.get(name or "", [])
    if unclear and not alarms:
        raise unclear
    if not alarms:
        return failed("no MetricAlarm of this stack watches its visible messages")
    findings = [_alarm_problems(alarm, stack) for alarm in alarms]
    if not all(findings):
        return PASSED
    return verdict([f"{alarms[0].name}.{problem}" for problem in findings[0]])


def _queue_alarms(stack: Stack) -> tuple[dict[str, list[Resource]], Unclear]:
    """The alarms on visible messages, by the queue that they watch, and what is unknown of one."""
    alarms: dict[str, list[Resource]] = {}
    unclear = None
    for alarm in stack.of(ALARM):
        inputs = alarm.inputs
        try:
            if (inputs.text("namespace"), inputs.text("metricName")) != _VISIBLE:
                continue
            dimensions = inputs.object("dimensions")
            if [key for key, _ in dimensions.members()] == ["QueueName"]:
                alarms.setdefault(dimensions.text("QueueName") or "", []).append(alarm)
        except UndeterminedError as error:
            unclear = error
        except MalformedError:
            continue  # it watches nothing
    return alarms, unclear


_VISIBLE = ("AWS/SQS", "ApproximateNumberOfMessagesVisible")


def _alarm_problems(alarm: Resource, stack: Stack) -> list[str]:
    """What keeps an alarm from telling someone of the first message."""
    inputs = alarm.inputs
    problems = []
    first = {"GreaterThanThreshold": 0, "GreaterThanOrEqualToThreshold": 1}
    comparison = inputs.text("comparisonOperator") or ""
    if comparison not in first or inputs.number("threshold") != first[comparison]:
        problems.append("comparisonOperator and threshold do not catch the first message")
    if inputs.text("statistic") not in ("Maximum", "Sum"):
        problems.append("statistic is neither Maximum nor Sum")
    if inputs.integer("evaluationPeriods") != 1:
        problems.append("evaluationPeriods is not 1")
    period = inputs.integer("period")
    if period is None or period > _LONGEST_PERIOD:
        problems.append(f"period is not at most {_LONGEST_PERIOD} seconds")
    if inputs.flag("actionsEnabled") is False:
        problems.append("actionsEnabled is false")
    if inputs.text("unit") not in (None, "Count"):
        problems.append("unit is not Count, so that no message is counted")
    actions = inputs.texts("alarmActions")
    topics = [
        topic for action in actions if (topic := stack.owner_of(action)) and topic.type == TOPIC
    ]
    if not topics:
        problems.append("alarmActions names no topic of this stack")
    elif not any(_is_told(topic, alarm, stack) for topic in topics):
        problems.append("alarmActions names a topic whose policy or key is closed to CloudWatch")
    return problems


def _is_told(topic: Resource, alarm: Resource, stack: Stack) -> bool:
    """Whether CloudWatch may publish the alarm on the topic, and use the topic's key."""
    topic_arn = stack.arn("sns", topic.inputs.text("name") or "")
    source = stack.arn("cloudwatch", f"alarm:{alarm.inputs.text('name')}")
    context = call_context({"aws:sourcearn": source}, stack)
    publish = Call(service=_CLOUDWATCH, action="sns:Publish", resource=topic_arn, context=context)
    encrypted = {**context, "kms:encryptioncontext:aws:sns:topicarn": topic_arn}
    return in_each_policy(topic, stack, lambda found: permits(found, publish)) and key_lets(
        topic, "kmsMasterKeyId", _CLOUDWATCH, encrypted, stack
    )


_CLOUDWATCH = "cloudwatch.amazonaws.com"
_LONGEST_PERIOD = 300  # seconds

POLICIES = (METRICS.judged_in_stack(_judge_metrics), ALARMS.judged_in_stack(_judge_alarm))
