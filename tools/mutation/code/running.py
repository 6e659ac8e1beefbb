"""Running the policies' tests, those alone that have to notice a mutant if one is named."""

import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

PASSED = (0, 5)
"""pytest's exit codes where no test failed: all passed, or there was none to run."""

_LONGEST = 40  # seconds of processor time for a test; with mutmut's switch one may take twenty
_PATIENCE = 1800  # seconds by the clock for all of them

TESTS = ("tests/policies",)
"""Where they are."""

_LEFT_OUT = (
    "--ignore=tests/policies/preview",  # real engines run the code as it is
    "--ignore=tests/policies/pack/test_traps.py",  # reads the source
    "--deselect=tests/policies/pack/test_catalogue.py::"  # runs all cases again, to count them
    "test_every_policy_is_shown_to_give_each_of_the_four_answers",
)
_OPTIONS = ("-x", "-q", "-s", *("-p", "no:cacheprovider"), *("-p", "no:warnings"))
_NO_GARBAGE = ("-p", "no:unraisableexception")  # collects it all, for longer than most tests take


class Limits:
    """Ends this process where a mutant loops or waits for ever, so that it is noticed too.

    What is limited is processor time, so that no other work of the machine makes the difference.

    Args:
        longest: seconds of it for each test.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest

    def pytest_sessionstart(self) -> None:
        """Limit all tests."""
        signal.alarm(_PATIENCE)
        signal.setitimer(signal.ITIMER_PROF, 10 * self._longest)  # for what is imported

    def pytest_runtest_setup(self) -> None:
        """Limit each."""
        signal.setitimer(signal.ITIMER_PROF, self._longest)


def quietly(mutant: str, tests: Sequence[str] = TESTS, longest: float = _LONGEST) -> int:
    """Run them from the project's folder, and print nothing.

    Args:
        mutant: its full name, or nothing.
        tests: files or folders.
        longest: seconds of processor time that a test of a mutant may take.

    Returns:
        pytest's exit code.
    """
    os.environ["MUTANT_UNDER_TEST"] = mutant
    with ExitStack() as silence:
        null = silence.enter_context(Path(os.devnull).open("w"))
        silence.enter_context(redirect_stdout(null))
        silence.enter_context(redirect_stderr(null))
        limits = [Limits(longest)] if mutant else []
        return int(pytest.main([*_OPTIONS, *_NO_GARBAGE, *tests, *_LEFT_OUT], limits))
