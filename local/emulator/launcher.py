"""The emulator's own process: the version it is pinned to, its fixes, and the server.

Run by `process.start` as `python -m local.emulator.launcher`, with nothing in its environment
but what that function sets.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.metadata
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import uvicorn
import uvloop

from local.emulator import fixes
from local.emulator.process import lock_path

VERSION = "1.5.33"


def main() -> None:
    """Serve until SIGTERM or SIGINT, then save the state and end every function."""
    installed = importlib.metadata.version("ministack")
    if installed != VERSION:
        sys.exit(
            f"ministack {installed} is installed, but the emulator's fixes are written for "
            f"{VERSION}: install ministack=={VERSION} (make setup)"
        )
    port = int(os.environ["GATEWAY_PORT"])
    lock = _hold_lock(lock_path(Path.cwd()), port)
    try:
        fixes.apply(without=sys.argv[1:])
        uvloop.run(_serve(port))
    finally:
        os.close(lock)


def _hold_lock(path: Path, port: int) -> int:
    """Lock the state directory for as long as this process lives; see `process`."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        sys.exit(f"another emulator runs on {path.parent}")
    os.ftruncate(descriptor, 0)
    os.write(descriptor, json.dumps({"pid": os.getpid(), "port": port}).encode())
    return descriptor


class _Server(uvicorn.Server):
    """A server that leaves signals to `_serve`, which has work to finish first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _serve(port: int) -> None:
    from ministack import app

    from local.emulator.fixes import restart

    saver = restart.IdleSaver(app.app)
    server = _Server(
        uvicorn.Config(
            saver,
            host=os.environ["BIND_HOST"],
            port=port,
            log_level=os.environ["LOG_LEVEL"].lower(),
            access_log=False,
            ws="none",
            lifespan="on",
            proxy_headers=False,  # a client must not choose the address it calls from
            server_header=False,
            date_header=False,  # the emulator sends its own
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
    )
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)

    async def stop() -> None:
        await stopping.wait()
        await asyncio.to_thread(restart.drain)  # functions need the server to finish their work
        server.should_exit = True

    tasks = [asyncio.create_task(work) for work in (stop(), saver.run())]
    try:
        await server.serve()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.to_thread(restart.end_functions)


if __name__ == "__main__":
    main()
