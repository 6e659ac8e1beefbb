"""Runs one Pulumi program in the interpreter of its own environment.

The language host starts this file by its path, because that environment need not hold this
project: only the Pulumi SDK. The engine's ``RunRequest`` comes on standard input, the engine's
address as the only argument. Exit status: 0 done, 1 the program failed and has said why.
"""

import asyncio
import logging
import runpy
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2


def run(request: Any, engine_address: str) -> bool:
    """Runs the program that a request describes against the engine that sent it.

    Args:
        request: the engine's ``RunRequest``.
        engine_address: the engine's own gRPC address, for its log.

    Returns:
        Whether the program ran to its end.
    """
    reset_options(
        project=request.project,
        stack=request.stack,
        organization=request.organization or "organization",
        monitor_address=request.monitor_address,
        engine_address=engine_address,
        parallel=request.parallel,
        preview=request.dryRun,
    )
    set_all_config(dict(request.config), list(request.configSecretKeys))
    program = Path(request.info.program_directory, request.info.entry_point).resolve()
    sys.argv = [str(program), *request.args]
    sys.path[0] = str(program if program.is_dir() else program.parent)
    sys.path.insert(1, request.info.root_directory)
    return _run_in_stack(lambda: runpy.run_path(str(program), run_name="__main__"))


def _run_in_stack(program: Callable[[], Any]) -> bool:
    # After a failure outputs stay unresolved by nature; asyncio would report each of them.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        asyncio.run(run_in_stack(program))
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
    except Exception:  # noqa: BLE001 (a program may raise anything, and the user must see it)
        pulumi.log.error("Program failed with an unhandled exception:\n" + _program_traceback())
    else:
        return True
    return False


def _program_traceback() -> str:
    """The current exception's traceback without the frames above the program's own."""
    kind, error, frames = sys.exc_info()
    inner = frames
    while inner and inner.tb_frame.f_code.co_filename != "<frozen runpy>":
        inner = inner.tb_next
    while inner and inner.tb_frame.f_code.co_filename == "<frozen runpy>":
        inner = inner.tb_next
    return "".join(traceback.format_exception(kind, error, inner or frames))


if __name__ == "__main__":
    _request = language_pb2.RunRequest.FromString(sys.stdin.buffer.read())
    _succeeded = run(_request, sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    sys.exit(0 if _succeeded else 1)
