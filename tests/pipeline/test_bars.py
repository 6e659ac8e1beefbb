"""Bars merge across files to the last digit."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import bars, dataset
from pipeline.bars import Bar
from pipeline.errors import CommandError, UsageError

MINUTE = 1_381_156_200_000_000_000  # 2013-10-07T14:30:00Z
OPEN, HIGH, LOW, CLOSE = 1, 2, 4, 8


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


class Files:
    """Files of bars, numbered as they come, each as the processor would write it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def merged(self, *files: list[Bar], timed: bool = True) -> list[Bar]:
        """What the files come to together, whatever order their names are given in."""
        paths: list[Path] = []
        for number, rows in enumerate(files, 1):
            unnumbered, numbered = self._folder / "x.parquet", self._folder / f"{number}.parquet"
            bars.write(rows, unnumbered)
            with dataset.connect() as connection:
                written = connection.read_parquet(str(unnumbered))
                written.project(f"*, {number}::bigint as number").write_parquet(str(numbered))
            paths.insert(0, numbered)
        return list(bars.read(paths, timed=timed))


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def test_files_that_interleave_within_a_minute_take_open_and_close_by_time(files: Files) -> None:
    later_file = bar(
        open=Decimal("180"), open_time=MINUTE + 5, close=Decimal("183"), close_time=MINUTE + 40
    )
    (merged,) = files.merged([bar()], [later_file])
    assert (merged.open, merged.open_time) == (Decimal("180"), MINUTE + 5)
    assert (merged.close, merged.close_time) == (Decimal("181.9"), MINUTE + 50)
    assert (merged.volume, merged.notional) == (Decimal(600), Decimal(109020))
    assert merged.trades == 6


def test_trades_of_the_same_instant_are_ordered_by_their_files(files: Files) -> None:
    (merged,) = files.merged([bar()], [bar(open=Decimal("1"), close=Decimal("2"))])
    assert (merged.open, merged.close) == (Decimal("181.5"), Decimal("2"))


def test_extremes_come_from_either_file(files: Files) -> None:
    (merged,) = files.merged([bar(high=Decimal("190"))], [bar(low=Decimal("150"))])
    assert (merged.high, merged.low) == (Decimal("190"), Decimal("150"))


def test_a_price_that_no_trade_counts_for_gives_way_to_one_that_counts(files: Files) -> None:
    out_of_hours = bar(
        open=Decimal("100"),
        high=Decimal("900"),
        low=Decimal("1"),
        close=Decimal("101"),
        open_time=MINUTE + 1,
        close_time=MINUTE + 59,
        uncounted=OPEN + HIGH + LOW + CLOSE,
    )
    (merged,) = files.merged([out_of_hours], [bar()], [out_of_hours])
    assert (merged.open, merged.high, merged.low, merged.close) == (
        *(Decimal("181.5"), Decimal("182")),
        *(Decimal("181"), Decimal("181.9")),
    )
    assert (merged.open_time, merged.close_time) == (MINUTE + 10, MINUTE + 50)
    assert (merged.volume, merged.uncounted) == (Decimal(900), 0)


def test_prices_that_no_file_counts_for_are_merged_among_themselves(files: Files) -> None:
    one, other = bar(uncounted=OPEN + LOW), bar(low=Decimal("150"), uncounted=OPEN + LOW + CLOSE)
    (merged,) = files.merged([one], [other])
    assert (merged.low, merged.close) == (Decimal("150"), Decimal("181.9"))
    assert merged.uncounted == OPEN + LOW


def test_bars_are_ordered_by_minute_then_symbol(files: Files) -> None:
    earlier = [bar(minute=MINUTE - 60_000_000_000, symbol=symbol) for symbol in "BA"]
    merged = files.merged([bar(symbol="B")], [*earlier, bar(symbol="A")])
    assert [(b.minute - MINUTE, b.symbol) for b in merged] == [
        *((-60_000_000_000, symbol) for symbol in "AB"),
        *((0, symbol) for symbol in "AB"),
    ]


def test_days_are_merged_per_symbol(files: Files) -> None:
    (merged,) = files.merged([bar()], [bar(minute=MINUTE + 60_000_000_000)], timed=False)
    assert (merged.minute, merged.trades) == (0, 6)


@pytest.mark.parametrize(
    ("notional", "volume", "vwap"),
    [
        ("1", "3", "0.333333333333333333"),
        ("2", "3", "0.666666666666666667"),
        ("0.000000000000000001", "2", "0E-18"),
        ("0.000000000000000003", "2", "2E-18"),
        ("-0.000000000000000001", "2", "0E-18"),
        ("-0.000000000000000003", "2", "-2E-18"),
        ("1", "0", "0"),
    ],
)
def test_vwap_rounds_half_to_even_once(notional: str, volume: str, vwap: str) -> None:
    assert bar(notional=Decimal(notional), volume=Decimal(volume)).vwap == Decimal(vwap)


def test_sums_keep_digits_that_binary_floats_would_lose(files: Files) -> None:
    large, small = Decimal("12345678901234567890.5"), Decimal("0.000000001")
    (merged,) = files.merged([bar(volume=large)], [bar(volume=small)])
    assert merged.volume == Decimal("12345678901234567890.500000001")


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    "parts", [("4E-19", "4E-19", "3E-19"), ("5E-19", "5E-19"), ("1E-36", "-2E-36"), ("6E-19",) * 40]
)
def test_what_notionals_were_rounded_by_is_carried(
    files: Files, parts: tuple[str, ...], sign: int
) -> None:
    notionals = [sign * Decimal(part) for part in parts]
    (merged,) = files.merged(*([bar(notional=notional)] for notional in notionals))
    assert merged.notional == sum(notionals)


def test_a_sum_of_more_digits_than_a_decimal_has_is_an_error(files: Files) -> None:
    large = bar(volume=Decimal("99999999999999999999"))
    with pytest.raises(CommandError, match="does not fit 38 digits"):
        files.merged([large], [large])


def test_parquet_reads_back_as_it_was_written(files: Files, tmp_path: Path) -> None:
    notionals = [Decimal(text) for text in ("1.5E-18", "-1.5E-18", "6E-19", "1E-36", "5E-19")]
    first, *others = (bar(notional=notional) for notional in notionals)
    written = [first, *(replace(b, symbol=f"S{n}", uncounted=n) for n, b in enumerate(others))]
    assert files.merged(written) == written
    bars.write([bar()], tmp_path / "bars.parquet")
    with dataset.connect() as connection:
        table = connection.read_parquet(str(tmp_path / "bars.parquet"))
        types = dict(zip(table.columns, map(str, table.types), strict=True))
        assert types["minute"] == "TIMESTAMP WITH TIME ZONE"
        assert types["notional"] == "DECIMAL(38,18)"
        assert table.project("vwap").fetchall() == [(Decimal("181.7"),)]


def test_csv_is_plain_decimals_and_rfc_3339(tmp_path: Path) -> None:
    bars.write([bar()], tmp_path / "bars.csv")
    header, row = (tmp_path / "bars.csv").read_text().splitlines()
    assert header.startswith("minute,symbol,open,")
    assert row == (
        "2013-10-07T14:30:00Z,IBM,181.5,182,181,181.9,181.7,300,54510,3,"
        "2013-10-07T14:30:00.00000001Z,2013-10-07T14:30:00.00000005Z"
    )


def test_another_ending_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"bars\.xlsx.*\.parquet or \.csv"):
        bars.write([bar()], tmp_path / "bars.xlsx")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere/bars\.parquet cannot be written"):
        bars.write([bar()], tmp_path / "nowhere" / "bars.parquet")
