"""The emulator's floor: the deployed pipeline with functions that only pass their event on."""

import time
from types import TracebackType
from typing import Any, Self

from pipeline.deployment import STAGES, Deployment
from tools.benchmarks import noop

_PATIENCE = 3600.0  # seconds
_POLL = 0.5


class Floor:
    """A deployment whose functions do nothing, for as long as it is entered.

    Args:
        deployment: The deployment; its functions keep their roles, queues and triggers.
    """

    def __init__(self, deployment: Deployment) -> None:
        self._functions = deployment.client("lambda")
        self._logs = deployment.client("logs")
        self._names = [deployment.output(f"{name}FunctionName") for name in STAGES]
        self._began = 0.0

    def __enter__(self) -> Self:
        archive = noop.archive("burst_noop")
        for name in self._names:
            self._functions.update_function_code(FunctionName=name, ZipFile=archive)
            self._functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        self._began = time.time()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """The functions go with the throw-away emulator."""

    def drained(self, files: int) -> float:
        """Wait until the last function has seen every file; when it did, in seconds since 1970.

        Raises:
            RuntimeError: They did not all come through within the hour.
        """
        deadline = time.monotonic() + _PATIENCE
        while len(ends := self._ends()) < files:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{len(ends)} of {files} files came through the floor")
            time.sleep(_POLL)
        return max(ends)

    def _ends(self) -> list[float]:
        """When the last function's calls ended."""
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{self._names[-1]}",
            startTime=int(self._began * 1000),
            filterPattern='"platform.report"',
        )
        events: list[dict[str, Any]] = [event for page in pages for event in page["events"]]
        return [event["timestamp"] / 1000 for event in events]
