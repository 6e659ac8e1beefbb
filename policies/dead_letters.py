"""Where failures go: a FIFO dead-letter queue per function, on an unbroken way (MQ-2)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from policies.answers import Answer, failed, verdict
from policies.failure_route import on_failure
from policies.policy import Settings, Severity, StackPolicy, only
from policies.reading import MalformedError, UndeterminedError
from policies.redrive import BrokenRouteError, redrive_target
from policies.resource import Resource, Stack
from policies.types import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE


def _judge_function(function: Resource, stack: Stack, _settings: Settings) -> Answer:
    if not function.inputs.is_empty("deadLetterConfig"):
        return failed("deadLetterConfig takes no FIFO queue, so failures would go past it")
    try:
        queues = list(_dead_letter_queues(function, stack))
    except BrokenRouteError as error:
        return failed(str(error))
    users = stack.once(_users)
    return verdict(
        [f"{queue.name} is another function's too" for queue in queues if users[queue.urn] > 1]
    )


FUNCTION_ROUTE = StackPolicy(
    name="function-dead-letter",
    sentence="Every function leaves what it fails on in a dead-letter queue of its own.",
    severity=Severity.CRITICAL,
    requirements=("MQ-1", "MQ-2", "FN-6"),
    remediation=(
        "Let the queue that feeds the function redrive to a queue of this stack, or send its "
        "failures on to one: on-failure destination, event bus, rule, target, queue policy, keys."
    ),
    governs=only(FUNCTION),
    judge=_judge_function,
)


def _users(stack: Stack) -> Counter[str]:
    """How many functions leave their failures in each queue."""
    users: Counter[str] = Counter()
    for function in stack.of(FUNCTION):
        # What breaks a route is told where its own function is judged.
        with suppress(BrokenRouteError, UndeterminedError, MalformedError):
            users.update({queue.urn for queue in _dead_letter_queues(function, stack)})
    return users


def _dead_letter_queues(function: Resource, stack: Stack) -> Iterator[Resource]:
    mappings = stack.referring(EVENT_SOURCE_MAPPING, "functionName", function)
    for mapping in mappings:
        source = stack.target(mapping, "eventSourceArn", QUEUE)
        if source is None:
            raise BrokenRouteError(f"{mapping.name}.eventSourceArn is no queue of this stack")
        yield redrive_target(source, stack)
    if not mappings:
        yield from on_failure(function, stack)


POLICIES = (FUNCTION_ROUTE,)
