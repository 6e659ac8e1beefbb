"""The way of a failed asynchronous call to its dead-letter queue."""

import pytest

from tests.stack.recorder import Recorded, Recording

ASYNCHRONOUS = ["validator", "status"]


def rule(stack: Recording, function: str) -> Recorded:
    return stack.one("aws:cloudwatch/eventRule:EventRule", f"{function}-failures-rule")


def target(stack: Recording, function: str) -> Recorded:
    return stack.one("aws:cloudwatch/eventTarget:EventTarget", f"{function}-failures-target")


def test_the_bus_is_named_and_encrypted(stack: Recording) -> None:
    bus = stack.one("aws:cloudwatch/eventBus:EventBus")
    assert bus.inputs["name"] == "failures-bus-dev"
    assert bus.inputs["kmsKeyIdentifier"] == (
        "arn:aws:kms:us-east-1:123456789012:alias/pipeline-key-dev"
    )
    assert stack.one("aws:kms/alias:Alias").urn in bus.dependencies


@pytest.mark.parametrize("function", ASYNCHRONOUS)
def test_a_rule_takes_the_failures_of_one_function_in_whatever_version(
    stack: Recording, function: str
) -> None:
    arn = f"arn:aws:lambda:us-east-1:123456789012:function:{function}-function-dev"
    assert rule(stack, function).inputs["name"] == f"{function}-failures-rule-dev"
    assert rule(stack, function).inputs["eventBusName"] == "failures-bus-dev"
    assert rule(stack, function).document("eventPattern") == {
        "source": ["lambda"],
        "detail-type": ["Lambda Function Invocation Result - Failure"],
        "detail": {"requestContext": {"functionArn": [arn, f"{arn}:$LATEST"]}},
    }


@pytest.mark.parametrize("function", ASYNCHRONOUS)
def test_the_rule_sends_to_the_functions_queue_in_one_group(
    stack: Recording, function: str
) -> None:
    inputs = target(stack, function).inputs
    assert inputs["rule"] == f"{function}-failures-rule-dev"
    assert inputs["eventBusName"] == "failures-bus-dev"
    assert inputs["arn"] == f"arn:aws:sqs:us-east-1:123456789012:{function}-dlq-dev.fifo"
    assert inputs["sqsTarget"] == {"messageGroupId": f"{function}-function-dev"}
    assert inputs["targetId"] == f"{function}-failures-target-dev"


@pytest.mark.parametrize("function", ASYNCHRONOUS)
def test_the_target_is_made_after_rule_and_queue(stack: Recording, function: str) -> None:
    dependencies = target(stack, function).dependencies
    assert rule(stack, function).urn in dependencies
    assert stack.one("aws:sqs/queue:Queue", f"{function}-dlq").urn in dependencies
