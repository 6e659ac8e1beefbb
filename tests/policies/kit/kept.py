"""The compliant stack, recorded once and kept in a file for many processes.

python -m tests.policies.kit.kept FILE
"""

import os
import pickle
import sys
from pathlib import Path

from tests.policies.baseline import program
from tests.policies.kit.declarations import Declarations
from tests.policies.kit.executables import archive, go_executable
from tests.policies.kit.recording import record

BASELINE = "POLICY_BASELINE"
"""Names the file that the stack was kept in; without it, every process records its own."""


def compliant_stack(folder: Path) -> Declarations:
    """A stack that keeps every rule.

    Args:
        folder: where a new recording puts the functions' archive.
    """
    if kept := os.environ.get(BASELINE):
        found: Declarations = pickle.loads(Path(kept).read_bytes())  # noqa: S301 (this module's own)
        return found
    path = archive(folder / "function.zip", go_executable())
    return record(lambda: program(path))


if __name__ == "__main__":
    file = Path(sys.argv[1])
    file.write_bytes(pickle.dumps(compliant_stack(file.parent)))
