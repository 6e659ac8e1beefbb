"""A project of its own for a benchmark: the repository's files, another place for all state."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipeline.target import Target

REPOSITORY = Path(__file__).resolve().parents[1]
_SHARED = (
    *("Pulumi.yaml", "PulumiPolicy.yaml", "__main__.py", "waivers.yaml"),
    *("stack", "policies", "build", ".venv", ".cache"),
)


@contextmanager
def throwaway(port: int) -> Iterator[Target]:
    """The local stack of a temporary project, whose emulator listens on a port of its own."""
    os.environ["PIPELINE_PORT"] = str(port)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name in _SHARED:
            if (REPOSITORY / name).exists():
                (Path(folder) / name).symlink_to(REPOSITORY / name)
        yield Target(project=Path(folder), stack="local")


@dataclass(frozen=True, kw_only=True)
class Timing:
    """The best of several runs, in seconds: by the clock, and of processor time with children."""

    clock: float
    cpu: float


def best_of(rounds: int, command: list[str], target: Target) -> Timing:
    """Run a command several times in a project; it must succeed."""
    timings = []
    for _ in range(rounds):
        began, before = time.monotonic(), os.times()
        subprocess.run(
            command, cwd=target.project, env=target.environment(), capture_output=True, check=True
        )
        after = os.times()
        cpu = after.children_user + after.children_system
        cpu -= before.children_user + before.children_system
        timings.append(Timing(clock=time.monotonic() - began, cpu=cpu))
    return min(timings, key=lambda timing: timing.cpu)
