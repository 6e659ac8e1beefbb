"""A deterministic generator of synthetic trades, shaped like a trading session.

Nothing here comes from a market: the symbols are invented, prices are random walks. What it
copies is the shape: activity that bursts at the open and gathers towards the close, spreads of a
few ticks, odd lots, an opening and a closing print, several venues.
"""

import csv
import gzip
import io
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

_HEADER = ("timestamp", "symbol", "price", "size", "exchange", "conditions")


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """What is traded: where its price starts, how fine it is, how much it moves in a day."""

    symbol: str
    start: Decimal
    tick: Decimal
    volatility: float
    weight: int


@dataclass(frozen=True, kw_only=True)
class Market:
    """One partner's feed and the session its trades follow (UTC).

    Attributes:
        sequenced: Whether the partner numbers its files in their keys.
        opening_burst: How many times busier the open is than the quiet middle of the session.
        lot: The usual size; trades below it are odd lots.
        venues: Codes of the exchanges that report the trades.
    """

    partner: str
    feed: str
    sequenced: bool
    compressed: bool
    opens: time
    closes: time
    opening_burst: float
    lot: Decimal
    venues: str
    instruments: tuple[Instrument, ...]


@dataclass(frozen=True, kw_only=True)
class SampleFile:
    """A written file and where a partner would send it."""

    path: Path
    partner: str
    feed: str
    sequence: int | None

    def document(self) -> dict[str, object]:
        """The answer of `pipeline sample --json` for this file."""
        return {
            "file": str(self.path),
            "partner": self.partner,
            "feed": self.feed,
            "sequence": self.sequence,
            "synthetic": True,
        }


@dataclass(frozen=True, kw_only=True)
class Trade:
    """One trade as it will stand in the file."""

    at: datetime
    symbol: str
    price: Decimal
    size: Decimal
    exchange: str
    conditions: str


def _instrument(symbol: str, start: str, tick: str, volatility: float, weight: int) -> Instrument:
    return Instrument(
        symbol=symbol,
        start=Decimal(start),
        tick=Decimal(tick),
        volatility=volatility,
        weight=weight,
    )


MARKETS = (
    Market(
        partner="acme",
        feed="us-equities",
        sequenced=True,
        compressed=False,
        opens=time(14, 30),
        closes=time(21, 0),
        opening_burst=9.0,
        lot=Decimal(100),
        venues="QNPZKD",
        instruments=(
            _instrument("SYNA", "182.40", "0.01", 0.014, 5),
            _instrument("SYNB", "48.93", "0.01", 0.021, 3),
            _instrument("SYNC.A", "611.05", "0.01", 0.011, 2),
            _instrument("SYND", "7.385", "0.0001", 0.045, 1),
        ),
    ),
    Market(
        partner="acme",
        feed="us-futures",
        sequenced=True,
        compressed=True,
        opens=time(13, 30),
        closes=time(20, 15),
        opening_burst=6.0,
        lot=Decimal(1),
        venues="X",
        instruments=(
            _instrument("SYX-H6", "5204.25", "0.25", 0.009, 4),
            _instrument("SYO-K6", "71.36", "0.01", 0.018, 2),
        ),
    ),
    Market(
        partner="globex",
        feed="fx-spot",
        sequenced=False,
        compressed=True,
        opens=time(7, 0),
        closes=time(17, 0),
        opening_burst=3.0,
        lot=Decimal("0.25"),
        venues="E",
        instruments=(
            _instrument("SYE/USD", "1.08472", "0.00001", 0.004, 3),
            _instrument("SYG/USD", "1.27115", "0.00001", 0.005, 2),
            _instrument("SYB/USD", "61204.5", "0.1", 0.032, 1),
        ),
    ),
)


