"""Bars and days of a symbol as Python has them: read from the data set, written as files."""

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from pipeline import dataset
from pipeline.errors import CommandError, UsageError

_VALUE, _INSTANT = "DECIMAL(38,18)", "TIMESTAMPTZ"
_COLUMNS = {
    "minute": _INSTANT,
    "symbol": "VARCHAR",
    **dict.fromkeys(("open", "high", "low", "close", "vwap", "volume", "notional"), _VALUE),
    "trades": "BIGINT",
    "open_time": _INSTANT,
    "close_time": _INSTANT,
    "open_time_ns": "BIGINT",
    "close_time_ns": "BIGINT",
    "notional_rest": "BIGINT",
    "uncounted": "BIGINT",
}
_TIMES = ("minute", "open_time", "close_time")
_IN_CSV = list(_COLUMNS)[:-4]  # where a time and a notional are written exactly
_BATCH = 1024  # rows
_UNIT = Decimal("1e-18")
_WIDE = Context(prec=100, rounding=ROUND_HALF_EVEN)
_EXACT = Context(prec=100, traps=[Inexact])  # sums of 38-digit values fit far within it


@dataclass(frozen=True, kw_only=True)
class Bar:
    """What one symbol traded in one minute, or on one day.

    Attributes:
        minute: Its beginning, in nanoseconds since 1970 (UTC), as all times here; 0 of a day.
        open_time: When the trade that opened it took place.
        close_time: When the trade that closed it took place.
        uncounted: Which of its prices no trade counts for by its conditions: open (1), high (2),
            low (4) and close (8), added up; they are then those of the trades that do not count.
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


def read(files: Sequence[Path], *, timed: bool) -> Iterator[Bar]:
    """The rows of files of one table of the data set, merged and in order.

    Args:
        files: Parquet, as docs/architecture.md fixes it; at least one.
        timed: Whether they are bars, one per minute and symbol, and not days, one per symbol.

    Raises:
        CommandError: A sum has more than 38 digits.
    """
    keys = "minute, symbol" if timed else "symbol"
    listed = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
    names = [field.name for field in fields(Bar)]
    try:
        with dataset.connect() as connection:
            connection.execute(f"create view parts as from read_parquet([{listed}])")
            connection.execute(dataset.merged("duckdb", "whole", "parts", keys))
            rows = connection.execute(
                f"""
                select {"epoch_ns(minute)" if timed else "0"}, symbol, open, high, low, close,
                    volume, notional, trades, open_time_ns, close_time_ns, uncounted, notional_rest
                from whole order by {keys}
                """  # noqa: S608  # what is filled in is this function's own
            )
            while batch := rows.fetchmany(_BATCH):
                for *values, rest in batch:
                    bar = Bar(**dict(zip(names, values, strict=True)))
                    exact = _EXACT.add(bar.notional, _EXACT.scaleb(Decimal(rest), -36))
                    yield replace(bar, notional=exact)
    except duckdb.OutOfRangeException as error:
        raise CommandError(f"A sum does not fit 38 digits: {error}.") from error


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
            _write_csv(bars, path, _IN_CSV, lambda bar, name: text(name, getattr(bar, name)))
            return
        with TemporaryDirectory() as folder, dataset.connect() as connection:
            rows = Path(folder, "bars.csv")
            _write_csv(bars, rows, list(_COLUMNS), _column)
            connection.read_csv(
                str(rows), header=True, columns=_COLUMNS, auto_detect=False
            ).write_parquet(str(path))
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror or error}.") from error
    except duckdb.ConversionException as error:
        raise CommandError(f"{path}: a sum does not fit 38 digits: {error}.") from error
    except duckdb.Error as error:
        raise CommandError(f"{path} cannot be written: {error}.") from error


def _write_csv(
    bars: Sequence[Bar], path: Path, names: Sequence[str], cell: Callable[[Bar, str], object]
) -> None:
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(names)
        for bar in bars:
            writer.writerow(cell(bar, name) for name in names)


def _column(bar: Bar, name: str) -> object:
    """A bar's value as the data set has it: a notional in two parts, a time in two columns."""
    rounded = _WIDE.quantize(bar.notional, _UNIT)
    if name == "notional":
        return f"{rounded:f}"
    if name == "notional_rest":
        return int(_EXACT.subtract(bar.notional, rounded).scaleb(36, _EXACT))
    value = getattr(bar, name.removesuffix("_ns"))
    return text(name, value // 1000 * 1000 if name in _TIMES else value)


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
