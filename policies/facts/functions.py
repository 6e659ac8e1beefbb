"""What belongs to a function: its log group and its role."""

from collections import defaultdict

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import FUNCTION, ROLE


def log_group_of(function: Resource) -> str:
    """The name of the log group that a function writes to."""
    configured = function.inputs.object("loggingConfig").text("logGroup")
    return configured or f"/aws/lambda/{function.inputs.text('name')}"


def users_of_roles(stack: Stack) -> dict[str, list[Resource]]:
    """The functions that work under each role.

    Raises:
        UndeterminedError: Of one of them it cannot be told.
    """
    users: defaultdict[str, list[Resource]] = defaultdict(list)
    for function in stack.of(FUNCTION):
        role = stack.target(function, "role", ROLE)
        if role is not None:
            users[role.urn].append(function)
    return dict(users)
