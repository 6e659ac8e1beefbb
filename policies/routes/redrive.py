"""From a work queue to its dead-letter queue, by SQS alone (MQ-2)."""

from policies.facts.reading import MalformedError, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack, Unclear
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
    if stack.referring(EVENT_SOURCE_MAPPING, "eventSourceArn", target):
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
    targets, unclear = stack.once(_targets)
    if unclear and queue.urn not in targets:
        raise unclear
    return queue.urn in targets


def _targets(stack: Stack) -> tuple[set[str], Unclear]:
    """The queues that redrive policies and event rules name, and what is unknown of one."""
    targets = set()
    unclear = None
    for resource in stack.of(QUEUE, QUEUE_REDRIVE, EVENT_TARGET):
        try:
            target = _sends_to(resource, stack)
        except UndeterminedError as error:
            unclear = error
        except MalformedError:
            continue  # it sends nothing
        else:
            if target is not None:
                targets.add(target.urn)
    return targets, unclear


def _sends_to(resource: Resource, stack: Stack) -> Resource | None:
    """What a queue, a redrive policy or an event target names as the end of a message's way."""
    if resource.type == EVENT_TARGET:
        arn = resource.inputs.text("arn")
    else:
        redrive = resource.inputs.document("redrivePolicy")
        arn = redrive.text("deadLetterTargetArn") if redrive is not None else None
    return stack.owner_of(arn or "")
