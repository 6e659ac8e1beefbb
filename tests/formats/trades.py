"""Made-up rows in the forms that vendors hand out, and what each file must come out as."""

from dataclasses import dataclass, field
from pathlib import Path

SAMPLES = Path(__file__).parent / "samples"
FORMS = Path(__file__).parent / "forms"

Trade = tuple[str, str, str, str]
"""Time in UTC, symbol, price, size."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Sample:
    """A file, the format that reads it, and what it holds.

    `format` is one that is shipped, or a partner's own in `forms/` where `shipped` is false.
    """

    file: str
    format: str
    trades: tuple[Trade, ...]
    left_out: dict[str, int] = field(default_factory=dict)
    shipped: bool = True

    @property
    def path(self) -> Path:
        """Where it lies."""
        return SAMPLES / self.file

    @property
    def named(self) -> str:
        """The format as `pipeline inspect` takes it."""
        return self.format if self.shipped else str(FORMS / f"{self.format}.yaml")


def on(day: str, *rows: str) -> tuple[Trade, ...]:
    """Trades of a day, each as `TIME SYMBOL PRICE SIZE`; `_` in a symbol is a blank."""
    trades = []
    for row in rows:
        time, symbol, price, size = row.rsplit(maxsplit=3)
        trades.append((f"{day}T{time}Z", symbol.replace("_", " "), price, size))
    return tuple(trades)


DAY = "2026-01-05"
_DATABENTO = ("15:00:00.227854084 {} 0.2599 8", "15:00:00.946599332 {} 0.2522 100")
_BINANCE = ("15:00:00.000123 BTCUSDT 92000.01 0.00011", "15:00:00.450999 BTCUSDT 92000.02 0.05")

ALL: tuple[Sample, ...] = (
    Sample(
        file="massive-trades_v1.csv.gz",
        format="massive-trades",
        trades=on(DAY, "15:00:00.831008119 A 157.35 10", "15:00:01.199522227 A 157.34 0.0015"),
        left_out={"cancelled or corrected": 1},
    ),
    Sample(
        file="databento-raw.csv",
        format="databento-trades",
        trades=on(DAY, *(row.format("6675") for row in _DATABENTO)),
    ),
    *(
        Sample(
            file=file,
            format="databento-trades",
            trades=on(DAY, *(row.format("ES.c.0") for row in _DATABENTO)),
        )
        for file in ("databento-pretty.csv", "databento-pretty.csv.zst")
    ),
    *(
        Sample(file=file, format="binance-trades", trades=on(DAY, *_BINANCE))
        for file in ("BTCUSDT-trades-2026-01-05.zip", "BTCUSDT-trades-spot.csv")
    ),
    Sample(
        file="BTCUSDT-trades-um.csv",
        format="binance-trades",
        trades=on(DAY, "15:00:00.012 BTCUSDT 92010.1 0.002", "15:00:00.019 BTCUSDT 92010.2 0.011"),
    ),
    Sample(
        file="BTCUSDT-aggTrades-um.csv",
        format="binance-aggtrades",
        trades=on(
            DAY,
            "15:00:00.012 BTCUSDT 92010.1 0.002",
            "16:00:00.083 BTCUSDT 92009.1 0.785",
            "15:00:00.129 BTCUSDT 92010.2 0.343",
        ),
    ),
    Sample(
        file="XBTUSD.csv",
        format="kraken-trades",
        trades=on(
            DAY,
            "15:00:00 XBTUSD 91999.9 0.0021",
            "15:00:00 XBTUSD 92000 0.12",
            "15:00:01 XBTUSD 92000 0.00000001",
        ),
    ),
    Sample(file="tardis-empty-day.csv.gz", format="tardis-trades", trades=()),
    Sample(
        file="binance_tardis.csv",
        format="tardis-trades",
        trades=on(
            DAY, "15:00:00.000123 btcusdt 92000.01 0.00001", "14:59:59.999999 btcusdt 92000 0.5"
        ),
    ),
    Sample(
        file="AAPL_tick.csv",
        format="firstrate-ticks",
        trades=on(DAY, "09:00:00.004 AAPL 243.1 100", "09:00:00.021 AAPL 243.12 5"),
    ),
    Sample(
        file="bitmex-20260105.csv.gz",
        format="bitmex-trades",
        trades=on(
            DAY,
            "00:00:25.948313 ADAZ18 0.00000954 166774",
            "00:00:25.948313 XBTUSD 92000.5 11",
        ),
    ),
    Sample(
        file="alpaca.csv",
        format="alpaca-trades",
        trades=on(DAY, "15:00:00.003465 AAPL 243.1 100", "15:00:00.103465123 AAPL 243.12 5"),
    ),
    Sample(
        file="IDDI-1234+SC-BINANCE_SPOT_ETH_USDT+S-ETHUSDT.csv",
        format="coinapi-trades",
        trades=(
            (f"{DAY}T15:00:00.1234567Z", "BINANCE_SPOT_ETH_USDT", "3000.5", "0.1"),
            (f"{DAY}T15:00:01Z", "BINANCE_SPOT_ETH_USDT", "3001", "0.05"),
        ),
    ),
    Sample(
        file="SC-BINANCE_SPOT_BTC_USDT.csv",
        format="coinapi-trades",
        trades=(
            (f"{DAY}T15:00:00.123456Z", "BINANCE_SPOT_BTC_USDT", "92000", "0.5"),
            (f"{DAY}T15:00:01.5Z", "BINANCE_SPOT_BTC_USDT", "92001.25", "0.00012"),
        ),
    ),
    Sample(
        file="EQY_US_ALL_TRADE_20260105.csv",
        format="nyse-taq-trades",
        trades=on(DAY, "14:30:00.010123456 BRK_B 480.25 100", "21:00:00.000000001 IBM 182.5 7"),
        left_out={"cancelled or corrected": 1},
    ),
    Sample(
        file="lseg.csv",
        format="lseg-tick-history",
        trades=on(DAY, "15:00:01.5 VOD.L 71.42 1500"),
        left_out={"no trade": 1, "without price": 1},
    ),
    Sample(
        file="BTCUSDT2020-03-25.csv",
        format="bybit-trades",
        trades=on(
            "2020-03-25",
            "23:58:20.0647 BTCUSDT 6698.5 0.042",
            "23:58:19.9 BTCUSDT 6698 0.001",
        ),
    ),
    Sample(
        file="BNBUSDC_2026-01-05.csv.gz",
        format="bybit-spot-trades",
        trades=on(DAY, "15:00:01.665 BNBUSDC 617.2 0.3", "15:00:02.219 BNBUSDC 617.9 0.1456"),
    ),
    Sample(
        file="IBM.txt",
        format="kibot-ticks",
        trades=on(DAY, "14:30:00 IBM 182.4 100", "14:30:01 IBM 182.42 7"),
    ),
    Sample(
        file="bitstampUSD.csv.gz",
        format="bitstamp-usd",
        trades=(
            (f"{DAY}T15:00:00Z", "BTC_USD", "92000", "0.01"),
            (f"{DAY}T15:00:01Z", "BTC_USD", "92001", "1.5"),
        ),
        shipped=False,
    ),
    Sample(
        file="iex-tops-trades.csv",
        format="iex-tops-trades",
        trades=on(DAY, "15:00:40.490473 SPEM 41.25 100", "15:00:41 SPEM 41.26 100"),
        shipped=False,
    ),
    Sample(
        file="ib-historical-ticks.csv",
        format="ib-ticks",
        trades=on(DAY, "15:00:00 AAPL 243.1 100"),
        left_out={"unreported": 1},
        shipped=False,
    ),
    Sample(
        file="xetra-like-semicolon.csv",
        format="xetra",
        trades=on(DAY, "15:00:00.123 DE0007164600 1234.5 1000"),
        shipped=False,
    ),
)
