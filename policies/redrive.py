"""From a work queue to its dead-letter queue, by SQS alone (MQ-2)."""

from contextlib import suppress

from policies.answers import Answer, failed, not_applicable, verdict
from policies.policy import Settings, Severity, StackPolicy, only
from policies.reading import MalformedError, UndeterminedError
from policies.resource import Resource, Stack
from policies.types import (
    EVENT_SOURCE_MAPPING,
    EVENT_TARGET,
    QUEUE,
    QUEUE_REDRIVE,
    QUEUE_REDRIVE_ALLOW,
)


class BrokenRouteError(Exception):
    """The way from a function to its dead-letter queue ends somewhere; the text says where."""


def redrive_target(source: Resource, stack: Stack) -> Resource:
    """The dead-letter queue of a work queue.

    Raises:
        BrokenRouteError: There is none that takes its messages.
    """
    holders = [source, *stack.referring(QUEUE_REDRIVE, "queueUrl", source)]
    documents = [found for node in holders if (found := node.inputs.document("redrivePolicy"))]
    if not documents:
        raise BrokenRouteError(f"{source.name}.redrivePolicy is missing")
    # Whichever of several declarations stays, it has to lead to the same queue.
    targets = [stack.owner_of(document.text("deadLetterTargetArn") or "") for document in documents]
    target = targets[0]
    where = f"{source.name}.redrivePolicy.deadLetterTargetArn"
    if target is None or target.type != QUEUE or target is source:
        raise BrokenRouteError(f"{where} is no other queue of this stack")
    if any(other is not target for other in targets):
        raise BrokenRouteError(f"{where} is another in each of its declarations")
    if stack.referring(EVENT_SOURCE_MAPPING, "eventSourceArn", target, skip_unclear=True):
        raise BrokenRouteError(f"{where} is a queue that a function consumes")
    for holder in (target, *stack.referring(QUEUE_REDRIVE_ALLOW, "queueUrl", target)):
        allow = holder.inputs.document("redriveAllowPolicy")
        if allow is not None:
            permission = allow.text("redrivePermission")
            sources = [stack.owner_of(arn) for arn in allow.texts("sourceQueueArns")]
            if permission != "allowAll" and not (permission == "byQueue" and source in sources):
                raise BrokenRouteError(f"{holder.name}.redriveAllowPolicy shuts out {source.name}")
    return target


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

POLICIES = (RETENTION,)
