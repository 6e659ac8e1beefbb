"""Stopping and starting again loses nothing.

The stock emulator saves its state only when it is stopped, and while functions are still at work;
leaves their processes behind; forgets every session of an assumed role; and keeps what was being
handled invisible for a visibility timeout that nobody waits out any more.

Here a stop lets functions finish, for a while, then saves and ends them; after a start the
messages that were being handled are visible at once, with their receives counted; and the state
is also saved once the emulator has been idle for a second. A kill loses what was done since then:
under steady load all of the load, uploads that were answered included. AWS's services are durable
and lose nothing; to end the emulator without a loss, stop it.
"""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path
from typing import Any

from ministack import app
from ministack.core import lambda_runtime, persistence
from ministack.core.responses import request_scope
from ministack.services import lambda_svc, sqs, sts

from local.emulator.fixes import async_invocation, event_source_mapping

DRAIN_SECONDS = 5.0
IDLE_SECONDS = 1.0

_saving = threading.Lock()  # a stop saves, perhaps while the idle saver is at it


def drain() -> None:
    """Start no more work, and wait for what is under way; called before the server stops."""
    event_source_mapping.stopping.set()
    async_invocation.queue.pause()
    deadline = time.monotonic() + DRAIN_SECONDS
    while lambda_svc.executions_in_flight()[0] and time.monotonic() < deadline:
        time.sleep(0.01)


class IdleSaver:
    """Saves the state once calls have ceased and no function is at work."""

    def __init__(self, serve: Any) -> None:
        self._serve = serve
        self._last_call = self._saved = time.monotonic()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve a call, as an ASGI application, and remember when it was."""
        counts = not scope.get("path", "").startswith("/_ministack/")
        self._last_call = time.monotonic() if counts else self._last_call
        await self._serve(scope, receive, send)
        self._last_call = time.monotonic() if counts else self._last_call

    async def run(self) -> None:
        """Save, for as long as the emulator runs."""
        while persistence.PERSIST_STATE:
            await asyncio.sleep(IDLE_SECONDS)
            last = self._last_call
            changed = last > self._saved
            if changed and time.monotonic() - last >= IDLE_SECONDS and self._is_idle(last):
                await asyncio.to_thread(self._save, last)

    def _is_idle(self, last: float) -> bool:
        return self._last_call == last and not lambda_svc.executions_in_flight()[0]

    def _save(self, last: float) -> None:
        """Write all files aside, and put them in place if nothing has changed meanwhile."""
        home = persistence.STATE_DIR
        aside = Path(f"{home}.next")
        with _saving:
            persistence.STATE_DIR = str(aside)
            try:
                for service, get_state in app._build_persistence_save_dict().items():
                    if (state := get_state()) is not None:
                        persistence.save_state(service, state)
            except RuntimeError:  # a call came in and changed what is being read: next time
                return
            finally:
                persistence.STATE_DIR = home
            if self._is_idle(last):
                Path(home).mkdir(parents=True, exist_ok=True)
                for file in aside.iterdir():
                    file.replace(Path(home) / file.name)
                self._saved = last


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
    stock_load, stock_save = app._load_persisted_state, persistence.save_all

    def load() -> None:
        stock_load()
        _release_interrupted()

    def sessions() -> dict[str, Any]:
        return {"sessions": dict(sts._sessions)}

    def restore_sessions(data: dict[str, Any]) -> None:
        sts._sessions.update(data.get("sessions", {}))

    def save(services: dict[str, Any]) -> None:
        with _saving:
            stock_save(services)

    app._load_persisted_state = load
    app.save_all = persistence.save_all = save
    sts.get_state = sessions
    sts.load_persisted_state = restore_sessions
