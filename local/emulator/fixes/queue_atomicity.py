"""SQS: no message may vanish between two threads.

The stock emulator changes a queue from the server's thread and from its pollers' without a
common lock: a sweep or a deletion rebuilds the list of messages, and a message that is sent in
between is in neither the old list nor the new one.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any

from ministack.services import eventbridge, sqs

LOCK = threading.RLock()
_STEPS_OF_A_RECEIVE = ("_expire_retained", "_dlq_sweep", "_collect_msgs")


def _locked(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        with LOCK:
            return function(*args, **kwargs)

    return call


def apply() -> None:
    """Put one lock around every change of a queue."""
    sqs._queues_lock = LOCK
    for name in _STEPS_OF_A_RECEIVE:
        setattr(sqs, name, _locked(getattr(sqs, name)))
    for action, handler in sqs._HANDLERS.items():
        if handler is not sqs._act_receive_message:  # it waits; its steps are locked above
            sqs._HANDLERS[action] = _locked(handler)
    eventbridge._dispatch_to_sqs = _locked(eventbridge._dispatch_to_sqs)
