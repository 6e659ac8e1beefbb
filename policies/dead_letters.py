"""Where failures go: a FIFO dead-letter queue per function, on an unbroken way (MQ-2)."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from policies.answers import Answer, failed, not_applicable, verdict
from policies.events import matches
from policies.policy import Settings, Severity, StackPolicy, only
from policies.reading import MalformedError, UndeterminedError
from policies.resource import Resource, Stack
from policies.statements import Statement, statements
from policies.transport import own_statements
from policies.types import (
    EVENT_BUS,
    EVENT_RULE,
    EVENT_SOURCE_MAPPING,
    EVENT_TARGET,
    FUNCTION,
    FUNCTION_ASYNC,
    QUEUE,
    QUEUE_POLICY,
    QUEUE_REDRIVE,
    ROLE,
    ROLE_POLICY,
)


class BrokenRouteError(Exception):
    """The way from a function to its dead-letter queue ends somewhere; the text says where."""


def _judge_function(function: Resource, stack: Stack, _settings: Settings) -> Answer:
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
    requirements=("MQ-2", "FN-6"),
    remediation=(
        "Let the queue that feeds the function redrive to a queue of this stack, or send its "
        "failures on to one: on-failure destination, event bus, rule, target, queue policy."
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
        yield from _on_failure(function, stack)


def redrive_target(source: Resource, stack: Stack) -> Resource:
    """The dead-letter queue of a work queue.

    Raises:
        BrokenRouteError: There is none that takes its messages.
    """
    policies = [source, *stack.referring(QUEUE_REDRIVE, "queueUrl", source)]
    documents = [found for node in policies if (found := node.inputs.document("redrivePolicy"))]
    if not documents:
        raise BrokenRouteError(f"{source.name}.redrivePolicy is missing")
    target = stack.owner_of(documents[0].text("deadLetterTargetArn") or "")
    where = f"{source.name}.redrivePolicy.deadLetterTargetArn"
    if target is None or target.type != QUEUE or target is source:
        raise BrokenRouteError(f"{where} is no other queue of this stack")
    if stack.referring(EVENT_SOURCE_MAPPING, "eventSourceArn", target, skip_unclear=True):
        raise BrokenRouteError(f"{where} is a queue that a function consumes")
    allow = target.inputs.document("redriveAllowPolicy")
    if allow is not None:
        permission = allow.text("redrivePermission")
        sources = [stack.owner_of(arn) for arn in allow.texts("sourceQueueArns")]
        if permission != "allowAll" and not (permission == "byQueue" and source in sources):
            raise BrokenRouteError(f"{target.name}.redriveAllowPolicy shuts out {source.name}")
    return target


def _on_failure(function: Resource, stack: Stack) -> Iterator[Resource]:
    configurations = stack.referring(FUNCTION_ASYNC, "functionName", function)
    if not configurations:
        raise BrokenRouteError("no queue feeds it, and it has no FunctionEventInvokeConfig")
    for configuration in configurations:
        destination = configuration.inputs.object("destinationConfig").object("onFailure")
        bus = stack.owner_of(destination.text("destination") or "")
        if bus is None or bus.type != EVENT_BUS:
            raise BrokenRouteError(
                f"{configuration.name}.{destination.at('destination')} is no event bus of this "
                "stack (Lambda cannot send failures to a FIFO queue itself)"
            )
        if not _may_put_events(function, bus, stack):
            raise BrokenRouteError(f"its role may not events:PutEvents to {bus.name}")
        yield from _from_bus(function, bus, stack)


def _may_put_events(function: Resource, bus: Resource, stack: Stack) -> bool:
    role = stack.target(function, "role", ROLE)
    if role is None:
        return True  # the role is told by the policy on roles
    return any(
        statement.allows
        and statement.covers_action("events:PutEvents")
        and any(stack.owner_of(arn) is bus or arn == "*" for arn in statement.resources)
        for holder in stack.referring(ROLE_POLICY, "role", role)
        if (document := holder.inputs.document("policy"))
        for statement in statements(document)
    )


def _from_bus(function: Resource, bus: Resource, stack: Stack) -> Iterator[Resource]:
    rules = [
        rule
        for rule in stack.referring(EVENT_RULE, "eventBusName", bus)
        if _is_enabled(rule) and _takes_failures(rule, function, stack)
    ]
    if not rules:
        raise BrokenRouteError(f"no enabled rule on {bus.name} takes every failure of it")
    for rule in rules:
        targets = [
            target
            for target in stack.referring(EVENT_TARGET, "rule", rule)
            if stack.target(target, "eventBusName", EVENT_BUS) is bus
        ]
        queues = [queue for target in targets for queue in _queue_of(target, rule, stack)]
        if not queues:
            raise BrokenRouteError(f"no target of {rule.name} is a queue that takes the event")
        yield from queues


def _is_enabled(rule: Resource) -> bool:
    return (
        rule.inputs.flag("isEnabled") is not False
        and (rule.inputs.text("state") or "ENABLED") == "ENABLED"
    )


def _takes_failures(rule: Resource, function: Resource, stack: Stack) -> bool:
    """Whether the rule's pattern matches each kind of failure that Lambda reports of `function`."""
    pattern = rule.inputs.document("eventPattern")
    if pattern is None:
        return False
    region, account = stack.home
    arn = f"arn:aws:lambda:{region}:{account}:function:{function.inputs.text('name')}"
    return all(
        matches(
            pattern.value,
            {
                "source": "lambda",
                "detail-type": "Lambda Function Invocation Result - Failure",
                "account": account,
                "region": region,
                "detail": {
                    "version": "1.0",
                    "requestContext": {"functionArn": f"{arn}:$LATEST", "condition": condition},
                },
            },
        )
        for condition in ("RetriesExhausted", "EventAgeExceeded")
    )


