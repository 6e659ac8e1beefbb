"""Stopping and starting again loses nothing.

The stock emulator saves its state while functions are still at work, leaves their processes
behind, forgets every session of an assumed role, and keeps what was being handled invisible for
a visibility timeout that nobody waits out any more.

Here a stop lets functions finish, for a while, then saves and ends them; and after a start the
messages that were being handled are visible at once, with their receives counted.
"""

from __future__ import annotations

import time
from typing import Any

from ministack import app
from ministack.core import lambda_runtime
from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sqs, sts

from local.emulator.fixes import async_invocation, event_source_mapping

DRAIN_SECONDS = 5.0


def drain() -> None:
    """Start no more work, and wait for what is under way; called before the server stops."""
    event_source_mapping.stopping.set()
    async_invocation.queue.pause()
    deadline = time.monotonic() + DRAIN_SECONDS
    while lambda_svc.executions_in_flight()[0] and time.monotonic() < deadline:
        time.sleep(0.01)


def end_functions() -> None:
    """End every function's process; called after the state is saved."""
    lambda_runtime.reset()


def _release_interrupted() -> None:
    now = time.time()
    for account, region, mapping in lambda_svc._iter_all_esms():
        with request_scope(account, region):
            queue = sqs._queue_by_arn(mapping.get("EventSourceArn", ""))
            for message in queue["messages"] if queue else []:
                if message.get("receive_count"):
                    message["visible_at"] = min(message["visible_at"], now)


def apply() -> None:
    """Persist sessions, and release what a stop interrupted."""
    stock_load = app._load_persisted_state

    def load() -> None:
        stock_load()
        _release_interrupted()

    def sessions() -> dict[str, Any]:
        return {"sessions": dict(sts._sessions)}

    def restore_sessions(data: dict[str, Any]) -> None:
        sts._sessions.update(data.get("sessions", {}))

    app._load_persisted_state = load
    sts.get_state = sessions
    sts.load_persisted_state = restore_sessions
