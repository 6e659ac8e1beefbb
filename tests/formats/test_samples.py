"""Each vendor's form comes out as its documentation says."""

from pathlib import Path

import pytest

import formats
from pipeline import inspection
from tests.formats import reference
from tests.formats.others import OTHERS
from tests.formats.trades import ALL, Sample


@pytest.mark.parametrize("sample", [*ALL, *OTHERS], ids=lambda sample: str(sample.file))
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
    assert reference.render(text) == text, "run `make regenerate`"


@pytest.mark.parametrize("code", ["{}", "@", "I", "@ I", "4", "M", "9", "T", "4T"])
def test_taq_and_alpaca_count_a_condition_alike(code: str, tmp_path: Path) -> None:
    codes = [letter for letter in code if letter not in " {}"]
    taq = tmp_path / "EQY_US_ALL_TRADE_20260105.csv"
    taq.write_text(
        "Time|Symbol|Sale Condition|Trade Volume|Trade Price|Trade Correction Indicator\n"
        f"093000000000000|A|{''.join(codes):4}|1|1|00\nEND|20260105|1\n"
    )
    alpaca = tmp_path / "alpaca.csv"
    alpaca.write_text(
        f'symbol,timestamp,price,size,conditions\nA,2026-01-05 14:30:00+00:00,1.0,1.0,"{codes}"\n'
    )
    assert counts("nyse-taq-trades", taq) == counts("alpaca-trades", alpaca)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ("", ["open", "high", "low", "close", "volume"]),
        ("14,41", ["open", "high", "low", "close", "volume"]),
        ("10", ["high", "low", "volume"]),
        ("12", ["volume"]),
        ("12,37", ["volume"]),
        ("10,14", ["high", "low", "volume"]),
        ("16", []),
        ("38", ["open", "high", "low", "close"]),
    ],
)
def test_massive_counts_conditions_by_their_numbers(
    conditions: str, expected: list[str], tmp_path: Path
) -> None:
    file = tmp_path / "massive.csv"
    file.write_text(
        "ticker,conditions,correction,price,sip_timestamp,size\n"
        f'A,"{conditions}",0,157.35,1767625200831008119,10\n'
    )
    assert counts("massive-trades", file) == expected


def counts(name: str, file: Path) -> list[str]:
    """What the one trade of a file counts for."""
    (found,) = inspection.inspect([file], formats.find(name), rows=1, path=None, non_positive=False)
    assert found["faults"]["first"] == []
    (trade,) = found["trades"]
    return list(trade["counts"])
