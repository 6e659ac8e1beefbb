"""A project of its own for a benchmark: the repository's files, another place for all state."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.target import Target

REPOSITORY = Path(__file__).resolve().parents[2]
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
        yield Target(project=Path(folder), stack="local", local=True)
