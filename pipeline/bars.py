"""One-minute bars: read, merged across files without losing a digit, written."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Context, Decimal, Inexact
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet

from pipeline.errors import CommandError, UsageError

_VALUE = pa.decimal128(38, 18)
_INSTANT = pa.timestamp("ns", tz="UTC")
_SCHEMA = pa.schema(
    [
        ("minute", _INSTANT),
        ("symbol", pa.string()),
        *((name, _VALUE) for name in ("open", "high", "low", "close", "vwap", "volume")),
        ("notional", _VALUE),
        ("trades", pa.int64()),
        ("open_time", _INSTANT),
        ("close_time", _INSTANT),
    ]
)
_EXACT = Context(prec=100, traps=[Inexact])  # sums of 38-digit values fit far within it


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What one symbol traded in one minute.

    Attributes:
        minute: Its beginning, in nanoseconds since 1970 (UTC), as all times here.
        open_time: When the trade that opened it took place.
        close_time: When the trade that closed it took place.
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

    @property
    def vwap(self) -> Decimal:
        """Notional by volume, rounded once, half to even, at 18 digits."""
        notional = int(self.notional.scaleb(36, _EXACT))
        volume = int(self.volume.scaleb(18, _EXACT))
        quotient, rest = divmod(notional, volume)
        if 2 * rest > volume or (2 * rest == volume and quotient % 2):
            quotient += 1
        return Decimal(quotient).scaleb(-18, _EXACT)


def read(table: pa.Table) -> list[Bar]:
    """The bars in a Parquet table of the form that docs/architecture.md fixes."""
    instants = {
        name: table[name].cast(pa.int64()).to_pylist()
        for name in ("minute", "open_time", "close_time")
    }
    others = [name for name in _SCHEMA.names if name not in instants and name != "vwap"]
    columns = instants | {name: table[name].to_pylist() for name in others}
    return [
        Bar(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)
    ]


def merge(bars: Iterable[Bar]) -> list[Bar]:
    """One bar per minute and symbol, ordered by both.

    Args:
        bars: In the order of their files, which decides between trades of the same instant.
    """
    merged: dict[tuple[int, str], Bar] = {}
    for bar in bars:
        key = (bar.minute, bar.symbol)
        merged[key] = _combine(merged[key], bar) if key in merged else bar
    return [merged[key] for key in sorted(merged)]


def _combine(one: Bar, other: Bar) -> Bar:
    first = other if other.open_time < one.open_time else one
    last = one if one.close_time > other.close_time else other
    return replace(
        one,
        open=first.open,
        open_time=first.open_time,
        high=max(one.high, other.high),
        low=min(one.low, other.low),
        close=last.close,
        close_time=last.close_time,
        volume=_EXACT.add(one.volume, other.volume),
        notional=_EXACT.add(one.notional, other.notional),
        trades=one.trades + other.trades,
    )


def check_name(path: Path) -> None:
    """A UsageError unless bars can be written to a file of this name."""
    if path.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{path}: bars are written as .parquet or .csv; name the file so.")


def write(bars: list[Bar], path: Path) -> None:
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
        columns = {name: [getattr(bar, name) for bar in bars] for name in _SCHEMA.names}
        pyarrow.parquet.write_table(pa.table(columns, schema=_SCHEMA), path)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
    except pa.ArrowInvalid as error:
        raise CommandError(f"{path}: a sum does not fit 38 digits: {error}.") from error


def _write_csv(bars: list[Bar], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(_SCHEMA.names)
        for bar in bars:
            writer.writerow(_text(name, getattr(bar, name)) for name in _SCHEMA.names)


def _text(name: str, value: object) -> str:
    if isinstance(value, Decimal):
        plain = f"{value:f}"
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, int) and name in ("minute", "open_time", "close_time"):
        seconds, nanoseconds = divmod(value, 1_000_000_000)
        moment = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        fraction = f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""
        return f"{moment}{fraction}Z"
    return str(value)
