"""A function that takes more memory than it has is killed.

The stock emulator lets every function take what the machine has. Lambda kills one that exceeds its
`MemorySize`: its invocation fails with `signal: killed`, and the next begins in a new environment.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime

_EVERY = 0.02  # seconds
_MB = 1 << 20
_PAGE = os.sysconf("SC_PAGE_SIZE")


def _watch() -> None:
    while True:
        time.sleep(_EVERY)
        with lambda_runtime._lock:
            workers = [w for pool in lambda_runtime._workers.values() for w in pool if w.in_use]
        for worker in workers:
            _kill_if_above(worker)


def _kill_if_above(worker: Any) -> None:
    process = getattr(worker, "_proc", None)
    if process is None or process.poll() is not None:
        return
    with contextlib.suppress(OSError, ValueError):  # it ended meanwhile
        resident = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * _PAGE
        if resident > worker.config.get("MemorySize", 128) * _MB:
            process.kill()


def apply() -> None:
    """Watch the functions that are at work."""
    threading.Thread(target=_watch, name="memory-limit", daemon=True).start()
