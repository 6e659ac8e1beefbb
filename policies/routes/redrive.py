"""From a work queue to its dead-letter queue, by SQS alone (MQ-2)."""

from contextlib import suppress

from policies.facts.reading import MalformedError, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
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
    if stack.referring(EVENT_SOURCE_MAPPING, "eventSourceArn", target, unknown="ignore"):
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