def write(folder: Path, *, day: date, files: int, rows: int, seed: int) -> list[SampleFile]:
    """Write every market's day into a folder, several files a feed.

    Args:
        folder: Where to; `{partner}/{feed}/` is made inside.
        day: The trading day (UTC).
        files: Files per feed; the session is cut into as many equal stretches of time.
        rows: About how many trades a feed has in the day.
        seed: The same seed, day, files and rows give the same bytes.
    """
    written = []
    for market in MARKETS:
        into = folder / market.partner / market.feed
        into.mkdir(parents=True, exist_ok=True)
        trades = list(_session(market, day, rows, random.Random(f"{seed}/{day}/{market.feed}")))  # noqa: S311
        opens, closes = _hours(market, day)
        for index in range(files):
            first = opens + (closes - opens) * index / files
            last = opens + (closes - opens) * (index + 1) / files
            part = [trade for trade in trades if first <= trade.at < last]
            name = f"{day}_{market.feed}_{index + 1}_synthetic.csv"
            path = into / (f"{name}.gz" if market.compressed else name)
            path.write_bytes(_encode(part, compressed=market.compressed))
            written.append(
                SampleFile(
                    path=path,
                    partner=market.partner,
                    feed=market.feed,
                    sequence=index + 1 if market.sequenced else None,
                )
            )
    return written


def _hours(market: Market, day: date) -> tuple[datetime, datetime]:
    return (
        datetime.combine(day, market.opens, UTC),
        datetime.combine(day, market.closes, UTC),
    )


def _session(market: Market, day: date, rows: int, rng: random.Random) -> Iterator[Trade]:
    """A day's trades in time order."""
    opens, closes = _hours(market, day)
    length = (closes - opens) // timedelta(microseconds=1)
    moments = sorted(int(_moment(market, rng) * length) for _ in range(rows))
    chosen = rng.choices(
        market.instruments, weights=[i.weight for i in market.instruments], k=len(moments)
    )
    middle = {i.symbol: float(i.start / i.tick) for i in market.instruments}
    last = {i.symbol: n for n, i in enumerate(chosen)}
    started: set[str] = set()
    for n, (moment, instrument) in enumerate(zip(moments, chosen, strict=True)):
        symbol = instrument.symbol
        steps = rows * instrument.weight / sum(i.weight for i in market.instruments)
        scale = float(instrument.start / instrument.tick) * instrument.volatility
        middle[symbol] += _bell(rng) * scale * math.sqrt(1 / max(steps, 1))
        half_spread = (1 + 3 / (1 + 40 * moment / length)) * rng.choice((0.5, 0.5, 1.0))
        ticks = max(1, round(middle[symbol] + rng.choice((-half_spread, half_spread))))
        size, odd = _size(market, rng)
        conditions = "O" if symbol not in started else "6" if last[symbol] == n else "@"
        started.add(symbol)
        yield Trade(
            at=opens + timedelta(microseconds=moment),
            symbol=symbol,
            price=ticks * instrument.tick,
            size=size,
            exchange=rng.choice(market.venues),
            conditions=conditions + ("I" if odd else ""),
        )


def _moment(market: Market, rng: random.Random) -> float:
    """A moment of the session in [0, 1): likeliest at the open, then towards the close."""
    while True:
        x = rng.random()
        intensity = (
            1 + market.opening_burst / (1 + 60 * x) + market.opening_burst / 3 / (1 + 30 * (1 - x))
        )
        if rng.random() * (2 + market.opening_burst * 4 / 3) < intensity:
            return x


def _bell(rng: random.Random) -> float:
    """About normal, by sums alone: the same on every machine, which logarithms are not."""
    return sum(rng.random() for _ in range(12)) - 6


def _size(market: Market, rng: random.Random) -> tuple[Decimal, bool]:
    """A size and whether it is an odd lot; a few trades are blocks."""
    kind = rng.random()
    if kind < 0.38 and market.lot != 1:
        return market.lot * rng.randint(1, 99) / 100, True
    if kind < 0.995:
        return market.lot * rng.choice((1, 1, 1, 1, 2, 2, 3, 5)), False
    return market.lot * rng.randint(50, 400), False


def _encode(trades: list[Trade], *, compressed: bool) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for trade in trades:
        at = trade.at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        size = f"{trade.size.normalize():f}"
        writer.writerow(
            (at, trade.symbol, f"{trade.price:f}", size, trade.exchange, trade.conditions)
        )
    data = text.getvalue().encode()
    return gzip.compress(data, mtime=0) if compressed else data
