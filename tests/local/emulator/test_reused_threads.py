"""There is always one more thread, and the same one serves many calls."""

from __future__ import annotations

import asyncio
import threading
from typing import NoReturn

import pytest

from local.emulator.fixes.reused_threads import Threads, run_in

MANY = 50


def test_work_that_waits_for_other_work_finishes() -> None:
    run_reentrant = run_in(Threads())
    together = threading.Barrier(MANY)

    async def all_at_once() -> list[int]:
        return list(await asyncio.gather(*(run_reentrant(together.wait, 10) for _ in range(MANY))))

    assert sorted(asyncio.run(all_at_once())) == list(range(MANY))


def test_work_after_work_is_done_in_the_same_thread() -> None:
    run_reentrant = run_in(Threads())

    async def one_by_one() -> set[int]:
        return {await run_reentrant(threading.get_ident) for _ in range(MANY)}

    # The answer may be there before its thread is idle again: a few more than one is no harm.
    assert len(asyncio.run(one_by_one())) < MANY // 2


def test_error_is_the_caller_s_and_the_thread_goes_on() -> None:
    run_reentrant = run_in(Threads())

    def fail() -> NoReturn:
        raise LookupError("of the work")

    async def fail_and_go_on() -> int:
        for _ in range(MANY):
            with pytest.raises(LookupError, match="of the work"):
                await run_reentrant(fail)
        result: int = await run_reentrant(lambda: 7)
        return result

    assert asyncio.run(fail_and_go_on()) == 7


def test_caller_that_is_cancelled_ends_after_its_work() -> None:
    run_reentrant = run_in(Threads())
    started, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        may_end.wait(10)
        ended.set()

    async def cancel() -> None:
        caller = asyncio.create_task(run_reentrant(work))
        await asyncio.to_thread(started.wait, 10)
        caller.cancel()
        asyncio.get_running_loop().call_later(0.1, may_end.set)
        with pytest.raises(asyncio.CancelledError):
            await caller
        assert ended.is_set()

    asyncio.run(cancel())
