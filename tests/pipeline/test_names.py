"""Names are judged before anything is sent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Exit, UsageError
from pipeline.names import Feed, file_within_feed


@pytest.mark.parametrize("text", ["acme/us-equities", "a/b", "x1/9-9", f"{'a' * 40}/{'b' * 40}"])
def test_a_feed_reads_back_as_it_was_written(text: str) -> None:
    assert str(Feed.parse(text)) == text


@pytest.mark.parametrize(
    "text", ["acme", "acme/", "/x", "a/b/c", "Acme/x", "acme/123", "a_b/c", f"{'a' * 41}/b", "é/x"]
)
def test_what_is_no_feed_is_refused_as_wrong_words(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        Feed.parse(text)
    assert refused.value.code is Exit.USAGE


def test_a_sequence_stands_in_front_of_the_name() -> None:
    assert file_within_feed("2013-10-07_IBM.csv", 7) == "7/2013-10-07_IBM.csv"
    assert file_within_feed("x.csv.gz", None) == "x.csv.gz"


@pytest.mark.parametrize(
    "name",
    ["", ".csv", ".csv.gz", "x.pdf", "x.CSV", ".gz", "a\x00.csv", "a\x85.csv", "\udcff.csv"],
)
def test_a_name_that_the_validator_would_refuse_is_refused_here(name: str) -> None:
    with pytest.raises(UsageError):
        file_within_feed(name, None)


def test_a_name_is_measured_in_bytes() -> None:
    assert file_within_feed("é" * 100 + ".csv", None)
    with pytest.raises(UsageError, match="201 bytes"):
        file_within_feed("é" * 100 + "x.csv", None)


@pytest.mark.parametrize("sequence", [0, -1, 10**18])
def test_a_sequence_out_of_range_is_refused(sequence: int) -> None:
    with pytest.raises(UsageError, match=str(sequence)):
        file_within_feed("x.csv", sequence)


@given(st.text(min_size=1, max_size=30), st.one_of(st.none(), st.integers(1, 10**18 - 1)))
def test_an_accepted_name_keeps_its_letters(stem: str, sequence: int | None) -> None:
    try:
        file = file_within_feed(f"{stem}.csv", sequence)
    except UsageError:
        return
    assert file.removeprefix(f"{sequence}/" if sequence else "") == f"{stem}.csv"
