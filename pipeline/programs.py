"""Programs made from the functions' own code, which setup builds for this machine."""

from pathlib import Path

from pipeline.errors import CommandError
from pipeline.target import REPOSITORY

_BUILT = Path("build/host")


def built(name: str) -> Path:
    """A program that runs on this machine.

    Args:
        name: "inspect" or "operator".

    Raises:
        CommandError: It has not been built; the message says how to get it.
    """
    program = REPOSITORY / _BUILT / name
    if program.is_file():
        return program
    if (REPOSITORY / "handlers").is_dir():
        raise CommandError(f"{program} does not exist. Run `make setup`, which builds it.")
    raise CommandError(
        f"The program `{name}` is made from Go code that an installed package does not hold. "
        "Clone the repository, run `make setup` in it, and run its .venv/bin/pipeline."
    )
