"""Others' engines, each in a process of its own."""

import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from tests.integration.project import REPOSITORY

_PROGRAMS = Path(__file__).with_name("programs")


def answer(program: str, asked: dict[str, Any]) -> list[Any]:
    """What a program of `programs/` answers.

    Args:
        program: Its name, such as `spark`.
        asked: What it is given, as JSON.
    """
    finished = subprocess.run(
        [_python(), str(_PROGRAMS / f"{program}.py")],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    found: list[Any] = json.loads(finished.stdout)
    return found


@cache
def _python() -> str:
    """The Python that has the engines, which are installed where they are not there yet."""
    made = subprocess.run(
        [REPOSITORY / "local" / "readers.sh"], stdout=subprocess.PIPE, text=True, check=True
    )
    return made.stdout.strip()
