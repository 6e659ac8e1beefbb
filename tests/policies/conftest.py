"""The compliant stack, recorded once."""

import os
from pathlib import Path

import pytest

from tests.policies.baseline import program
from tests.policies.kit import Declarations, reach, record
from tests.policies.kit.executables import archive, go_executable


@pytest.fixture(scope="session")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Declarations:
    """A stack that keeps every rule."""
    path: Path = archive(tmp_path_factory.mktemp("archives") / "function.zip", go_executable())
    return record(lambda: program(path))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """While a function of the pack is mutated, run the tests that have to notice, nearest first."""
    module, _, function = os.environ.get("MUTANT_UNDER_TEST", "").rpartition(".")
    if "__mutmut_" in function:
        items[:], others = reach.own_tests(module, items)
        config.hook.pytest_deselected(items=others)
