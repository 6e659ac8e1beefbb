"""Trades to send, and what their day must come to: DuckDB's own sums, to the last digit."""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from pathlib import Path

from tests.engines import duckdb_rows

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
            arg_min(price, (moment, file, row)) as first, max(price) as high, min(price) as low,
            arg_max(price, (moment, file, row)) as last, sum(size) as volume,
            sum(price * size) as notional, count(*) as trades
        from ordered group by all
    """
    rows = duckdb_rows(query, {"files": [str(file) for file in files]})
    return {(row.pop("day"), row.pop("symbol")): _day(**row) for row in rows}


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
