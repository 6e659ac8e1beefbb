"""Forms that are not shipped: their formats in `forms/` were written from docs/formats.md alone."""

from tests.formats.trades import DAY, Sample, on

OTHERS: tuple[Sample, ...] = (
    Sample(
        file="BTC-USDT-SWAP-trades-2022-01-05.csv",
        format="okx-trades",
        shipped=False,
        trades=on(DAY, "15:00:00.123 BTC-USDT-SWAP 92000.5 3", "15:00:01 BTC-USDT-SWAP 92000.4 1"),
    ),
    Sample(
        file="BTC_USDT-202601.csv.gz",
        format="gate-futures",
        shipped=False,
        trades=(
            (f"{DAY}T15:00:01.571538Z", "BTC_USDT", "92000.31", "2"),
            (f"{DAY}T15:00:00.742477Z", "BTC_USDT", "92000.31", "1"),
        ),
    ),
    Sample(
        file="20260105_ibm_Trade_Tick.zip",
        format="lean-ticks",
        shipped=False,
        trades=on(DAY, "15:00:00.123 ibm 182.4 100", "15:00:00.5 ibm 182.45 5"),
        left_out={"suspicious": 1},
    ),
    Sample(
        file="AMZN_2026-01-05_34200000_57600000_message_1.csv",
        format="lobster-messages",
        shipped=False,
        trades=on(DAY, "14:30:00.017459617 AMZN 223.82 1", "14:30:00.189607671 AMZN 223.81 21"),
        left_out={"no execution": 1},
    ),
    Sample(
        file="05-01-2026_NEGOCIOSAVISTA.txt",
        format="b3-trades",
        shipped=False,
        trades=on(DAY, "13:00:00.123 PETR4 30.52 100", "12:30:00.01 VALE3 1234.5 200"),
        left_out={"cancelled": 1},
    ),
    Sample(
        file="moex.csv",
        format="moex-trades",
        shipped=False,
        trades=on(DAY, "15:00:00 SBER 270.5 10", "15:00:01 SBER 270.51 3"),
    ),
    Sample(
        file="algoseek.csv",
        format="algoseek-taq",
        shipped=False,
        trades=on(DAY, "15:00:00.123456789 AAPL 243.1 100", "15:00:01 AAPL 243.12 5"),
        left_out={"quote": 1, "cancelled": 1},
    ),
    Sample(
        file="IBM_2026_01_05_X_O.asc",
        format="tickdata-equities",
        shipped=False,
        trades=on(DAY, "15:00:00.123 IBM 182.4 100", "15:00:00.2 IBM 182.45 5"),
        left_out={"cancelled or corrected": 1},
    ),
    Sample(
        file="stock_trades_20260105.csv",
        format="jquants-trades",
        shipped=False,
        trades=on(DAY, "00:00:00.532103 13010 4120 100", "00:00:00.000017 72030 3012.5 12300"),
    ),
    Sample(
        file="reuters.csv",
        format="reuters-2012",
        shipped=False,
        trades=on(DAY, "15:00:00.123456 IBM.N 182.4 100", "15:00:01 VOD.L 71.42 1500"),
        left_out={"no trade": 1},
    ),
    Sample(
        file="finam.txt",
        format="finam-ticks",
        shipped=False,
        trades=on(DAY, "15:00:00 SBER 270.5 10", "15:00:01 SBER 270.51 3"),
    ),
    Sample(
        file="deribit.csv",
        format="deribit-trades",
        shipped=False,
        trades=on(
            DAY,
            "15:00:00.123 BTC-27MAR26-100000-C 0.0525 12.5",
            "15:00:00.1 BTC-PERPETUAL 92010.5 10",
        ),
    ),
)
