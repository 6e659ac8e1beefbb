"""The key and who may use it."""

from typing import Any

import pytest

from tests.stack.recorder import Recorded, Recording

ACCOUNT = "123456789012"
LOGS = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:"
BUS = f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/failures-bus-dev"
RULES = f"arn:aws:events:us-east-1:{ACCOUNT}:rule/failures-bus-dev/"


@pytest.fixture(name="key")
def _key(stack: Recording) -> Recorded:
    return stack.one("aws:kms/key:Key")


def test_the_key_rotates_and_can_be_destroyed_as_soon_as_aws_allows(key: Recorded) -> None:
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 7


def test_the_alias_names_the_key(stack: Recording, key: Recorded) -> None:
    alias = stack.one("aws:kms/alias:Alias")
    assert alias.inputs["name"] == "alias/pipeline-key-dev"
    assert alias.property_dependencies["targetKeyId"] == {key.urn}


def test_the_account_administers_the_key_through_its_own_iam_policies(key: Recorded) -> None:
    statement = key.statements()["AccountAdministration"]
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert {"kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:CreateGrant"} <= set(
        statement["Action"]
    )


@pytest.mark.parametrize(
    ("sid", "service", "actions", "condition"),
    [
        (
            "Logs",
            "logs.us-east-1.amazonaws.com",
            {
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:Encrypt",
                "kms:GenerateDataKey",
                "kms:GenerateDataKeyWithoutPlaintext",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            },
            {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": [
                        f"{LOGS}/aws/lambda/validator-function-dev",
                        f"{LOGS}/aws/lambda/processor-function-dev",
                        f"{LOGS}/aws/lambda/aggregator-function-dev",
                        f"{LOGS}/aws/lambda/status-function-dev",
                        f"{LOGS}/aws/apigateway/status-access-dev",
                        f"{LOGS}API-Gateway-Execution-Logs_*/status-stage-dev",
                    ]
                }
            },
        ),
        (
            "EventBridgeChecksKey",
            "events.amazonaws.com",
            {"kms:DescribeKey"},
            {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        ),
        (
            "FailuresBus",
            "events.amazonaws.com",
            {"kms:Decrypt", "kms:GenerateDataKey"},
            {"StringEquals": {"kms:EncryptionContext:aws:events:event-bus:arn": BUS}},
        ),
        (
            "FailuresRulesToQueues",
            "events.amazonaws.com",
            {"kms:Decrypt", "kms:GenerateDataKey"},
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {
                    "aws:SourceArn": [
                        f"{RULES}validator-failures-rule-dev",
                        f"{RULES}status-failures-rule-dev",
                    ]
                },
            },
        ),
        (
            "AlarmsToTopic",
            "cloudwatch.amazonaws.com",
            {"kms:Decrypt", "kms:GenerateDataKey"},
            {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:*-dev"},
            },
        ),
    ],
)
def test_a_service_may_use_the_key_for_this_stack_alone(
    key: Recorded, sid: str, service: str, actions: set[str], condition: dict[str, Any]
) -> None:
    statement = key.statements()[sid]
    assert statement["Principal"] == {"Service": service}
    assert set(statement["Action"]) == actions
    assert statement["Condition"] == condition


def test_nobody_else_may_use_the_key(key: Recorded) -> None:
    assert len(key.statements()) == 6
