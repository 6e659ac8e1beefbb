"""Where a stack is at home decides whose ARNs are its own."""

from typing import Any

from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import KEY, QUEUE

OWN = "arn:aws:sqs:us-east-1:111111111111:orders.fifo"
FOREIGN = "arn:aws:logs:us-east-1:999999999999:log-group:theirs"


def stack(*resources: tuple[str, dict[str, Any]]) -> Stack:
    return Stack(
        (
            Resource(urn=f"urn:pulumi:dev::p::{kind}::r{i}", type=kind, inputs=Node(inputs))
            for i, (kind, inputs) in enumerate(resources)
        ),
        "dev",
    )


def test_what_does_the_work_tells_where_a_stack_is_at_home() -> None:
    key = (KEY, {"policy": f"{FOREIGN} {FOREIGN} {FOREIGN}"})
    assert stack(key, (QUEUE, {"policy": OWN})).home == ("us-east-1", "111111111111")


def test_a_stack_without_queues_and_functions_is_known_by_the_arns_it_has() -> None:
    own = OWN.replace("sqs", "logs")
    assert stack((KEY, {"policy": f"{own} {own}"})).home == ("us-east-1", "111111111111")


def test_a_stack_that_names_nothing_is_at_home_nowhere() -> None:
    assert stack((KEY, {"enableKeyRotation": True})).home == ("", "")
