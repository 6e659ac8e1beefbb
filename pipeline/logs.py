"""A function's log, once or as it grows."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from pipeline.deployment import Deployment, function_name
from pipeline.errors import CommandError

_PAUSE = 1.0  # seconds between two looks
_OVERLAP = 60_000  # milliseconds: lines may appear this late, so that much is looked at again


def lines(deployment: Deployment, function: str, *, since: float, follow: bool) -> Iterator[str]:
    """A function's log lines in order, each behind its time.

    Args:
        deployment: The stack.
        function: Its short name, such as "validator".
        since: How many seconds back to begin.
        follow: Go on with new lines until interrupted.

    Raises:
        CommandError: The function has no log group, or it may not be read.
    """
    name = deployment.output(f"{function_name(function)}FunctionName")
    group = f"/aws/lambda/{name}"
    client = deployment.client("logs")
    begin = int((time.time() - since) * 1000)
    seen: set[tuple[str, int, str]] = set()
    while True:
        try:
            pages = client.get_paginator("filter_log_events").paginate(
                logGroupName=group, startTime=begin
            )
            events = [event for page in pages for event in page["events"]]
        except ClientError as error:
            raise CommandError(f"The log group {group} cannot be read: {error}") from error
        for event in sorted(events, key=lambda e: e["timestamp"]):
            if _identity(event) not in seen:
                at = datetime.fromtimestamp(event["timestamp"] / 1000, UTC)
                yield f"{at.isoformat(timespec='milliseconds')} {event['message'].rstrip()}"
        seen = {_identity(event) for event in events}
        if not follow:
            return
        begin = max([begin, *(event["timestamp"] - _OVERLAP for event in events)])
        time.sleep(_PAUSE)


def _identity(event: dict[str, Any]) -> tuple[str, int, str]:
    """What tells a line from others; the emulator gives it no identifier of its own."""
    return event["logStreamName"], event["timestamp"], event["message"]
