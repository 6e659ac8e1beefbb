"""Trying a mutant: do the tests of the policies that its code is in notice it?

A mutant is tried in a fork of a process that has everything imported: the changed function's code
is put in the place of its own, and the tests run at their full speed. What runs at import, such as
the making of a policy, has run by then; a mutant of such a function that no test notices is tried
once more in an interpreter of its own, which imports the module with the mutant in it.
"""

import gc
import os
import subprocess
import sys
from pathlib import Path

from tests.policies.kit.kept import BASELINE
from tools.mutation.code.mutants import ROOT, Mutant
from tools.mutation.code.running import PASSED, quietly


def prepare(folder: Path) -> None:
    """Record the compliant stack and import all tests, for `forked` to start from.

    Args:
        folder: where the stack is kept for as long as mutants are tried.

    Raises:
        RuntimeError: The tests fail without any mutant.
    """
    recorded = folder / "baseline.pickle"
    command = [sys.executable, "-m", "tests.policies.kit.kept", str(recorded)]
    subprocess.run(command, cwd=ROOT, check=True)
    os.environ[BASELINE] = str(recorded)
    os.chdir(ROOT)
    if quietly("") not in PASSED:
        raise RuntimeError("the policies' tests fail without any mutant: repair them first")
    gc.freeze()  # what is there is there for good: no fork need look at it, and copy it, again


def forked(mutant: Mutant) -> int:
    """Start to try a mutant.

    Returns:
        The id of the process that does; its exit status tells `noticed` the rest.
    """
    child = os.fork()
    if child:
        return child
    target = mutant.target()
    if target is not None:
        target.__code__ = mutant.code
    code = quietly(mutant.name)
    os._exit(code)


def noticed(status: int) -> bool:
    """Whether the process of this wait status failed its tests, or did not end."""
    return os.waitstatus_to_exitcode(status) not in PASSED


def run_at_import() -> frozenset[str]:
    """The full names of the functions that run while the pack is imported."""
    command = [sys.executable, "-m", "tools.mutation.code.alone"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return frozenset(run.stdout.split())


def alone(mutant: Mutant, *tests: str) -> int:
    """Start an interpreter that imports the mutant and runs the tests, or those named.

    Returns:
        Its process id; its exit status tells `noticed` the rest.
    """
    command = [sys.executable, "-m", "tools.mutation.code.alone", mutant.module, mutant.key, *tests]
    return os.posix_spawn(sys.executable, command, os.environ)
