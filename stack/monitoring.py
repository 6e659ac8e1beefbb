"""Alarms, their topic and the dashboard (MON-1)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from stack.documents import allow, deny_plain_transport, document
from stack.key import Key
from stack.names import Names
from stack.tags import TAGS

OWN_METRICS: Final = "MarketData/Pipeline"  # the namespace of what the functions count themselves
OLDEST_MESSAGE: Final = 600  # seconds: three attempts that are killed are over by then
DAY: Final = 24 * 3600  # seconds: the longest that an alarm looks back every minute
WEEK: Final = 7 * DAY  # seconds: the longest that one looks back at all, once an hour


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """Arguments of Monitoring.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the alarms' messages.
        functions: the functions, by short name.
        asynchronous: those whose failures travel over the bus of failures.
        queued: the functions that a work queue feeds.
        ordered: the functions that keep the order of feeds.
        email: an address to subscribe to the alarms, if any.
    """

    names: Names
    key: Key
    functions: tuple[str, ...]
    asynchronous: tuple[str, ...]
    queued: tuple[str, ...]
    ordered: tuple[str, ...]
    email: str | None


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm: `metric` of `namespace` above `threshold` in any one period."""

    name: str
    description: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str
    threshold: int
    period: int  # seconds


class Monitoring(pulumi.ComponentResource):
    """Every alarm of the pipeline, one encrypted topic for all of them, and a dashboard.

    Attributes:
        topic_arn: the topic's ARN, known at preview.
        dashboard_name: the dashboard's name.
    """

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Monitoring", name, {}, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self.topic_arn = args.names.alarms_topic_arn
        self.dashboard_name = args.names.of("pipeline-dashboard")
        topic = self._topic()
        alarms = list(alarms_of(args))
        for alarm in alarms:
            self._alarm(alarm, topic)
        aws.cloudwatch.Dashboard(
            "pipeline-dashboard",
            dashboard_name=self.dashboard_name,
            dashboard_body=json.dumps({"widgets": list(_widgets(args.names.region, alarms))}),
            opts=self._child,
        )
        self.register_outputs({})

    def _topic(self) -> aws.sns.Topic:
        names = self._args.names
        topic = aws.sns.Topic(
            "alarms-topic",
            name=names.of("alarms-topic"),
            kms_master_key_id=names.key_alias_arn,
            policy=document(
                deny_plain_transport(["sns:Publish"], [self.topic_arn]),
                allow(
                    "Alarms",
                    ["sns:Publish"],
                    [self.topic_arn],
                    principal={"Service": "cloudwatch.amazonaws.com"},
                    condition={
                        "StringEquals": {"aws:SourceAccount": names.account},
                        "ArnLike": {"aws:SourceArn": names.any_alarm_arn},
                    },
                ),
            ),
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self._args.key.alias]),
        )
        if self._args.email is not None:
            aws.sns.TopicSubscription(
                "alarms-subscription",
                topic=self.topic_arn,
                protocol="email",
                endpoint=self._args.email,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[topic]),
            )
        return topic

    def _alarm(self, alarm: Alarm, topic: aws.sns.Topic) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{alarm.name}-alarm",
            name=self._args.names.of(f"{alarm.name}-alarm"),
            alarm_description=alarm.description,
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=alarm.dimensions,
            statistic=alarm.statistic,
            comparison_operator="GreaterThanThreshold",
            threshold=alarm.threshold,
            period=alarm.period,
            evaluation_periods=1,
            actions_enabled=True,
            treat_missing_data="notBreaching",  # at night there is nothing to measure
            alarm_actions=[self.topic_arn],
            ok_actions=[self.topic_arn],
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[topic]),
        )


