"""Alarms, topic and dashboard."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stack import pipeline
from stack.pipeline import FUNCTIONS, ORDERED, QUEUED
from tests.stack.conftest import NAMES, SETTINGS
from tests.stack.recorder import Recording, record

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
TOPIC = "arn:aws:sns:us-east-1:123456789012:alarms-topic-dev"


def alarm(stack: Recording, name: str) -> dict[str, Any]:
    inputs = dict(stack.one(ALARM, f"{name}-alarm").inputs)
    assert inputs["name"] == f"{name}-alarm-dev"
    return {
        key: inputs[key]
        for key in ("namespace", "metricName", "dimensions", "statistic", "threshold")
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_any_dead_letter_raises_an_alarm(stack: Recording, function: str) -> None:
    assert alarm(stack, f"{function}-dlq-messages") == {
        "namespace": "AWS/SQS",
        "metricName": "ApproximateNumberOfMessagesVisible",
        "dimensions": {"QueueName": f"{function}-dlq-dev.fifo"},
        "statistic": "Maximum",
        "threshold": 0,
    }


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
def test_any_error_or_throttle_of_a_function_raises_an_alarm(
    stack: Recording, function: str, metric: str
) -> None:
    assert alarm(stack, f"{function}-{metric.lower()}") == {
        "namespace": "AWS/Lambda",
        "metricName": metric,
        "dimensions": {"FunctionName": f"{function}-function-dev"},
        "statistic": "Sum",
        "threshold": 0,
    }


@pytest.mark.parametrize("function", ["validator", "status"])
def test_a_failure_that_does_not_reach_its_queue_raises_an_alarm(
    stack: Recording, function: str
) -> None:
    assert alarm(stack, f"{function}-destination-failures") == {
        "namespace": "AWS/Lambda",
        "metricName": "DestinationDeliveryFailures",
        "dimensions": {"FunctionName": f"{function}-function-dev"},
        "statistic": "Sum",
        "threshold": 0,
    }
    assert alarm(stack, f"{function}-rule-failures") == {
        "namespace": "AWS/Events",
        "metricName": "FailedInvocations",
        "dimensions": {
            "EventBusName": "failures-bus-dev",
            "RuleName": f"{function}-failures-rule-dev",
        },
        "statistic": "Sum",
        "threshold": 0,
    }


@pytest.mark.parametrize("function", QUEUED)
def test_a_message_older_than_ten_minutes_raises_an_alarm_within_fifteen(
    stack: Recording, function: str
) -> None:
    assert stack.one(ALARM, f"{function}-queue-age-alarm").inputs["period"] == 60
    assert alarm(stack, f"{function}-queue-age") == {
        "namespace": "AWS/SQS",
        "metricName": "ApproximateAgeOfOldestMessage",
        "dimensions": {"QueueName": f"{function}-queue-dev.fifo"},
        "statistic": "Maximum",
        "threshold": 600,
    }


@pytest.mark.parametrize("function", ORDERED)
@pytest.mark.parametrize(("name", "back"), [("stalled-feeds", 86_400), ("waiting-files", 604_800)])
def test_a_gap_that_does_not_close_soon_raises_one_alarm_at_once_and_one_for_a_week(
    stack: Recording, function: str, name: str, back: int
) -> None:
    assert stack.one(ALARM, f"{function}-{name}-alarm").inputs["period"] == back
    assert alarm(stack, f"{function}-{name}") == {
        "namespace": "MarketData/Pipeline",
        "metricName": "WaitingFilesChange",
        "dimensions": {"FunctionName": f"{function}-function-dev"},
        "statistic": "Sum",
        "threshold": 0,
    }


def test_a_file_that_no_feed_can_show_raises_an_alarm(stack: Recording) -> None:
    assert stack.one(ALARM, "validator-unrecognised-files-alarm").inputs["period"] == 60
    assert alarm(stack, "validator-unrecognised-files") == {
        "namespace": "MarketData/Pipeline",
        "metricName": "UnrecognisedFiles",
        "dimensions": {"FunctionName": "validator-function-dev"},
        "statistic": "Sum",
        "threshold": 0,
    }


def test_any_5xx_of_the_api_raises_an_alarm(stack: Recording) -> None:
    assert alarm(stack, "status-api-errors") == {
        "namespace": "AWS/ApiGateway",
        "metricName": "5XXError",
        "dimensions": {"ApiName": "status-api-dev", "Stage": "status-stage-dev"},
        "statistic": "Sum",
        "threshold": 0,
    }


def test_every_alarm_tells_the_topic_when_it_begins_and_ends(stack: Recording) -> None:
    alarms = stack.of_type(ALARM)
    assert len(alarms) == 26
    for found in alarms:
        assert found.inputs["alarmActions"] == [TOPIC]
        assert found.inputs["okActions"] == [TOPIC]
        assert found.inputs["comparisonOperator"] == "GreaterThanThreshold"
        assert found.inputs["evaluationPeriods"] == 1
        assert found.inputs["treatMissingData"] == "notBreaching"
        assert stack.one("aws:sns/topic:Topic").urn in found.dependencies


def test_the_topic_is_encrypted(stack: Recording) -> None:
    topic = stack.one("aws:sns/topic:Topic")
    assert topic.inputs["name"] == "alarms-topic-dev"
    assert topic.inputs["kmsMasterKeyId"] == (
        "arn:aws:kms:us-east-1:123456789012:alias/pipeline-key-dev"
    )
    assert stack.one("aws:kms/alias:Alias").urn in topic.dependencies


def test_the_topic_takes_this_stacks_alarms_over_tls_alone(stack: Recording) -> None:
    statements = stack.one("aws:sns/topic:Topic").statements()
    assert statements["DenyPlainTransport"]["Effect"] == "Deny"
    assert statements["DenyPlainTransport"]["Principal"] == "*"
    assert statements["DenyPlainTransport"]["Action"] == ["sns:Publish"]
    assert statements["DenyPlainTransport"]["Resource"] == [TOPIC]
    assert statements["Alarms"] == {
        "Sid": "Alarms",
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["sns:Publish"],
        "Resource": [TOPIC],
        "Condition": {
            "StringEquals": {"aws:SourceAccount": "123456789012"},
            "ArnLike": {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*-dev"},
        },
    }


def test_an_address_is_subscribed(stack: Recording) -> None:
    subscription = stack.one("aws:sns/topicSubscription:TopicSubscription").inputs
    assert subscription["topic"] == TOPIC
    assert subscription["protocol"] == "email"
    assert subscription["endpoint"] == "oncall@example.com"


def test_without_an_address_nobody_is_subscribed(archives: Path) -> None:
    settings = replace(SETTINGS, alarm_email=None)
    stack = record(lambda: pipeline.build(NAMES, settings, archives))
    assert not stack.of_type("aws:sns/topicSubscription:TopicSubscription")


def test_the_dashboard_shows_every_metric_that_has_an_alarm(stack: Recording) -> None:
    dashboard = stack.one("aws:cloudwatch/dashboard:Dashboard")
    assert dashboard.inputs["dashboardName"] == "pipeline-dashboard-dev"
    shown = [
        (namespace, metric, dict(zip(dimensions[::2], dimensions[1::2], strict=True)))
        for widget in dashboard.document("dashboardBody")["widgets"]
        for namespace, metric, *dimensions in widget["properties"]["metrics"]
    ]
    alarms = stack.of_type(ALARM)
    watched = [
        (found.inputs["namespace"], found.inputs["metricName"], found.inputs["dimensions"])
        for found in alarms
    ]
    assert all(metric in shown for metric in watched)
    assert all(shown.count(metric) == 1 and metric in watched for metric in shown)


def test_the_dashboards_widgets_do_not_overlap(stack: Recording) -> None:
    widgets = stack.one("aws:cloudwatch/dashboard:Dashboard").document("dashboardBody")["widgets"]
    cells = {(widget["x"], widget["y"]) for widget in widgets}
    assert len(cells) == len(widgets)
    assert all(widget["x"] + widget["width"] <= 24 for widget in widgets)


def test_the_dashboard_draws_at_least_a_point_an_hour(stack: Recording) -> None:
    widgets = stack.one("aws:cloudwatch/dashboard:Dashboard").document("dashboardBody")["widgets"]
    assert {widget["properties"]["period"] for widget in widgets} == {60, 3600}


def test_an_operator_finds_every_alarm_and_no_other(stack: Recording) -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
    told = re.findall(r"`([a-z{}-]+-alarm)`", page)
    forms = {
        name: {name.replace("{function}", function) for function in FUNCTIONS} for name in told
    }
    alarms = {found.name for found in stack.of_type(ALARM)}
    assert alarms <= set().union(*forms.values())
    assert [name for name, meant in forms.items() if not meant & alarms] == []
