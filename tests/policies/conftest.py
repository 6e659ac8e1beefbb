"""The compliant stack, recorded once."""

from pathlib import Path

import pytest

from tests.policies.baseline import program
from tests.policies.kit import Declarations, record
from tests.policies.kit.executables import archive, go_executable


@pytest.fixture(scope="session")
def baseline(tmp_path_factory: pytest.TempPathFactory) -> Declarations:
    """A stack that keeps every rule."""
    path: Path = archive(tmp_path_factory.mktemp("archives") / "function.zip", go_executable())
    return record(lambda: program(path))
