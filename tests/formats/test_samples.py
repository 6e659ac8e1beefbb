"""Each vendor's form comes out as its documentation says."""

import pytest

import formats
from pipeline import inspection
from tests.formats import reference
from tests.formats.trades import ALL, Sample


@pytest.mark.parametrize("sample", ALL, ids=lambda sample: str(sample.file))
def test_a_file_comes_out_as_it_must(sample: Sample) -> None:
    chosen = formats.find(sample.named)
    (found,) = inspection.inspect([sample.path], chosen, rows=100, path=None, non_positive=False)
    assert found["faults"] == {"count": 0, "byReason": {}, "first": []}
    names = ("time", "symbol", "price", "size")
    assert [tuple(trade[name] for name in names) for trade in found["trades"]] == [*sample.trades]
    assert found["leftOut"] == sample.left_out


def test_every_format_that_is_shipped_reads_a_sample() -> None:
    assert {sample.format for sample in ALL if sample.shipped} == {*formats.names()} - {"canonical"}


@pytest.mark.parametrize("sample", [s for s in ALL if s.shipped], ids=lambda s: str(s.file))
def test_the_format_of_a_file_is_among_those_that_are_said_to_fit(sample: Sample) -> None:
    (found,) = inspection.inspect([sample.path], None, rows=1, path=None, non_positive=False)
    fits = [fit["format"] for fit in found.get("fits", ())]
    assert sample.format in fits or not sample.trades


@pytest.mark.parametrize("name", formats.names())
def test_a_shipped_format_says_where_its_form_is_documented(name: str) -> None:
    body = formats.find(name).body
    assert body["source"]
    assert body["notes"].strip()


def test_the_page_of_formats_is_what_the_formats_say() -> None:
    text = reference.DOCUMENT.read_text(encoding="utf-8")
    assert reference.render(text) == text, "run `python -m tests.formats.reference`"
