"""Where a stack is at home decides whose ARNs are its own."""

from dataclasses import replace
from typing import Any

import pytest

from policies.facts.reading import MalformedError, Node, UndeterminedError
from policies.facts.resource import Provider, Resource
from policies.facts.stack import Stack
from policies.facts.types import KEY, PROVIDER, QUEUE
from policies.facts.wire import UNKNOWN

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


PINNED = Provider(
    type=PROVIDER,
    inputs=Node({"region": "us-east-1", "allowedAccountIds": '["111111111111"]'}),
)


def held(*resources: tuple[str, dict[str, Any]], by: Provider = PINNED) -> Stack:
    """A stack whose provider is held to an account."""
    return Stack((replace(r, provider=by) for r in stack(*resources).resources), "dev")


def test_the_account_that_the_provider_is_held_to_is_no_vote() -> None:
    foreign = FOREIGN.replace("logs", "sqs")
    queue = (QUEUE, {"policy": f"{foreign} {foreign}"})
    assert held(queue, queue).home == ("us-east-1", "111111111111")
    assert held((KEY, {"enableKeyRotation": True})).home == ("us-east-1", "111111111111")


def test_providers_of_two_accounts_leave_a_stack_at_home_nowhere() -> None:
    other = Provider(
        type=PROVIDER,
        inputs=Node({"region": "us-east-1", "allowedAccountIds": '["999999999999"]'}),
    )
    one, two = held((QUEUE, {"policy": OWN})), held((QUEUE, {"policy": OWN}), by=other)
    assert Stack((*one.resources, *two.resources), "dev").home == ("", "")


def test_what_a_provider_is_held_to_has_to_be_known_and_a_list() -> None:
    for value, error in ((UNKNOWN, UndeterminedError), ("{", MalformedError), ({}, MalformedError)):
        by = Provider(type=PROVIDER, inputs=Node({"allowedAccountIds": value}))
        with pytest.raises(error):
            _ = held((QUEUE, {"policy": OWN}), by=by).home
