"""The emulator as a background process: start, status, stop, and a throw-away one for tests.

A running emulator holds a lock on `emulator.lock` in its state directory and has written its
process id and port there. The kernel frees the lock however the process ends, so an id in that
file is never mistaken for another process that happens to have inherited the number.
"""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
ACCOUNT = "000000000000"
REGION = "us-east-1"
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105  # the public name of the emulator's root

START_TIMEOUT = 30.0
STOP_TIMEOUT = 30.0
_POLL_SECONDS = 0.02
_LOG_TAIL_LINES = 15


class EmulatorError(RuntimeError):
    """The emulator could not be started or stopped; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class Emulator:
    """A running emulator.

    Attributes:
        state_dir: Where its state, lock and log live.
        port: The port that it listens on, at 127.0.0.1 only.
        pid: Its process id, which is also the id of its process group.
    """

    state_dir: Path
    port: int
    pid: int

    @property
    def endpoint(self) -> str:
        """The URL that every AWS client is pointed at."""
        return f"http://{HOST}:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables under which AWS clients talk to it as the account's root."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_DEFAULT_REGION": REGION,
        }


def log_path(state_dir: Path) -> Path:
    """The file that the emulator's output goes to."""
    return state_dir / "emulator.log"


def lock_path(state_dir: Path) -> Path:
    """The file that a running emulator holds locked, with its process id and port inside."""
    return state_dir / "emulator.lock"


def status(state_dir: Path) -> Emulator | None:
    """The emulator that runs on this state directory, or None."""
    try:
        descriptor = os.open(lock_path(state_dir), os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        record = os.pread(descriptor, 4096, 0)
    else:
        return None
    finally:
        os.close(descriptor)
    try:
        holder = json.loads(record)
    except ValueError:  # it has the lock, but has not written into it yet
        return None
    return Emulator(state_dir=state_dir, port=holder["port"], pid=holder["pid"])


def start(
    state_dir: Path, port: int, *, persist: bool = True, without: Sequence[str] = ()
) -> Emulator:
    """Start the emulator in the background and wait until it is ready.

    Args:
        state_dir: Its folder, created when missing: state, lock and `emulator.log`.
        port: The port to listen on; 0 takes a free one.
        persist: Load the state that an earlier run left there, and leave this run's behind.
        without: Fixes to leave out, by name, for the tests that show why they are needed.

    Returns:
        The running emulator; one that runs already on this folder and port is returned as is.

    Raises:
        EmulatorError: The port is taken, another port is in use for this folder, or the
            process ended before it was ready (with the end of its log).
    """
    running = status(state_dir)
    if running is not None:
        if port not in (0, running.port):
            raise EmulatorError(
                f"the emulator of {state_dir} already runs on port {running.port}, not {port}: "
                "stop it first, or set PIPELINE_PORT to the port it has"
            )
        _wait_until_ready(running)
        return running
    port = port or _free_port()
    _refuse_taken_port(port)
    _temporary(state_dir).mkdir(parents=True, exist_ok=True)
    with log_path(state_dir).open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.emulator.launcher", *without],
            env=_environment(state_dir, port, persist=persist),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=state_dir,
            start_new_session=True,  # its functions stay in its process group: see stop
        )
    emulator = Emulator(state_dir=state_dir, port=port, pid=process.pid)
    try:
        _wait_until_ready(emulator, process)
    except BaseException:  # an interruption as well: before it has the lock, `stop` cannot see it
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise
    return emulator


def stop(state_dir: Path) -> bool:
    """Stop the emulator of this state directory, and every function that it runs.

    Returns:
        Whether there was one to stop.
    """
    running = status(state_dir)
    if running is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while status(state_dir) is not None and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    # Whatever still stands by now, a hung emulator or a function deaf to SIGTERM, goes with it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(running.pid, 0)
    return True


@contextlib.contextmanager
def ephemeral(*, persist: bool = False, without: Sequence[str] = ()) -> Iterator[Emulator]:
    """A throw-away emulator on a free port and a temporary folder, for tests."""
    with tempfile.TemporaryDirectory(prefix="emulator-") as folder:
        state_dir = Path(folder)
        try:
            yield start(state_dir, 0, persist=persist, without=without)
        finally:
            stop(state_dir)


def _environment(state_dir: Path, port: int, *, persist: bool) -> dict[str, str]:
    """All that the emulator gets from outside: nothing of the caller's shell reaches a function."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "TMPDIR": str(_temporary(state_dir).absolute()),  # functions' code is unpacked there
        "LANG": "C.UTF-8",
        "PYTHONUNBUFFERED": "1",
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "LAMBDA_CONCURRENCY": os.environ.get("LAMBDA_CONCURRENCY", "8"),  # of each function
        "PERSIST_STATE": "1" if persist else "0",
        "STATE_DIR": str(state_dir.absolute() / "state"),
        "S3_PERSIST": "1" if persist else "0",
        "S3_DATA_DIR": str(state_dir.absolute() / "objects"),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
    }


def _temporary(state_dir: Path) -> Path:
    return state_dir / "tmp"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise EmulatorError(
                f"port {port} on {HOST} cannot be used ({error.strerror}): "
                "stop what listens there, or set PIPELINE_PORT to another port"
            ) from error


def _wait_until_ready(emulator: Emulator, process: subprocess.Popen[bytes] | None = None) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not _is_ready(emulator):
        if process is not None and process.poll() is not None:
            raise EmulatorError(
                f"the emulator ended with code {process.returncode} before it was ready; "
                f"the end of {log_path(emulator.state_dir)}:\n{_log_tail(emulator.state_dir)}"
            )
        if time.monotonic() > deadline:
            stop(emulator.state_dir)
            raise EmulatorError(
                f"the emulator was not ready within {START_TIMEOUT:.0f} s; "
                f"the end of {log_path(emulator.state_dir)}:\n{_log_tail(emulator.state_dir)}"
            )
        time.sleep(_POLL_SECONDS)


def _is_ready(emulator: Emulator) -> bool:
    connection = http.client.HTTPConnection(HOST, emulator.port, timeout=2)
    try:
        connection.request("GET", "/_ministack/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _log_tail(state_dir: Path) -> str:
    lines = log_path(state_dir).read_text(errors="replace").splitlines()
    return "\n".join(lines[-_LOG_TAIL_LINES:])
