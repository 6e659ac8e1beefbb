"""What became of each mutant, kept line by line: a run that was stopped goes on where it was."""

import hashlib
import json
from pathlib import Path

from tools.mutation.code.mutants import ROOT

_TRIED = ("policies", "tests/policies", "tools/mutation/code")


class Verdicts:
    """Whether each mutant survived, in a file that holds for one state of the code and its tests.

    Args:
        path: the file; begun anew when code or tests have changed since.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, bool] = {}
        state, *lines = path.read_text().splitlines() if path.exists() else [""]
        if state == _state():
            self._known = dict(json.loads(line) for line in lines)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{_state()}\n")

    def get(self, name: str) -> bool | None:
        """Whether it survived; None if it was not tried."""
        return self._known.get(name)

    def keep(self, name: str, *, survived: bool) -> None:
        """Remember it."""
        self._known[name] = survived
        with self._path.open("a") as file:
            file.write(json.dumps([name, survived]) + "\n")


def _state() -> str:
    digest = hashlib.sha256()
    for folder in _TRIED:
        for file in sorted((ROOT / folder).rglob("*")):
            if file.suffix in (".py", ".json"):
                digest.update(f"{file.relative_to(ROOT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()