def _queue_of(target: Resource, rule: Resource, stack: Stack) -> Iterator[Resource]:
    inputs = target.inputs
    queue = stack.owner_of(inputs.text("arn") or "")
    if queue is None or queue.type != QUEUE:
        return
    if not inputs.object("sqsTarget").text("messageGroupId"):
        raise BrokenRouteError(f"{target.name}.sqsTarget.messageGroupId is missing")
    if any(not inputs.is_empty(key) for key in ("input", "inputPath", "inputTransformer")):
        raise BrokenRouteError(f"{target.name} puts something else in the event's place")
    if queue.inputs.flag("contentBasedDeduplication") is not True:
        raise BrokenRouteError(
            f"{queue.name}.contentBasedDeduplication is not true, and EventBridge sends no "
            "deduplication id"
        )
    if not any(
        _lets_rule_send(statement, rule, queue, stack)
        for statement in own_statements(queue, stack, QUEUE_POLICY, "queueUrl")
    ):
        raise BrokenRouteError(f"the policy of {queue.name} does not let {rule.name} send")
    yield queue


def _lets_rule_send(statement: Statement, rule: Resource, queue: Resource, stack: Stack) -> bool:
    def holds(key: str, values: tuple[str, ...]) -> bool:
        if key == "aws:sourcearn":
            return any(stack.owner_of(value) is rule for value in values)
        return key == "aws:sourceaccount" and stack.home[1] in values

    return (
        statement.allows
        and ("Service", "events.amazonaws.com") in statement.principals
        and statement.covers_action("sqs:SendMessage")
        and any(stack.owner_of(arn) is queue or arn == "*" for arn in statement.resources)
        and all(holds(key, values) for _, key, values in statement.conditions)
    )


def is_dead_letter_queue(queue: Resource, stack: Stack) -> bool:
    """Whether a redrive policy or an event rule sends messages to this queue."""
    return queue.urn in stack.once(_targets)


def _targets(stack: Stack) -> set[str]:
    """The queues that redrive policies and event rules name; what is unknown is told elsewhere."""
    arns: list[str | None] = []
    for resource in stack.of(QUEUE, QUEUE_REDRIVE, EVENT_TARGET):
        with suppress(UndeterminedError, MalformedError):
            if resource.type == EVENT_TARGET:
                arns.append(resource.inputs.text("arn"))
            elif (redrive := resource.inputs.document("redrivePolicy")) is not None:
                arns.append(redrive.text("deadLetterTargetArn"))
    found = [stack.owner_of(arn) for arn in arns if arn]
    return {queue.urn for queue in found if queue is not None and queue.type == QUEUE}


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

RETENTION = StackPolicy(
    name="dead-letter-retention",
    sentence="A dead-letter queue keeps messages longer than the queue that they come from.",
    severity=Severity.MEDIUM,
    requirements=("MQ-2",),
    remediation="Set the dead-letter queue's messageRetentionSeconds to 1209600, 14 days.",
    governs=only(QUEUE),
    judge=_judge_retention,
)

POLICIES = (FUNCTION_ROUTE, RETENTION)
