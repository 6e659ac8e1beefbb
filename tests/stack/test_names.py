"""Physical names and ARNs follow from account, region and suffix alone."""

import pytest

from stack.names import Names

NAMES = Names(account="123456789012", region="us-east-1", suffix="dev")


def test_a_name_is_the_resource_type_and_the_suffix() -> None:
    assert NAMES.of("uploads-bucket") == "uploads-bucket-dev"


def test_a_fifo_queue_carries_fifo_behind_the_suffix() -> None:
    assert NAMES.fifo("processor-queue") == "processor-queue-dev.fifo"


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (NAMES.account_root, "arn:aws:iam::123456789012:root"),
        (NAMES.key_alias, "alias/pipeline-key-dev"),
        (NAMES.key_alias_arn, "arn:aws:kms:us-east-1:123456789012:alias/pipeline-key-dev"),
        (NAMES.any_key_arn, "arn:aws:kms:us-east-1:123456789012:key/*"),
        (NAMES.bucket_arn, "arn:aws:s3:::uploads-bucket-dev"),
        (NAMES.table_arn, "arn:aws:dynamodb:us-east-1:123456789012:table/status-table-dev"),
        (
            NAMES.failures_bus_arn,
            "arn:aws:events:us-east-1:123456789012:event-bus/failures-bus-dev",
        ),
        (
            NAMES.failures_rule_arn("validator"),
            "arn:aws:events:us-east-1:123456789012:rule/failures-bus-dev/validator-failures-rule-dev",
        ),
        (NAMES.alarms_topic_arn, "arn:aws:sns:us-east-1:123456789012:alarms-topic-dev"),
        (NAMES.any_alarm_arn, "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*-dev"),
        (
            NAMES.queue_arn("processor-dlq"),
            "arn:aws:sqs:us-east-1:123456789012:processor-dlq-dev.fifo",
        ),
        (
            NAMES.queue_url("processor-dlq"),
            "https://sqs.us-east-1.amazonaws.com/123456789012/processor-dlq-dev.fifo",
        ),
        (
            NAMES.function_arn("status"),
            "arn:aws:lambda:us-east-1:123456789012:function:status-function-dev",
        ),
        (NAMES.role_arn("status-role"), "arn:aws:iam::123456789012:role/status-role-dev"),
        (
            NAMES.log_group_arn(NAMES.function_log_group("status")),
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/status-function-dev",
        ),
        (NAMES.api_access_log_group, "/aws/apigateway/status-access-dev"),
        (
            NAMES.api_execution_log_group("a1b2c3"),
            "API-Gateway-Execution-Logs_a1b2c3/status-stage-dev",
        ),
        (
            NAMES.invocation_arn("GET", "status/acme/*"),
            "arn:aws:execute-api:us-east-1:123456789012:*/status-stage-dev/GET/status/acme/*",
        ),
    ],
)
def test_aws_writes_it_like_this(arn: str, expected: str) -> None:
    assert arn == expected
