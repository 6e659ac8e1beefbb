"""Asynchronous invocations: one request id, three attempts in all, and an on-failure event.

The stock emulator gives each attempt a request id of its own, loses an event that is throttled
or in flight when the emulator stops, starts a thread per event, and drops what is routed to an
event bus.

On AWS the queue in front of a function is durable; all attempts of an event bear one request id;
a throttled attempt does not count; and the last failure is put on the bus with the function's
role. AWS waits one and two minutes between attempts; here it is half a second and one.
"""

from __future__ import annotations

import heapq
import itertools
import json
import logging
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import eventbridge, lambda_svc

from local.emulator.fixes.authority import role_may

FIRST_RETRY_SECONDS = 0.5
THROTTLE_RETRY_SECONDS = 0.5
WORKERS = 16

_log = logging.getLogger("emulator.async")


@dataclass(frozen=True, kw_only=True)
class Event:
    """An event on its way to a function, as it is persisted."""

    account: str
    region: str
    function: str
    payload: Any
    request_id: str = field(default_factory=lambda: str(uuid4()))
    accepted: float = field(default_factory=time.time)
    attempts: int = 0


class Queue:
    """The queue in front of every function, and the threads that empty it."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Event]] = []
        self._order = itertools.count()
        self._running: dict[str, Event] = {}
        self._changed = threading.Condition()
        self._started = False
        self._paused = False

    def accept(self, record: dict[str, Any], payload: Any) -> None:
        """Take an event for a function: what `InvocationType=Event` and notifications do."""
        arn = record["config"]["FunctionArn"]
        self.put(
            Event(account=get_account_id(), region=get_region(), function=arn, payload=payload)
        )

    def put(self, event: Event, *, after: float = 0.0) -> None:
        """Queue an event, to be attempted after so many seconds."""
        with self._changed:
            heapq.heappush(self._due, (time.time() + after, next(self._order), event))
            self._running.pop(event.request_id, None)
            if not self._started:
                self._started = True
                for _ in range(WORKERS):
                    threading.Thread(target=self._work, daemon=True).start()
            self._changed.notify()

    def pending(self) -> list[dict[str, Any]]:
        """Every event that is not finished, as JSON-ready data."""
        with self._changed:
            queued = [event for _, _, event in sorted(self._due)]
            return [asdict(event) for event in (*self._running.values(), *queued)]

    def clear(self) -> None:
        """Forget every event that waits."""
        with self._changed:
            self._due.clear()

    def pause(self) -> None:
        """Attempt nothing more; what is under way goes on."""
        with self._changed:
            self._paused = True

    def _work(self) -> None:
        while True:
            event = self._next()
            with request_scope(event.account, event.region):
                try:
                    again = attempt(event)
                except Exception:  # noqa: BLE001  # a fault of the emulator must not end its worker
                    _log.exception("event %s of %s is lost", event.request_id, event.function)
                    again = None
            if again is not None:
                self.put(again[0], after=again[1])
            else:
                with self._changed:
                    self._running.pop(event.request_id, None)

    def _next(self) -> Event:
        with self._changed:
            while True:
                now = time.time()
                if self._due and self._due[0][0] <= now and not self._paused:
                    _, _, event = heapq.heappop(self._due)
                    self._running[event.request_id] = event
                    return event
                waits = self._due and not self._paused
                self._changed.wait(max(0.0, self._due[0][0] - now) if waits else None)


def attempt(event: Event) -> tuple[Event, float] | None:
    """Run one attempt.

    Returns:
        The event as it is to be tried again and the seconds until then, or None when it is done
        with: handled, failed for good, or its function is gone.
    """
    record, config, _ = lambda_svc._get_func_record_for_ref(event.function)
    if record is None or config is None:
        return None
    settings = (record.get("event_invoke_configs") or {}).get("") or {}
    result = _execute(record, config, event)
    age = time.time() - event.accepted
    expired = age > settings.get("MaximumEventAgeInSeconds", 21600)
    if result.get("throttle") and not expired:
        return event, THROTTLE_RETRY_SECONDS
    tried = replace(event, attempts=event.attempts + 1)
    if not result.get("error"):
        return None
    retries = settings.get("MaximumRetryAttempts", 2)
    if tried.attempts <= retries and not expired:
        return tried, FIRST_RETRY_SECONDS * 2**event.attempts
    destination = ((settings.get("DestinationConfig") or {}).get("OnFailure") or {}).get(
        "Destination"
    ) or (config.get("DeadLetterConfig") or {}).get("TargetArn")
    if destination:
        condition = "EventAgeExceeded" if expired else "RetriesExhausted"
        _route(destination, config, tried, result, condition)
    return None


def _execute(record: dict[str, Any], config: dict[str, Any], event: Event) -> dict[str, Any]:
    record = lambda_svc._execution_record_for_config(record, config)
    slot, reason = lambda_svc._acquire_execution_slot(record, config)
    if slot is None:
        return {"throttle": True, "error": True, "body": {"Reason": reason}}
    try:
        result: dict[str, Any] = lambda_svc._execute_function_dispatch(
            record, config, event.payload, event.request_id, time.time()
        )
        return result
    finally:
        lambda_svc._release_execution_slot(slot)


def _route(
    destination: str, config: dict[str, Any], event: Event, result: dict[str, Any], condition: str
) -> None:
    if ":events:" not in destination:
        lambda_svc._route_async_failure(destination, config["FunctionName"], event.payload, result)
        return
    bus = destination.rpartition("/")[2]
    if not role_may(
        config["Role"], "events:PutEvents", destination, session=config["FunctionName"]
    ):
        _log.warning(
            "%s may not events:PutEvents on %s: its failed event %s is dropped, as on AWS",
            config["Role"],
            destination,
            event.request_id,
        )
        return
    function = f"{config['FunctionArn'].removesuffix(':$LATEST')}:{config['Version']}"
    detail = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": event.request_id,
            "functionArn": function,
            "condition": condition,
            "approximateInvokeCount": event.attempts,
        },
        "requestPayload": event.payload,
        "responseContext": {
            "statusCode": 200,
            "executedVersion": config["Version"],
            "functionError": result.get("function_error") or "Unhandled",
        },
        "responsePayload": result.get("body"),
    }
    eventbridge._put_events(
        {
            "Entries": [
                {
                    "Source": "lambda",
                    "DetailType": "Lambda Function Invocation Result - Failure",
                    "Detail": json.dumps(detail),
                    "Resources": [destination, function],
                    "EventBusName": bus,
                }
            ]
        }
    )


queue = Queue()


def apply() -> None:
    """Replace the stock retry loop, and persist what is on its way."""
    stock_state, stock_restore, stock_reset = (
        lambda_svc.get_state,
        lambda_svc.load_persisted_state,
        lambda_svc.reset,
    )

    def get_state() -> dict[str, Any]:
        return {**stock_state(), "async_events": queue.pending()}

    def restore(data: dict[str, Any]) -> None:
        stock_restore(data)
        for event in data.get("async_events", []):
            queue.put(Event(**event))

    def reset() -> None:
        queue.clear()
        stock_reset()

    lambda_svc.invoke_async_with_retry = queue.accept
    lambda_svc.get_state = get_state
    lambda_svc.load_persisted_state = restore
    lambda_svc.reset = reset
