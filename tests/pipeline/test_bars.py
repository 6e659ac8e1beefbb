"""Bars merge across files to the last digit."""

import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from pipeline import bars
from pipeline.bars import Bar
from pipeline.errors import UsageError

MINUTE = 1_381_156_200_000_000_000  # 2013-10-07T14:30:00Z


def bar(**changes: object) -> Bar:
    base = Bar(
        minute=MINUTE,
        symbol="IBM",
        open=Decimal("181.5"),
        high=Decimal("182"),
        low=Decimal("181"),
        close=Decimal("181.9"),
        volume=Decimal("300"),
        notional=Decimal("54510"),
        trades=3,
        open_time=MINUTE + 10,
        close_time=MINUTE + 50,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def test_files_that_interleave_within_a_minute_take_open_and_close_by_time() -> None:
    later_file = bar(
        open=Decimal("180"), open_time=MINUTE + 5, close=Decimal("183"), close_time=MINUTE + 40
    )
    (merged,) = bars.merge([[bar()], [later_file]])
    assert (merged.open, merged.open_time) == (Decimal("180"), MINUTE + 5)
    assert (merged.close, merged.close_time) == (Decimal("181.9"), MINUTE + 50)
    assert (merged.volume, merged.notional) == (Decimal(600), Decimal(109020))
    assert merged.trades == 6


def test_trades_of_the_same_instant_are_ordered_by_their_files() -> None:
    (merged,) = bars.merge([[bar()], [bar(open=Decimal("1"), close=Decimal("2"))]])
    assert (merged.open, merged.close) == (Decimal("181.5"), Decimal("2"))


def test_extremes_come_from_either_file() -> None:
    (merged,) = bars.merge([[bar(high=Decimal("190"))], [bar(low=Decimal("150"))]])
    assert (merged.high, merged.low) == (Decimal("190"), Decimal("150"))


def test_bars_are_ordered_by_minute_then_symbol() -> None:
    files = [[bar(symbol="B")], [bar(minute=MINUTE - 60_000_000_000), bar(symbol="A")]]
    assert [b.symbol for b in bars.merge(files)] == ["IBM", "A", "B"]


@pytest.mark.parametrize(
    ("notional", "volume", "vwap"),
    [
        ("1", "3", "0.333333333333333333"),
        ("2", "3", "0.666666666666666667"),
        ("0.000000000000000001", "2", "0E-18"),
        ("0.000000000000000003", "2", "2E-18"),
        ("-0.000000000000000001", "2", "0E-18"),
        ("-0.000000000000000003", "2", "-2E-18"),
    ],
)
def test_vwap_rounds_half_to_even_once(notional: str, volume: str, vwap: str) -> None:
    assert bar(notional=Decimal(notional), volume=Decimal(volume)).vwap == Decimal(vwap)


def test_sums_keep_digits_that_binary_floats_would_lose() -> None:
    large, small = Decimal("12345678901234567890.5"), Decimal("0.000000001")
    (merged,) = bars.merge([[bar(volume=large)], [bar(volume=small)]])
    assert merged.volume == Decimal("12345678901234567890.500000001")


def test_parquet_reads_back_as_it_was_written(tmp_path: Path) -> None:
    notionals = [Decimal(text) for text in ("1.5E-18", "-1.5E-18", "6E-19", "1E-36", "5E-19")]
    written = [bar(), *(bar(symbol="AIG", notional=notional) for notional in notionals)]
    bars.write(written, tmp_path / "bars.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "bars.parquet")
    assert list(bars.read(pyarrow.parquet.ParquetFile(tmp_path / "bars.parquet"))) == written
    assert table.schema.field("minute").type == pa.timestamp("us", tz="UTC")
    assert table.schema.field("notional").type == pa.decimal128(38, 18)
    assert table["vwap"].to_pylist()[0] == Decimal("181.7")


def test_csv_is_plain_decimals_and_rfc_3339(tmp_path: Path) -> None:
    bars.write([bar()], tmp_path / "bars.csv")
    header, row = io.StringIO((tmp_path / "bars.csv").read_text()).read().splitlines()
    assert header.startswith("minute,symbol,open,")
    assert row == (
        "2013-10-07T14:30:00Z,IBM,181.5,182,181,181.9,181.7,300,54510,3,"
        "2013-10-07T14:30:00.00000001Z,2013-10-07T14:30:00.00000005Z"
    )


def test_another_ending_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"bars\.xlsx.*\.parquet or \.csv"):
        bars.write([bar()], tmp_path / "bars.xlsx")
