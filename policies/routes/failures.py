"""From a function that no queue feeds to its dead-letter queue, over an event bus (MQ-2).

Lambda cannot send what an asynchronous call failed on to a FIFO queue; an event rule can. Every
step of the way has to be open, the use of each encryption key included.
"""

from collections.abc import Iterator
from functools import partial

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import EVENT_BUS, EVENT_RULE, EVENT_TARGET, FUNCTION_ASYNC, QUEUE, ROLE
from policies.iam import identity
from policies.iam.evaluation import Call, permits
from policies.iam.services import call_context, in_each_policy, key_lets
from policies.routes.event_patterns import matches
from policies.routes.redrive import BrokenRouteError

_EVENTS = "events.amazonaws.com"
_UNQUALIFIED = (None, "$LATEST")
# AWS's own numbers; fewer give an event up that the queue only could not take for a while.
_TARGET_ATTEMPTS = 185
_TARGET_AGE = 86_400  # seconds


def on_failure(function: Resource, stack: Stack) -> Iterator[Resource]:
    """The queues in which a function's failed asynchronous calls end.

    Raises:
        BrokenRouteError: Some step of the way is closed.
    """
    every = stack.referring(FUNCTION_ASYNC, "functionName", function)
    if not every:
        raise BrokenRouteError("no queue feeds it, and it has no FunctionEventInvokeConfig")
    # One of a version or an alias says nothing of the calls that the function itself gets.
    configurations = [one for one in every if one.inputs.text("qualifier") in _UNQUALIFIED]
    if not configurations:
        raise BrokenRouteError(f"{every[0].name}.qualifier leaves $LATEST out")
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
    arn = stack.arn("events", f"event-bus/{bus.inputs.text('name')}")
    call = Call(
        service=None,
        action="events:PutEvents",
        resource=arn,
        context={"aws:securetransport": "true"},
    )
    return permits(identity.of_role(role, stack), call)


def _from_bus(function: Resource, bus: Resource, stack: Stack) -> Iterator[Resource]:
    if not bus.inputs.is_empty("deadLetterConfig"):
        raise BrokenRouteError(
            f"{bus.name}.deadLetterConfig sends the event to a standard queue instead"
        )
    arn = stack.arn("events", f"event-bus/{bus.inputs.text('name')}")
    own = {"aws:sourcearn": arn, "kms:encryptioncontext:aws:events:event-bus:arn": arn}
    if not key_lets(bus, "kmsKeyIdentifier", _EVENTS, call_context(own, stack), stack):
        raise BrokenRouteError(f"the key of {bus.name} is closed to EventBridge")
    rules = stack.some_referring(
        EVENT_RULE,
        "eventBusName",
        bus,
        lambda rule: _is_enabled(rule) and _takes_failures(rule, function, stack),
    )
    if not rules:
        raise BrokenRouteError(f"no enabled rule on {bus.name} takes every failure of it")
    for rule in rules:
        targets = stack.some_referring(EVENT_TARGET, "rule", rule, partial(_is_on, bus, stack))
        queues = [queue for target in targets for queue in _queue_of(target, rule, bus, stack)]
        if not queues:
            raise BrokenRouteError(f"no target of {rule.name} is a queue that takes the event")
        yield from queues


def _is_on(bus: Resource, stack: Stack, target: Resource) -> bool:
    return stack.target(target, "eventBusName", EVENT_BUS) is bus


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
    arn = stack.arn("lambda", f"function:{function.inputs.text('name')}")
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


def _queue_of(target: Resource, rule: Resource, bus: Resource, stack: Stack) -> Iterator[Resource]:
    inputs = target.inputs
    queue = stack.owner_of(inputs.text("arn") or "")
    if queue is None or queue.type != QUEUE:
        return
    if not inputs.object("sqsTarget").text("messageGroupId"):
        raise BrokenRouteError(f"{target.name}.sqsTarget.messageGroupId is missing")
    if any(not inputs.is_empty(key) for key in ("input", "inputPath", "inputTransformer")):
        raise BrokenRouteError(f"{target.name} replaces the event by something else")
    if not inputs.is_empty("deadLetterConfig"):
        raise BrokenRouteError(
            f"{target.name}.deadLetterConfig sends the event to a standard queue instead"
        )
    retries = inputs.object("retryPolicy")
    for key, least in (
        ("maximumRetryAttempts", _TARGET_ATTEMPTS),
        ("maximumEventAgeInSeconds", _TARGET_AGE),
    ):
        given = retries.integer(key)
        if given is not None and given < least:
            raise BrokenRouteError(f"{target.name}.{retries.at(key)} gives up before {least}")
    if queue.inputs.flag("contentBasedDeduplication") is not True:
        raise BrokenRouteError(
            f"{queue.name}.contentBasedDeduplication is not true, and EventBridge sends no "
            "deduplication id"
        )
    _check_rights(rule, bus, queue, stack)
    yield queue


def _check_rights(rule: Resource, bus: Resource, queue: Resource, stack: Stack) -> None:
    """That the rule may send to the queue, and use the queue's key."""
    rule_arn = f"rule/{bus.inputs.text('name')}/{rule.inputs.text('name')}"
    queue_arn = stack.arn("sqs", queue.inputs.text("name") or "")
    context = call_context({"aws:sourcearn": stack.arn("events", rule_arn)}, stack)
    send = Call(service=_EVENTS, action="sqs:SendMessage", resource=queue_arn, context=context)
    if not in_each_policy(queue, stack, lambda found: permits(found, send)):
        raise BrokenRouteError(f"the policy of {queue.name} does not let {rule.name} send")
    encrypted = {**context, "kms:encryptioncontext:aws:sqs:arn": queue_arn}
    if not key_lets(queue, "kmsMasterKeyId", _EVENTS, encrypted, stack):
        raise BrokenRouteError(f"the key of {queue.name} is closed to {rule.name}")
