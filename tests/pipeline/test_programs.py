"""Programs that setup builds: where they are, and what is said where they are not."""

from pathlib import Path

import pytest

from pipeline import programs
from pipeline.errors import CommandError


@pytest.mark.parametrize("name", ["inspect", "operator"])
def test_a_program_that_is_built_is_found(name: str) -> None:
    assert programs.built(name).is_file()


def test_a_program_that_is_not_built_yet_says_what_builds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "REPOSITORY", tmp_path)
    (tmp_path / "handlers").mkdir()
    with pytest.raises(CommandError, match=r"operator does not exist\. Run `make setup`"):
        programs.built("operator")


def test_outside_of_the_repository_the_way_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "REPOSITORY", tmp_path)
    with pytest.raises(CommandError, match=r"`inspect` is made from Go .* Clone the repository"):
        programs.built("inspect")
