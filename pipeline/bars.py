"""One-minute bars: read, merged across files without losing a digit, written."""

import csv
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from functools import reduce
from itertools import groupby, repeat
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from pipeline.errors import CommandError, UsageError

_VALUE = pa.decimal128(38, 18)
_INSTANT = pa.timestamp("us", tz="UTC")
_SCHEMA = pa.schema(
    [
        ("minute", _INSTANT),
        ("symbol", pa.string()),
        *((name, _VALUE) for name in ("open", "high", "low", "close", "vwap", "volume")),
        ("notional", _VALUE),
        ("trades", pa.int64()),
        ("open_time", _INSTANT),
        ("close_time", _INSTANT),
        ("open_time_ns", pa.int64()),
        ("close_time_ns", pa.int64()),
        ("notional_rest", pa.int64()),
        ("uncounted", pa.int64()),
    ]
)
OPEN, HIGH, LOW, CLOSE = 1, 2, 4, 8
_TIMES = ("minute", "open_time", "close_time")
_IN_CSV = _SCHEMA.names[:-4]  # where a time and a notional are written exactly
_READ = ("open", "high", "low", "close", "volume", "notional", "trades", "uncounted")
_UNIT = Decimal("1e-18")
_WIDE = Context(prec=100, rounding=ROUND_HALF_EVEN)
_BATCH = 1024  # rows
_EXACT = Context(prec=100, traps=[Inexact])  # sums of 38-digit values fit far within it


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What one symbol traded in one minute.

    Attributes:
        minute: Its beginning, in nanoseconds since 1970 (UTC), as all times here.
        open_time: When the trade that opened it took place.
        close_time: When the trade that closed it took place.
        uncounted: Which of its prices no trade counts for by its conditions, as OPEN, HIGH, LOW
            and CLOSE added up; they are then those of the trades that do not count.
    """

    minute: int
    symbol: str
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    notional: Decimal
    trades: int
    open_time: int
    close_time: int
    uncounted: int = 0

    @property
    def vwap(self) -> Decimal:
        """Notional by volume, rounded once, half to even, at 18 digits; 0 of no volume."""
        notional = int(self.notional.scaleb(36, _EXACT))
        volume = int(self.volume.scaleb(18, _EXACT))
        if not volume:
            return Decimal(0)
        quotient, rest = divmod(notional, volume)
        if 2 * rest > volume or (2 * rest == volume and quotient % 2):
            quotient += 1
        return Decimal(quotient).scaleb(-18, _EXACT)


def read(source: pyarrow.parquet.ParquetFile) -> Iterator[Bar]:
    """The rows of a file of either table of the data set, as docs/architecture.md fixes them.

    Of the table of days, which has no minute, the minute is 0. A few rows are in memory at a time.
    """
    timed = "minute" in source.schema_arrow.names
    others = ["symbol", "notional_rest", "open_time_ns", "close_time_ns", *_READ]
    for batch in source.iter_batches(_BATCH, columns=[*others, *(["minute"] if timed else [])]):
        minutes = batch["minute"].cast(pa.int64()).to_pylist() if timed else repeat(0)
        columns = (batch[name].to_pylist() for name in others)
        for minute, symbol, rest, opened, closed, *values in zip(minutes, *columns, strict=False):
            bar = Bar(
                minute=minute * 1000,
                symbol=symbol,
                open_time=opened,
                close_time=closed,
                **dict(zip(_READ, values, strict=True)),
            )
            yield replace(bar, notional=_EXACT.add(bar.notional, _EXACT.scaleb(rest, -36)))


def merge(files: Iterable[Iterable[Bar]]) -> Iterator[Bar]:
    """One bar per minute and symbol, ordered by both.

    Args:
        files: In the order of their numbers, which decides between trades of the same instant;
            the bars of each ordered by minute and symbol.
    """
    for _, same in groupby(heapq.merge(*files, key=_place), key=_place):
        yield reduce(_combine, same)


def _place(bar: Bar) -> tuple[int, str]:
    return bar.minute, bar.symbol


def _combine(one: Bar, other: Bar) -> Bar:
    first = _preferred(one, other, OPEN, better=other.open_time < one.open_time)
    last = _preferred(one, other, CLOSE, better=other.close_time >= one.close_time)
    return replace(
        one,
        open=first.open,
        open_time=first.open_time,
        high=_preferred(one, other, HIGH, better=other.high > one.high).high,
        low=_preferred(one, other, LOW, better=other.low < one.low).low,
        close=last.close,
        close_time=last.close_time,
        volume=_EXACT.add(one.volume, other.volume),
        notional=_EXACT.add(one.notional, other.notional),
        trades=one.trades + other.trades,
        uncounted=one.uncounted & other.uncounted,
    )


def _preferred(one: Bar, other: Bar, price: int, *, better: bool) -> Bar:
    """Whose price it is: one that a trade counts for goes before one that none does."""
    if (one.uncounted ^ other.uncounted) & price:
        return one if other.uncounted & price else other
    return other if better else one


def check_name(path: Path) -> None:
    """A UsageError unless bars can be written to a file of this name."""
    if path.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{path}: bars are written as .parquet or .csv; name the file so.")


def write(bars: Sequence[Bar], path: Path) -> None:
    """Write bars as Parquet or CSV, by the file name's ending.

    Raises:
        UsageError: The name ends in neither.
        CommandError: The file cannot be written, or a sum has more than 38 digits.
    """
    check_name(path)
    try:
        if path.suffix == ".csv":
            _write_csv(bars, path)
            return
        columns = {name: [_column(bar, name) for bar in bars] for name in _SCHEMA.names}
        pyarrow.parquet.write_table(pa.table(columns, schema=_SCHEMA), path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
    except pa.ArrowInvalid as error:
        raise CommandError(f"{path}: a sum does not fit 38 digits: {error}.") from error


def _column(bar: Bar, name: str) -> object:
    """A bar's value as the data set has it: a notional in two parts, a time in two columns."""
    rounded = _WIDE.quantize(bar.notional, _UNIT)
    if name == "notional":
        return rounded
    if name == "notional_rest":
        return int(_EXACT.subtract(bar.notional, rounded).scaleb(36, _EXACT))
    value = getattr(bar, name.removesuffix("_ns"))
    return value // 1000 if name in _TIMES else value


def _write_csv(bars: Sequence[Bar], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(_IN_CSV)
        for bar in bars:
            writer.writerow(text(name, getattr(bar, name)) for name in _IN_CSV)


def text(name: str, value: object) -> str:
    """A bar's value in plain notation, exact; a time, in nanoseconds since 1970, as RFC 3339."""
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, int) and name in _TIMES:
        seconds, nanoseconds = divmod(value, 1_000_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
        return f"{moment}{fraction}Z"
    return str(value)
