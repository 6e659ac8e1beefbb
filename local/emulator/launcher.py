"""The emulator's own process: the version it is pinned to, its fixes, and the server.

Run by `process.start` as `python -m local.emulator.launcher`, with nothing in its environment
but what that function sets.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib.metadata
import json
import os
import signal
import sys
from pathlib import Path

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
        asyncio.run(_serve(port))
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


async def _serve(port: int) -> None:
    from hypercorn.asyncio import serve
    from hypercorn.config import Config
    from ministack import app

    from local.emulator.fixes import restart

    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{port}"]
    config.keep_alive_timeout = 75
    config.accesslog = None
    config.graceful_timeout = 1
    config.loglevel = os.environ["LOG_LEVEL"]

    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopping.set)

    async def shutdown() -> None:
        await stopping.wait()
        await asyncio.to_thread(restart.drain)  # functions still need the server to finish

    try:
        await serve(app.app, config, shutdown_trigger=shutdown)
    finally:
        await asyncio.to_thread(restart.end_functions)


if __name__ == "__main__":
    main()
