"""An execution environment that is at work ends when its work is done.

The stock emulator kills all environments of a function, and with them the invocations under way,
when its code or settings change, when it is deleted, and when another of its environments breaks:
a deployment costs whoever asks an API just then a 502, and a queue's message one of its attempts.
On AWS an invocation finishes with the code that it began with, whatever becomes of others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

_Kill = Callable[[Iterable[Any]], None]


def _spare(stock: _Kill) -> _Kill:
    def kill(workers: Iterable[Any]) -> None:
        idle = []
        with lambda_runtime._lock:
            for worker in workers:
                if worker.in_use:
                    worker.ends_with_its_work = True
                else:
                    idle.append(worker)
        stock(idle)

    return kill


def _end(stock: Callable[[Any], None], kill: _Kill) -> Callable[[Any], None]:
    def release(worker: Any) -> None:
        stock(worker)
        if getattr(worker, "ends_with_its_work", False):
            kill([worker])

    return release


def _end_broken(stock: Any) -> Any:
    def invoke(worker: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return stock(worker, *args, **kwargs)
        except Exception:
            worker.in_use = False  # its invoker has all be killed and does not give it back
            raise

    return invoke


def _end_all(stock: Callable[[], None]) -> Callable[[], None]:
    def reset() -> None:
        with lambda_runtime._lock:
            for worker in (worker for pool in lambda_runtime._workers.values() for worker in pool):
                worker.in_use = False
        stock()

    return reset


def apply() -> None:
    """Spare who is at work, but for the emulator's own end."""
    kill = lambda_runtime.kill_workers
    lambda_runtime.kill_workers = _spare(kill)
    lambda_runtime.reset = _end_all(lambda_runtime.reset)
    lambda_runtime.release_worker = lambda_svc.release_worker = _end(
        lambda_runtime.release_worker, kill
    )
    lambda_runtime.ProvidedWorker.invoke = _end_broken(lambda_runtime.ProvidedWorker.invoke)
