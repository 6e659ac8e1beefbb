"""References that are unknown at preview, taken for what the engine says they are made from.

The engine tells, for each property, the resources that its value depends on. Where that is one
resource alone and a whole value is unknown, the program most likely passes an output of that
resource on: `arn=queue.arn`. Such a value is taken for the ARN that the resource will have, and
every answer that rests on one says so, for a program may still make anything of it. In the
deployment the same policies judge the value itself (decision 0081).
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from policies.facts.arns import arn_of, name_property
from policies.facts.reading import Node, Taken
from policies.facts.resource import Resource
from policies.facts.types import (
    ALARM,
    API_INTEGRATION,
    API_STAGE,
    BUCKET_NOTIFICATION,
    EVENT_TARGET,
    FUNCTION_ASYNC,
    PERMISSION,
    TOPIC_SUBSCRIPTION,
)
from policies.facts.wire import UNKNOWN

_PLACES: Mapping[str, re.Pattern[str]] = {
    type_: re.compile(pattern)
    for type_, pattern in {
        ALARM: r"(?:alarm|ok|insufficientData)Actions\[\d+\]",
        API_INTEGRATION: r"uri",
        API_STAGE: r"accessLogSettings\.destinationArn",
        BUCKET_NOTIFICATION: r"lambdaFunctions\[\d+\]\.lambdaFunctionArn",
        EVENT_TARGET: r"arn",
        FUNCTION_ASYNC: r"destinationConfig\.on(?:Failure|Success)\.destination",
        PERMISSION: r"sourceArn",
        TOPIC_SUBSCRIPTION: r"endpoint",
    }.items()
}
"""By type, the properties that hold the ARN of another resource and nothing else."""


def taken(resource: Resource, sources: Mapping[str, Resource], home: tuple[str, str]) -> Resource:
    """The resource, with its references to one other resource in the place of what is unknown.

    Args:
        resource: What refers.
        sources: Every resource of the stack, by URN.
        home: Region and account of the stack.
    """
    places = _PLACES.get(resource.type)
    if places is None:
        return resource
    inputs = dict(resource.inputs.value)
    for key, urns in resource.depends_on.items():
        source = sources.get(urns[0]) if len(urns) == 1 else None
        arn = _arn(source, home) if source is not None else None
        if arn is not None and key in inputs:
            if resource.type == API_INTEGRATION:
                arn = _INVOCATION.format(region=home[0], function=arn)
            inputs[key] = _with(inputs[key], key, places, arn, resource.name)
    return replace(resource, inputs=Node(inputs))


_INVOCATION = "arn:aws:apigateway:{region}:lambda:path/2015-03-31/functions/{function}/invocations"


def _arn(resource: Resource, home: tuple[str, str]) -> str | None:
    """The ARN that a resource will have, where its name decides it and is known."""
    key = name_property(resource.type)
    name = resource.inputs.value.get(key) if key else None
    return arn_of(resource.type, name, home) if isinstance(name, str) else None


def _with(value: Any, path: str, places: re.Pattern[str], arn: str, owner: str) -> Any:
    if value is UNKNOWN:
        return Taken(arn, f"{owner}.{path}") if places.fullmatch(path) else value
    if isinstance(value, dict):
        return {k: _with(item, f"{path}.{k}", places, arn, owner) for k, item in value.items()}
    if isinstance(value, list):
        return [_with(v, f"{path}[{i}]", places, arn, owner) for i, v in enumerate(value)]
    return value
