"""Work queues and dead-letter queues."""

import pytest

from stack.pipeline import FUNCTIONS, QUEUED
from tests.stack.recorder import Recorded, Recording

QUEUE = "aws:sqs/queue:Queue"
ARN = "arn:aws:sqs:us-east-1:123456789012:"
DAY = 86_400


def dead_letters(stack: Recording, function: str) -> Recorded:
    return stack.one(QUEUE, f"{function}-dlq")


def work(stack: Recording, function: str) -> Recorded:
    return stack.one(QUEUE, f"{function}-queue")


def test_there_are_two_work_queues_and_a_dead_letter_queue_per_function(stack: Recording) -> None:
    assert {queue.inputs["name"] for queue in stack.of_type(QUEUE)} == {
        "processor-queue-dev.fifo",
        "aggregator-queue-dev.fifo",
        "validator-dlq-dev.fifo",
        "processor-dlq-dev.fifo",
        "aggregator-dlq-dev.fifo",
        "status-dlq-dev.fifo",
    }


def test_every_queue_is_fifo_with_high_throughput(stack: Recording) -> None:
    for queue in stack.of_type(QUEUE):
        assert queue.inputs["fifoQueue"] is True
        assert queue.inputs["deduplicationScope"] == "messageGroup"
        assert queue.inputs["fifoThroughputLimit"] == "perMessageGroupId"


def test_every_queue_is_encrypted_with_the_key_once_its_alias_exists(stack: Recording) -> None:
    alias = stack.one("aws:kms/alias:Alias")
    for queue in stack.of_type(QUEUE):
        assert queue.inputs["kmsMasterKeyId"] == (
            "arn:aws:kms:us-east-1:123456789012:alias/pipeline-key-dev"
        )
        assert alias.urn in queue.dependencies


def test_every_queue_denies_plain_http_to_everyone(stack: Recording) -> None:
    for queue in stack.of_type(QUEUE):
        assert queue.statements()["DenyPlainTransport"] == {
            "Sid": "DenyPlainTransport",
            "Effect": "Deny",
            "Principal": "*",
            "Action": ["sqs:*"],
            "Resource": [ARN + queue.inputs["name"]],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }


@pytest.mark.parametrize("function", QUEUED)
def test_a_work_queue_gives_up_after_three_receives(stack: Recording, function: str) -> None:
    assert work(stack, function).document("redrivePolicy") == {
        "deadLetterTargetArn": f"{ARN}{function}-dlq-dev.fifo",
        "maxReceiveCount": 3,
    }


@pytest.mark.parametrize("function", QUEUED)
def test_a_work_queue_is_made_after_its_dead_letter_queue(stack: Recording, function: str) -> None:
    assert dead_letters(stack, function).urn in work(stack, function).dependencies


@pytest.mark.parametrize(("function", "timeout"), [("processor", 900), ("aggregator", 300)])
def test_a_message_is_hidden_for_six_times_the_consumers_timeout(
    stack: Recording, function: str, timeout: int
) -> None:
    assert work(stack, function).inputs["visibilityTimeoutSeconds"] == 6 * timeout


@pytest.mark.parametrize("function", QUEUED)
def test_a_work_queue_deduplicates_by_its_senders_ids_alone(
    stack: Recording, function: str
) -> None:
    assert work(stack, function).inputs["contentBasedDeduplication"] is False


@pytest.mark.parametrize("function", QUEUED)
def test_a_work_queue_is_nobodys_dead_letter_queue(stack: Recording, function: str) -> None:
    assert work(stack, function).document("redriveAllowPolicy") == {"redrivePermission": "denyAll"}


@pytest.mark.parametrize("function", QUEUED)
def test_dead_letters_are_kept_longer_than_work(stack: Recording, function: str) -> None:
    assert work(stack, function).inputs["messageRetentionSeconds"] == 4 * DAY
    assert dead_letters(stack, function).inputs["messageRetentionSeconds"] == 14 * DAY


@pytest.mark.parametrize("function", QUEUED)
def test_a_redrive_target_admits_its_own_work_queue_alone(stack: Recording, function: str) -> None:
    assert dead_letters(stack, function).document("redriveAllowPolicy") == {
        "redrivePermission": "byQueue",
        "sourceQueueArns": [f"{ARN}{function}-queue-dev.fifo"],
    }


@pytest.mark.parametrize("function", ["validator", "status"])
def test_a_target_of_a_rule_admits_no_queue(stack: Recording, function: str) -> None:
    queue = dead_letters(stack, function)
    assert queue.document("redriveAllowPolicy") == {"redrivePermission": "denyAll"}
    assert queue.inputs["messageRetentionSeconds"] == 14 * DAY


@pytest.mark.parametrize("function", ["validator", "status"])
def test_a_target_of_a_rule_lets_that_rule_send(stack: Recording, function: str) -> None:
    queue = dead_letters(stack, function)
    assert queue.statements()["FailuresRule"] == {
        "Sid": "FailuresRule",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": ["sqs:SendMessage"],
        "Resource": [f"{ARN}{function}-dlq-dev.fifo"],
        "Condition": {
            "ArnEquals": {
                "aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/"
                f"failures-bus-dev/{function}-failures-rule-dev"
            },
            "StringEquals": {"aws:SourceAccount": "123456789012"},
        },
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_content_is_deduplicated_only_where_eventbridge_sends(
    stack: Recording, function: str
) -> None:
    expected = function in {"validator", "status"}
    assert dead_letters(stack, function).inputs["contentBasedDeduplication"] is expected
