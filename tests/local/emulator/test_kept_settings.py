"""What was put is given back, as a provider compares it with what it wrote."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials

from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import LAMBDA, Account, statement, trust, unique

LIFECYCLE: dict[str, Any] = {
    "Rules": [
        {
            "ID": "archive",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
        }
    ]
}
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:alarms"


@pytest.mark.parametrize("size", ["varies_by_storage_class", "all_storage_classes_128K"])
def test_the_smallest_object_that_moves_is_what_it_was_put_as(account: Account, size: str) -> None:
    s3, bucket = account.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    put = s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration=LIFECYCLE, TransitionDefaultMinimumObjectSize=size
    )
    got = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert put["TransitionDefaultMinimumObjectSize"] == size
    assert got["TransitionDefaultMinimumObjectSize"] == size
    assert got["Rules"][0]["Transitions"] == LIFECYCLE["Rules"][0]["Transitions"]


def test_a_lifecycle_that_is_gone_leaves_no_size_behind(account: Account) -> None:
    s3, bucket = account.client("s3"), unique("bucket")
    s3.create_bucket(Bucket=bucket)
    size = "varies_by_storage_class"
    s3.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration=LIFECYCLE, TransitionDefaultMinimumObjectSize=size
    )
    s3.delete_bucket_lifecycle(Bucket=bucket)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=LIFECYCLE)
    got = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert got["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"


@pytest.mark.parametrize("days", [None, 7])
def test_the_days_of_recovery_are_kept(account: Account, days: int | None) -> None:
    dynamodb, table = account.client("dynamodb"), unique("table")
    dynamodb.create_table(
        TableName=table,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    wanted: dict[str, Any] = {"PointInTimeRecoveryEnabled": True}
    if days:
        wanted["RecoveryPeriodInDays"] = days
    dynamodb.update_continuous_backups(TableName=table, PointInTimeRecoverySpecification=wanted)
    described = dynamodb.describe_continuous_backups(TableName=table)
    recovery = described["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["PointInTimeRecoveryStatus"] == "ENABLED"
    assert recovery["RecoveryPeriodInDays"] == (days or 35)


def test_a_mocks_integration_has_no_method_and_answers(account: Account) -> None:
    gateway = account.client("apigateway")
    api = gateway.create_rest_api(name=unique("api"))
    method = {"restApiId": api["id"], "resourceId": api["rootResourceId"], "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    template = {"application/json": json.dumps({"statusCode": 200})}
    put = gateway.put_integration(**method, type="MOCK", requestTemplates=template)
    got = gateway.get_integration(**method)
    for found in (put, got):
        assert "httpMethod" not in found
        assert found["type"] == "MOCK"
    gateway.put_integration(
        **method, type="HTTP", integrationHttpMethod="POST", uri="http://127.0.0.1:9"
    )
    assert gateway.get_integration(**method)["httpMethod"] == "POST"


def test_the_metrics_of_a_mapping_are_kept_and_changed(account: Account) -> None:
    queue = account.client("sqs").create_queue(QueueName=unique("queue"))["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:{queue.rsplit('/', 1)[1]}"
    receive = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    function = account.function(statement(receive, arn))
    functions = account.client("lambda")
    metrics = {"Metrics": ["EventCount"]}
    mapping = functions.create_event_source_mapping(
        FunctionName=function, EventSourceArn=arn, MetricsConfig=metrics
    )
    assert mapping["MetricsConfig"] == metrics
    found = functions.get_event_source_mapping(UUID=mapping["UUID"])
    assert found["MetricsConfig"] == metrics
    functions.update_event_source_mapping(UUID=mapping["UUID"], MetricsConfig={"Metrics": []})
    found = functions.get_event_source_mapping(UUID=mapping["UUID"])
    assert found["MetricsConfig"] == {"Metrics": []}


def test_a_queues_json_comes_back_without_spaces(account: Account) -> None:
    sqs = account.client("sqs")
    denied = json.dumps({"redrivePermission": "denyAll"}, indent=1)
    url = sqs.create_queue(QueueName=unique("queue"), Attributes={"RedriveAllowPolicy": denied})
    url = url["QueueUrl"]

    def attributes() -> dict[str, str]:
        found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
        return found["Attributes"]  # type: ignore[return-value]

    assert attributes()["RedriveAllowPolicy"] == '{"redrivePermission":"denyAll"}'
    policy = trust(LAMBDA)
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    assert attributes()["Policy"] == json.dumps(json.loads(policy), separators=(",", ":"))
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    assert "Policy" not in attributes()


def test_an_alarm_is_described_whole_in_the_query_protocol(account: Account) -> None:
    name = unique("alarm")
    account.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        AlarmDescription="a < b",
        MetricName="Errors",
        Namespace="AWS/Lambda",
        Statistic="Sum",
        Period=300,
        Dimensions=[{"Name": "FunctionName", "Value": "f"}],
        ActionsEnabled=False,
        AlarmActions=[TOPIC],
        OKActions=[TOPIC],
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        TreatMissingData="notBreaching",
    )
    alarm = _described(account, name)
    texts = {member.tag: member.text for member in alarm if not len(member)}
    assert texts.items() >= {
        ("AlarmDescription", "a < b"),
        ("Period", "300"),
        ("Statistic", "Sum"),
        ("ActionsEnabled", "false"),
        ("TreatMissingData", "notBreaching"),
    }
    assert [item.text for item in alarm.findall("AlarmActions/member")] == [TOPIC]
    assert [item.text for item in alarm.findall("OKActions/member")] == [TOPIC]
    (dimension,) = alarm.findall("Dimensions/member")
    assert [part.text for part in dimension] == ["FunctionName", "f"]


def _described(account: Account, name: str) -> ElementTree.Element:
    """The alarm in the answer to a query, which boto3 does not use for CloudWatch."""
    request = AWSRequest(
        method="POST",
        url=account.emulator.endpoint,
        data={
            "Action": "DescribeAlarms",
            "Version": "2010-08-01",
            "AlarmNames.member.1": name,
        },
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    SigV4Auth(ReadOnlyCredentials("test", "test", None), "monitoring", REGION).add_auth(request)
    prepared = request.prepare()
    answer = requests.post(
        prepared.url, data=prepared.body, headers=dict(prepared.headers), timeout=10
    )
    assert answer.status_code == requests.codes.ok, answer.text
    text = answer.text.replace('xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"', "")
    answered = ElementTree.fromstring(text)  # noqa: S314 (the emulator's own answer)
    (alarm,) = answered.findall(".//MetricAlarms/member")
    return alarm


def test_who_asks_is_told_who_it_is(account: Account) -> None:
    identity = account.client("sts").get_caller_identity()
    assert identity["Account"] == ACCOUNT
    assert identity["Arn"] == f"arn:aws:iam::{ACCOUNT}:root"
