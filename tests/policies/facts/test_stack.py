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
FOREIGN = "arn:aws:sqs:us-east-1:999999999999:theirs.fifo"


def stack(*resources: tuple[str, dict[str, Any]]) -> Stack:
    return Stack(
        (
            Resource(urn=f"urn:pulumi:dev::p::{kind}::r{i}", type=kind, inputs=Node(inputs))
            for i, (kind, inputs) in enumerate(resources)
        ),
        "dev",
    )


PINNED = Provider(
    type=PROVIDER,
    inputs=Node({"region": "us-east-1", "allowedAccountIds": '["111111111111"]'}),
)


def held(*resources: tuple[str, dict[str, Any]], by: Provider = PINNED) -> Stack:
    """A stack whose provider is held to an account."""
    return Stack((replace(r, provider=by) for r in stack(*resources).resources), "dev")


def test_a_stack_is_at_home_where_its_provider_is_held_to() -> None:
    queue = (QUEUE, {"policy": f"{FOREIGN} {FOREIGN}"})
    assert held(queue, queue).home == ("us-east-1", "111111111111")
    assert held((KEY, {"enableKeyRotation": True})).home == ("us-east-1", "111111111111")


def elsewhere(**changes: object) -> Provider:
    """A provider held to another place."""
    return Provider(type=PROVIDER, inputs=Node({**PINNED.inputs.value, **changes}))


@pytest.mark.parametrize(
    ("other", "path"),
    [
        (elsewhere(allowedAccountIds='["999999999999"]'), "allowedAccountIds"),
        (elsewhere(region="eu-west-1"), "allowedAccountIds"),
    ],
    ids=["of two accounts", "of two regions"],
)
def test_under_providers_of_two_places_nobody_can_tell(other: Provider, path: str) -> None:
    one, two = held((QUEUE, {"policy": OWN})), held((QUEUE, {"policy": OWN}), by=other)
    with pytest.raises(UndeterminedError, match=path):
        _ = Stack((*one.resources, *two.resources), "dev").home


@pytest.mark.parametrize(
    ("by", "path"),
    [
        (elsewhere(allowedAccountIds=None), "allowedAccountIds"),
        (elsewhere(allowedAccountIds="[]"), "allowedAccountIds"),
        (elsewhere(region=None), "region"),
    ],
    ids=["held to no account", "to an empty list", "in no region"],
)
def test_a_stack_whose_provider_leaves_its_place_open_is_at_home_nowhere(
    by: Provider, path: str
) -> None:
    with pytest.raises(UndeterminedError, match=path):
        _ = held((QUEUE, {"policy": OWN}), by=by).home


def test_a_provider_of_another_package_says_nothing_of_the_account() -> None:
    random = Provider(type="pulumi:providers:random", inputs=PINNED.inputs)
    with pytest.raises(UndeterminedError):
        _ = held((QUEUE, {"policy": OWN}), by=random).home


def test_what_a_provider_is_held_to_has_to_be_known_and_a_list() -> None:
    for value, error in ((UNKNOWN, UndeterminedError), ("{", MalformedError), ({}, MalformedError)):
        by = Provider(type=PROVIDER, inputs=Node({"allowedAccountIds": value}))
        with pytest.raises(error):
            _ = held((QUEUE, {"policy": OWN}), by=by).home
