"""A data set of many files that share minutes, and what it comes to, worked out row by row.

Nothing of the views is used for that: each group's rows are folded as docs/architecture.md says,
in Python's own decimals.
"""

import random
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import reduce
from itertools import groupby
from pathlib import Path

from pipeline import bars, dataset
from pipeline.bars import Bar

MINUTE = 1_767_623_400_000_000_000  # 2026-01-05T14:30:00Z
_OPEN, _HIGH, _LOW, _CLOSE = 1, 2, 4, 8


@dataclass(frozen=True, kw_only=True)
class Part:
    """The bars of one file of a feed."""

    number: int
    bars: tuple[Bar, ...]


def parts(seed: int, files: int = 6) -> list[Part]:
    """Files whose bars collide in every way: in minute, in time, in what their trades count for."""
    chance = random.Random(seed)  # noqa: S311

    def bar(minute: int, symbol: str) -> Bar:
        prices = sorted(
            Decimal(chance.randint(-9, 9)).scaleb(-chance.randint(0, 18)) for _ in "abcd"
        )
        begin = MINUTE + minute * 60_000_000_000
        opened, closed = sorted(chance.choice((0, 1, 59_999_999_999)) for _ in "ab")
        return Bar(
            minute=begin,
            symbol=symbol,
            low=prices[0],
            open=prices[1],
            close=prices[2],
            high=prices[3],
            volume=Decimal(chance.randint(1, 10**15)).scaleb(-chance.randint(0, 18)),
            notional=Decimal(chance.randint(-(10**20), 10**20)).scaleb(-chance.randint(18, 36)),
            trades=chance.randint(1, 9),
            open_time=begin + opened,
            close_time=begin + closed,
            uncounted=chance.choice((0, 0, 1, 2, 4, 8, 15)),
        )

    return [
        Part(
            number=number,
            bars=tuple(
                bar(minute, symbol)
                for minute in range(4)
                for symbol in ("SYA", "SYB/C")
                if chance.random() < 0.7
            ),
        )
        for number in range(1, files + 1)
    ]


def write(found: list[Part], folder: Path) -> None:
    """Lay the parts out as a data set of one feed and day, in a folder that holds the tables."""
    day = folder / "bars/partner=acme/feed=us-equities/date=2026-01-05"
    day.mkdir(parents=True)
    with dataset.connect() as connection:
        for part in found:
            bars.write(part.bars, folder / "x.parquet")
            rows = connection.read_parquet(str(folder / "x.parquet"))
            rows.project(f"*, {part.number}::bigint as number").write_parquet(
                str(day / f"{part.number:018}.parquet")
            )
    (folder / "x.parquet").unlink()


def merged(found: list[Part]) -> list[Bar]:
    """One bar per minute and symbol, ordered by both."""
    rows = sorted((bar.minute, bar.symbol, part.number, bar) for part in found for bar in part.bars)
    return [
        reduce(_combine, (row[-1] for row in same))
        for _, same in groupby(rows, key=lambda row: row[:2])
    ]


def _combine(one: Bar, other: Bar) -> Bar:
    first = _preferred(one, other, _OPEN, better=other.open_time < one.open_time)
    last = _preferred(one, other, _CLOSE, better=other.close_time >= one.close_time)
    return replace(
        one,
        open=first.open,
        open_time=first.open_time,
        high=_preferred(one, other, _HIGH, better=other.high > one.high).high,
        low=_preferred(one, other, _LOW, better=other.low < one.low).low,
        close=last.close,
        close_time=last.close_time,
        volume=one.volume + other.volume,
        notional=one.notional + other.notional,
        trades=one.trades + other.trades,
        uncounted=one.uncounted & other.uncounted,
    )


def _preferred(one: Bar, other: Bar, price: int, *, better: bool) -> Bar:
    """Whose price it is: one that a trade counts for goes before one that none does."""
    if (one.uncounted ^ other.uncounted) & price:
        return one if other.uncounted & price else other
    return other if better else one
