"""The threads in which functions are awaited are used again.

Not a difference in behaviour but in speed: the stock emulator starts a thread for each synchronous
invocation and ends it with the answer. Work that may call back must never wait for another to
finish, so there is still always one more thread; but one whose work is done takes the next.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from ministack.services import apigateway_v1, lambda_svc

_Work = Callable[[], None]


class Threads:
    """As many daemon threads as there has been work at a time."""

    def __init__(self) -> None:
        self._idle: list[SimpleQueue[_Work]] = []

    def run(self, work: _Work) -> None:
        """Do work that does not raise, at once."""
        try:
            self._idle.pop().put(work)
        except IndexError:
            threading.Thread(target=self._serve, args=(work,), daemon=True).start()

    def _serve(self, work: _Work) -> None:
        inbox: SimpleQueue[_Work] = SimpleQueue()
        while True:
            work()
            self._idle.append(inbox)
            work = inbox.get()


def run_in(threads: Threads) -> Any:
    """What stands in for the stock emulator's `run_reentrant`: it awaits work done in a thread."""

    async def run_reentrant(fn: Callable[..., Any], *args: Any, **_stock: Any) -> Any:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Any] = loop.create_future()
        context = contextvars.copy_context()

        def tell(setter: Callable[[Any], None], outcome: Any) -> None:
            with contextlib.suppress(RuntimeError):  # the server has ended
                loop.call_soon_threadsafe(setter, outcome)

        def work() -> None:
            try:
                result = context.run(fn, *args)
            except BaseException as error:  # noqa: BLE001  # whatever it is, the caller gets it
                tell(done.set_exception, error)
            else:
                tell(done.set_result, result)

        threads.run(work)
        try:
            return await asyncio.shield(done)
        except asyncio.CancelledError:
            await asyncio.wait([done])  # a thread cannot be stopped: it still changes what it holds
            raise

    return run_reentrant


def apply() -> None:
    """Await the functions behind an API, and those that are invoked, in threads used again."""
    apigateway_v1.run_reentrant = lambda_svc.run_reentrant = run_in(Threads())
