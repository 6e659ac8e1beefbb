"""The compliant stack, recorded once."""

import os

import pytest

from tests.policies.kit import Declarations, kept, reach


@pytest.fixture(scope="session")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Declarations:
    """A stack that keeps every rule."""
    return kept.compliant_stack(tmp_path_factory.mktemp("archives"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """While a function of the pack is mutated, run the tests that have to notice, nearest first."""
    module, _, function = os.environ.get("MUTANT_UNDER_TEST", "").rpartition(".")
    if "__mutmut_" in function:
        items[:], others = reach.own_tests(module, items)
        config.hook.pytest_deselected(items=others)
