"""Where failures go: a FIFO dead-letter queue per function, on an unbroken way (MQ-2)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from policies.facts.reading import MalformedError, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE
from policies.pack.answers import Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only
from policies.routes.failures import on_failure
from policies.routes.redrive import BrokenRouteError, redrive_target

FUNCTION_ROUTE = Rule(
    name="function-dead-letter",
    sentence="Every function leaves what it fails on in a dead-letter queue of its own.",
    severity=Severity.CRITICAL,
    requirements=("MQ-1", "MQ-2", "FN-6"),
    fix=(
        "Let the queue that feeds the function redrive to a queue of this stack, or send its "
        "failures on to one: on-failure destination, event bus, rule, target, queue policy, keys."
    ),
    governs=only(FUNCTION),
    passes=(
        """
        Function: {name: work-function-dev}
        EventSourceMapping: {eventSourceArn:
            'arn:aws:sqs:us-east-1:123456789012:work-queue-dev.fifo',
          functionName: work-function-dev}
        Queue: {name: work-queue-dev.fifo,
            redrivePolicy: {deadLetterTargetArn:
            'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo'}}
        Queue letters: {name: work-dlq-dev.fifo}
        """,
    ),
    fails=(
        """
        Function: {name: work-function-dev}
        EventSourceMapping: {eventSourceArn:
            'arn:aws:sqs:us-east-1:123456789012:work-queue-dev.fifo',
          functionName: work-function-dev}
        Queue: {name: work-queue-dev.fifo}
        """,
        "Function: {name: work-function-dev}",
    ),
)


def _judge_function(function: Resource, stack: Stack, _settings: Settings) -> Answer:
    if not function.inputs.is_empty("deadLetterConfig"):
        return failed("deadLetterConfig takes standard queues only: failures would not be in order")
    try:
        queues = list(_dead_letter_queues(function, stack))
    except BrokenRouteError as error:
        return failed(str(error))
    users = stack.once(_users)
    return verdict(
        [f"{queue.name} is another function's too" for queue in queues if users[queue.urn] > 1]
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


RETENTION = Rule(
    name="dead-letter-retention",
    sentence="A dead-letter queue keeps messages longer than the queue that they come from.",
    severity=Severity.MEDIUM,
    requirements=("MQ-2",),
    fix="Set the dead-letter queue's messageRetentionSeconds to 1209600, 14 days.",
    governs=only(QUEUE),
    passes=(
        """
        Queue: {redrivePolicy: {deadLetterTargetArn:
            'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo'}}
        Queue letters: {name: work-dlq-dev.fifo, messageRetentionSeconds: 1209600}
        """,
    ),
    fails=(
        """
        Queue: {redrivePolicy: {deadLetterTargetArn:
            'arn:aws:sqs:us-east-1:123456789012:work-dlq-dev.fifo'}}
        Queue letters: {name: work-dlq-dev.fifo, messageRetentionSeconds: 345600}
        """,
    ),
)


def _judge_retention(queue: Resource, stack: Stack, _settings: Settings) -> Answer:
    if queue.inputs.document("redrivePolicy") is None:
        return not_applicable("This queue has no redrive policy of its own.")
    try:
        target = redrive_target(queue, stack)
    except BrokenRouteError:
        return not_applicable("Its dead-letter queue is not in this stack.")
    kept, kept_after = (
        _DEFAULT_RETENTION if seconds is None else seconds
        for node in (queue, target)
        for seconds in [node.inputs.integer("messageRetentionSeconds")]
    )
    if kept_after > kept:
        return verdict([])
    return failed(
        f"{target.name}.messageRetentionSeconds is {kept_after}, not more than its own {kept}"
    )


_DEFAULT_RETENTION = 345_600  # seconds, AWS's default of four days

POLICIES = (
    FUNCTION_ROUTE.judged_in_stack(_judge_function),
    RETENTION.judged_in_stack(_judge_retention),
)