def alarms_of(args: MonitoringArgs) -> Iterator[Alarm]:
    """Every alarm of the pipeline."""
    for function in args.functions:
        yield from _function_alarms(args.names, function)
    for function in args.asynchronous:
        yield from _failure_route_alarms(args.names, function)
    for function in args.queued:
        yield Alarm(
            name=f"{function}-queue-age",
            description=f"A message for the {function} is more than {OLDEST_MESSAGE} seconds old",
            namespace="AWS/SQS",
            metric="ApproximateAgeOfOldestMessage",
            dimensions={"QueueName": args.names.fifo(f"{function}-queue")},
            statistic="Maximum",
            threshold=OLDEST_MESSAGE,
            period=60,
        )
    for function in args.ordered:
        for name, back in (("stalled-feeds", DAY), ("waiting-files", WEEK)):  # decision 0077
            yield Alarm(
                name=f"{function}-{name}",
                description=(
                    f"Files have waited before the {function} for more than ten minutes: "
                    "a gap in a feed may never close by itself (`pipeline feed show`)"
                ),
                namespace=OWN_METRICS,
                metric="WaitingFilesChange",
                dimensions={"FunctionName": args.names.function(function)},
                statistic="Sum",
                threshold=0,
                period=back,
            )
    yield Alarm(
        name="validator-unrecognised-files",
        description=(
            "A file's key names no partner and feed, so no feed shows it: "
            "see rejects/unrecognised/ and the validator's log"
        ),
        namespace=OWN_METRICS,
        metric="UnrecognisedFiles",
        dimensions={"FunctionName": args.names.function("validator")},
        statistic="Sum",
        threshold=0,
        period=60,
    )
    yield Alarm(
        name="status-api-errors",
        description="The status API answered 5xx",
        namespace="AWS/ApiGateway",
        metric="5XXError",
        dimensions={"ApiName": args.names.of("status-api"), "Stage": args.names.api_stage},
        statistic="Sum",
        threshold=0,
        period=60,
    )


def _function_alarms(names: Names, function: str) -> Iterator[Alarm]:
    yield Alarm(
        name=f"{function}-dlq-messages",
        description=f"The {function} gave up on something: see its dead-letter queue",
        namespace="AWS/SQS",
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": names.fifo(f"{function}-dlq")},
        statistic="Maximum",
        threshold=0,
        period=60,
    )
    for metric in ("Errors", "Throttles"):
        yield Alarm(
            name=f"{function}-{metric.lower()}",
            description=f"Lambda counts {metric.lower()} of the {function}",
            namespace="AWS/Lambda",
            metric=metric,
            dimensions={"FunctionName": names.function(function)},
            statistic="Sum",
            threshold=0,
            period=60,
        )


def _failure_route_alarms(names: Names, function: str) -> Iterator[Alarm]:
    """The two places where a failed event could vanish before its dead-letter queue."""
    yield Alarm(
        name=f"{function}-destination-failures",
        description=f"A failure of the {function} did not reach the bus of failures",
        namespace="AWS/Lambda",
        metric="DestinationDeliveryFailures",
        dimensions={"FunctionName": names.function(function)},
        statistic="Sum",
        threshold=0,
        period=60,
    )
    yield Alarm(
        name=f"{function}-rule-failures",
        description=f"A failure of the {function} did not reach its dead-letter queue",
        namespace="AWS/Events",
        metric="FailedInvocations",
        dimensions={
            "EventBusName": names.failures_bus,
            "RuleName": names.failures_rule(function),
        },
        statistic="Sum",
        threshold=0,
        period=60,
    )


def _widgets(region: str, alarms: list[Alarm]) -> Iterator[dict[str, Any]]:
    """One graph per metric, three to a row, with a line for each thing measured."""
    graphs: dict[tuple[str, str], list[Alarm]] = {}
    for alarm in alarms:
        lines = graphs.setdefault((alarm.namespace, alarm.metric), [])
        if all(line.dimensions != alarm.dimensions for line in lines):
            lines.append(alarm)
    for index, ((namespace, metric), lines) in enumerate(graphs.items()):
        yield {
            "type": "metric",
            "x": 8 * (index % 3),
            "y": 6 * (index // 3),
            "width": 8,
            "height": 6,
            "properties": {
                "title": f"{namespace.removeprefix('AWS/')} {metric}",
                "region": region,
                "period": min(lines[0].period, 3600),
                "stat": lines[0].statistic,
                "metrics": [
                    [
                        namespace,
                        metric,
                        *(part for pair in line.dimensions.items() for part in pair),
                    ]
                    for line in lines
                ],
            },
        }
