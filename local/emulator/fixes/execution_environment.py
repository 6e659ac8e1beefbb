"""Functions' processes: their variables, the runtime API's latency, and their logs.

The stock emulator hands a function all of the emulator's own environment; waits up to 50 ms per
invocation for log lines and loses those that come later; sends each event in two segments, which
Nagle's algorithm holds for the 40 ms of a delayed acknowledgement; opens a log stream per
invocation, in a group that it creates by itself, whatever the role may do; and throttles rather
than waits when this one machine is busy.

On AWS a function sees Lambda's variables and its own; its lines go to the log stream of its
environment as they are written, with its role's rights.
"""

from __future__ import annotations

import os
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from local.emulator.fixes import function_logs

_INHERITED = frozenset({"PATH", "LANG", "TMPDIR"})
_SET_PER_FUNCTION = frozenset({"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ENDPOINT_URL"})
_PEAK_KNOWN_FOR = 1.0  # seconds
_STOCK_VARIABLES = lambda_svc._provided_worker_env
_ACQUIRE_SLOT = lambda_svc._acquire_execution_slot
_RELEASE_SLOT = lambda_svc._release_execution_slot


class Environment(lambda_runtime.ProvidedWorker):  # type: ignore[misc]  # an untyped base
    """One execution environment: a process of a function, reused from event to event."""

    config: dict[str, Any]
    log: function_logs.Stream
    _peak: tuple[float, int] = (0.0, 0)  # until when it is taken as known, and MB

    def invoke(self, event: Any, request_id: str, **context: Any) -> dict[str, Any]:
        """Run one invocation, with the platform's log lines around the function's own."""
        if self._proc is None or self._proc.poll() is not None:
            self._peak = 0.0, 0
            self.log = function_logs.open_stream(self.config)
            self.config = {**self.config, "_LogStreamName": self.log.stream}
        self.log.platform_start(request_id)
        started = time.monotonic()
        result: dict[str, Any] = super().invoke(event, request_id, **context)
        self.log.platform_report(
            request_id,
            milliseconds=(time.monotonic() - started) * 1000,
            memory_mb=self._peak_memory_mb(),
            failed=result["status"] == "error",
        )
        return result

    def _build_handler_class(self, generation: int, pending: Any) -> type:
        handler: Any = super()._build_handler_class(generation, pending)
        handler.wbufsize = -1  # head and body of an event leave in one segment
        handler.disable_nagle_algorithm = True
        return handler  # type: ignore[no-any-return]

    def _pump_output(self, stream: Any, log_queue: Any) -> None:
        super()._pump_output(_Tee(stream, self.log), log_queue)

    def _drain_stderr_bounded(self, *_args: Any, **_kwargs: Any) -> str:
        """What the function has logged so far, for `LogType=Tail`; the stream gets all of it."""
        return str(self._drain_stderr())

    def _peak_memory_mb(self) -> int:
        """The peak so far, in MB; read once a second, as a read costs a short answer's time."""
        until, megabytes = self._peak
        if time.monotonic() >= until:
            megabytes = self._read_peak_memory_mb()
            self._peak = time.monotonic() + _PEAK_KNOWN_FOR, megabytes
        return megabytes

    def _read_peak_memory_mb(self) -> int:
        process = self._proc
        try:
            status = Path(f"/proc/{process.pid}/status").read_text() if process else ""
        except OSError:  # ended meanwhile, or a system without /proc
            return 0
        peak = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
        return int(peak.split()[1]) // 1024 if peak else 0


class _Tee:
    """A function's output: every line goes to its log stream on the way to its reader."""

    def __init__(self, stream: Any, log: function_logs.Stream) -> None:
        self._stream = stream
        self._log = log

    def readline(self) -> bytes:
        line: bytes = self._stream.readline()
        if line:
            self._log.function_line(line.decode("utf-8", errors="replace").rstrip("\r\n"))
        return line

    def close(self) -> None:
        self._stream.close()


def _variables(config: dict[str, Any], code_dir: str, port: int) -> dict[str, str]:
    """The environment of a function's process: Lambda's variables and its own, no others."""
    own = lambda_svc._runtime_env_vars(config)
    stock = _STOCK_VARIABLES(config, code_dir, port)
    foreign = set(os.environ) - _INHERITED - set(own)
    foreign -= {
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ENDPOINT_URL",
    }  # set per function
    logging = config.get("LoggingConfig") or {}
    return {
        **{key: value for key, value in stock.items() if key not in foreign},
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": function_logs.group_of(config),
        "AWS_LAMBDA_LOG_STREAM_NAME": config.get("_LogStreamName", ""),
        "AWS_LAMBDA_LOG_FORMAT": logging.get("LogFormat", "Text"),
        **(
            {"AWS_LAMBDA_LOG_LEVEL": logging["ApplicationLogLevel"]}
            if logging.get("ApplicationLogLevel")
            else {}
        ),
        "TZ": ":UTC",
        # The stock emulator sends every function to itself, whatever endpoint it has of its own.
        **{key: value for key, value in own.items() if key == "AWS_ENDPOINT_URL"},
    }


class _Slots:
    """At most so many environments of one function at a time; an invocation waits for its turn.

    A burst of events becomes a queue and not a thousand processes. An invocation waits no longer
    than its function's timeout, and is throttled then: a function that waits for itself ends too.
    A slot goes from hand to hand: whoever is next is woken alone, however many wait.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._running: dict[str, int] = {}
        self._waiting: dict[str, deque[threading.Event]] = {}  # in the order in which they came
        self._lock = threading.Lock()

    def acquire(
        self, func: dict[str, Any], config: dict[str, Any]
    ) -> tuple[str | None, str | None]:
        key = lambda_svc._inflight_key(config)
        if not self._turn(key, timeout=config.get("Timeout", 3)):
            return None, "account"
        slot, reason = _ACQUIRE_SLOT(func, config)
        if slot is None:
            self._pass_on(key)
        return slot, reason

    def release(self, slot: str | None) -> None:
        """Give a slot back."""
        _RELEASE_SLOT(slot)
        if slot is not None:
            self._pass_on(slot)

    def _turn(self, key: str, *, timeout: float) -> bool:
        with self._lock:
            if self._running.get(key, 0) < self._limit:
                self._running[key] = self._running.get(key, 0) + 1
                return True
            mine = threading.Event()
            line = self._waiting.setdefault(key, deque())
            line.append(mine)
        if mine.wait(timeout):
            return True
        with self._lock:
            if mine.is_set():  # in the moment between
                return True
            line.remove(mine)
            return False

    def _pass_on(self, key: str) -> None:
        with self._lock:
            if line := self._waiting.get(key):
                line.popleft().set()  # the number of those running stays as it is
            else:
                self._running[key] -= 1


def apply() -> None:
    """Replace the stock environment of `provided.*` functions, and the throttle around it."""
    stock_class = lambda_runtime._worker_class_for

    def worker_class(config: dict[str, Any]) -> type:
        stock: type = stock_class(config)
        return Environment if stock is lambda_runtime.ProvidedWorker else stock

    slots = _Slots(int(os.environ["LAMBDA_CONCURRENCY"]))
    lambda_runtime._worker_class_for = worker_class
    lambda_svc._provided_worker_env = _variables
    lambda_svc._acquire_execution_slot = slots.acquire
    lambda_svc._release_execution_slot = slots.release
    lambda_svc._emit_lambda_logs = lambda *_args, **_kwargs: None  # Environment.invoke writes them
