"""A tiny stack to mutate."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from compliance.engine import EngineResource, resource_from_state

QUEUE = "aws:sqs/queue:Queue"
PROVIDER = "pulumi:providers:aws"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def resource(
    type_: str,
    name: str,
    inputs: Mapping[str, Any],
    *,
    sources: Mapping[str, Sequence[str]] | None = None,
) -> EngineResource:
    """A resource as the engine plans it; `sources` are the URNs that a property is made from."""
    return resource_from_state(
        {
            "urn": f"urn:pulumi:dev::market-data-pipeline::{type_}::{name}",
            "type": type_,
            "custom": True,
            "inputs": dict(inputs),
            "propertyDependencies": dict(sources or {}),
        }
    )


def queue(name: str, **inputs: Any) -> EngineResource:
    """A tagged FIFO queue."""
    return resource(
        QUEUE,
        name,
        {
            "name": f"{name}-dev.fifo",
            "fifoQueue": True,
            "tags": {"Environment": "Production", "Team": "Analytics"},
            **inputs,
        },
    )


def policy(*statements: Mapping[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
