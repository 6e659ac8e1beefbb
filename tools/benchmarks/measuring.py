"""Running programs and taking their time, in turns, so that a busy machine is fair to all."""

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.benchmarks.figures import tell

_PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Seconds that something took: by the clock, and of processor time, of all its processes."""

    clock: float
    cpu: float


def programs(work: Callable[[], object]) -> Usage:
    """Do something that runs other programs, and take their time.

    Processes that a program leaves behind (the engine does not wait for its plugins) are waited for
    and counted too.
    """
    _adopt_orphans()
    before, began = _children_cpu(), time.monotonic()
    work()
    clock = time.monotonic() - began
    _wait_for_orphans()
    return Usage(clock=clock, cpu=_children_cpu() - before)


def command(words: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Usage:
    """Run one program to its end and take its time.

    Raises:
        RuntimeError: It failed; the message has the end of what it said.
    """

    def run() -> None:
        finished = subprocess.run(
            words, cwd=cwd, env=dict(env), capture_output=True, text=True, check=False
        )
        if finished.returncode != 0:
            said = (finished.stderr + finished.stdout).strip()[-2000:]
            raise RuntimeError(f"{' '.join(words)} ended with {finished.returncode}:\n{said}")

    return programs(run)


def in_turns(work: Mapping[str, Callable[[], Usage]], rounds: int) -> dict[str, list[Usage]]:
    """Do each piece of work once per round, after one round that only warms the caches up."""
    found: dict[str, list[Usage]] = {name: [] for name in work}
    for turn in range(rounds + 1):
        for name, measure in work.items():
            usage = measure()
            if turn:
                found[name].append(usage)
                tell(f"{name}, {turn} of {rounds}: {usage.clock:.2f} s, {usage.cpu:.2f} s of CPU")
    return found


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _adopt_orphans() -> None:
    """Become the parent of the grandchildren whose parent ends, so that they can be counted."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl: cannot count the processes of other programs")


def _wait_for_orphans() -> None:
    try:
        while True:
            os.waitpid(-1, 0)
    except ChildProcessError:
        return
