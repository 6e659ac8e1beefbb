"""The Pulumi CLI: the user's own where it is new enough, else the one that setup built."""

import functools
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

VERSION = "3.259.0"
"""The version that setup builds from ``local/toolchain/go.mod``."""

_OWN = Path(__file__).resolve().parents[1]
_OLDEST = (3, 249)  # the first whose engine speaks this project's plugin protocol in full


@functools.cache
def pulumi(project: Path) -> Path:
    """The CLI to run.

    Args:
        project: a folder whose ``.cache`` may hold the CLI that setup built; this one's may too.

    Raises:
        FileNotFoundError: there is none; the message says how to get one.
    """
    for folder in (project, _OWN):
        built = folder / ".cache" / f"pulumi-{VERSION}" / "pulumi"
        if built.exists():
            return built
    found = shutil.which("pulumi")
    if found and usable(found):
        return Path(found)
    raise FileNotFoundError(
        f"no Pulumi CLI of version {_text(_OLDEST)} or later: run "
        "`make setup` in this project's repository, or install Pulumi and put it on PATH"
    )


def usable(cli: str) -> bool:
    """Whether a CLI runs here and is new enough.

    Args:
        cli: its path.
    """
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        answer = subprocess.run(
            [cli, "version"], capture_output=True, text=True, timeout=30, env=environment
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    version = re.match(r"v?(\d+)\.(\d+)\.", answer.stdout)
    return (
        answer.returncode == 0
        and version is not None
        and (int(version[1]), int(version[2])) >= _OLDEST
    )


def _text(version: tuple[int, int]) -> str:
    return ".".join(str(part) for part in version)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{pulumi(Path(__file__).resolve().parents[1])}\n")
    except FileNotFoundError as error:
        sys.exit(str(error))
