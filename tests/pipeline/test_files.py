"""What is sent, where to, and in which order."""

from pathlib import Path

import pytest

from pipeline import files
from pipeline.errors import UsageError
from pipeline.names import Feed

FEED = Feed(partner="acme", name="us-equities")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.csv", "a.csv.gz", "notes.pdf", "c.csv"):
        (tmp_path / name).write_text("timestamp,symbol,price,size\n")
    return tmp_path


def test_a_folder_means_its_csv_files_in_the_order_of_their_names(folder: Path) -> None:
    assert [path.name for path in files.find([folder])] == ["a.csv.gz", "b.csv", "c.csv"]


def test_files_keep_the_order_they_are_named_in(folder: Path) -> None:
    assert files.find([folder / "c.csv", folder / "b.csv"]) == [folder / "c.csv", folder / "b.csv"]


def test_a_pattern_that_the_shell_left_alone_is_expanded(folder: Path) -> None:
    assert [path.name for path in files.find([folder / "*.csv"])] == ["b.csv", "c.csv"]


@pytest.mark.parametrize("missing", ["none.csv", "*.parquet"])
def test_a_missing_file_is_named(folder: Path, missing: str) -> None:
    with pytest.raises(UsageError, match=r"does not exist"):
        files.find([folder / "b.csv", folder / missing])


def test_a_folder_without_files_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"holds no data file"):
        files.find([tmp_path])


def test_numbers_count_on_from_the_first(folder: Path) -> None:
    planned = files.plan(files.find([folder]), FEED, sequence=7)
    assert [upload.key for upload in planned] == [
        "uploads/acme/us-equities/7/a.csv.gz",
        "uploads/acme/us-equities/8/b.csv",
        "uploads/acme/us-equities/9/c.csv",
    ]
    assert planned[0].status == "acme/us-equities/7/a.csv.gz"


def test_two_files_that_would_become_one_object_are_refused(folder: Path) -> None:
    twin = folder / "twin"
    twin.mkdir()
    (twin / "b.csv").write_text("timestamp,symbol,price,size\n")
    with pytest.raises(UsageError, match=r"would both become uploads/acme/us-equities/b\.csv"):
        files.plan([folder / "b.csv", twin / "b.csv"], FEED, sequence=None)
