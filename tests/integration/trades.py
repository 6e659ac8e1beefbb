"""Trades to send, and what their day must come to: DuckDB's own sums, to the last digit."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path

import duckdb

HEADER = "timestamp,symbol,price,size,exchange,conditions\n"


def csv(*rows: str) -> bytes:
    """A partner's file of these rows."""
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode()


@dataclass(frozen=True, kw_only=True)
class Day:
    """What one symbol did on one day."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    vwap: Decimal
    trades: int


def days(files: list[Path]) -> dict[tuple[str, str], Day]:
    """The reference: per date and symbol, files taken in the order given."""
    query = """
        with trades as (
            select *, row_number() over () as row
            from read_csv($files, header = true, filename = true, auto_detect = false,
                quote = '"', columns = {
                'timestamp': 'VARCHAR', 'symbol': 'VARCHAR', 'price': 'DECIMAL(18, 9)',
                'size': 'DECIMAL(18, 9)', 'exchange': 'VARCHAR', 'conditions': 'VARCHAR'})
        ), ordered as (
            select *, list_position($files, filename) as file,
                timestamp::TIMESTAMP_NS as moment,
                timestamp[:10] as day -- a cast would round to microseconds first
            from trades
        )
        select day, symbol,
            arg_min(price, (moment, file, row)), max(price), min(price),
            arg_max(price, (moment, file, row)), sum(size),
            sum(price * size), count(*)
        from ordered group by all
    """
    rows = duckdb.execute(query, {"files": [str(file) for file in files]}).fetchall()
    return {(date, symbol): _day(*numbers) for date, symbol, *numbers in rows}


def _day(
    first: Decimal,
    high: Decimal,
    low: Decimal,
    last: Decimal,
    volume: Decimal,
    notional: Decimal,
    trades: int,
) -> Day:
    with localcontext(prec=80, rounding=ROUND_HALF_EVEN):
        vwap = (notional / volume).quantize(Decimal("1e-18"))
    return Day(open=first, high=high, low=low, close=last, volume=volume, vwap=vwap, trades=trades)
