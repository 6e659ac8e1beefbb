"""One-minute bars by Polars on one thread, in decimals; nine digits of the notional."""

import os
from pathlib import Path

from peers import main

os.environ["POLARS_MAX_THREADS"] = "1"  # read when Polars is imported

import polars

_VALUE, _PRODUCT = polars.Decimal(18, 9), polars.Decimal(38, 9)
_COLUMNS: dict[str, polars.DataType] = {
    "timestamp": polars.String(),
    "symbol": polars.String(),
    "price": _VALUE,
    "size": _VALUE,
    "exchange": polars.String(),
    "conditions": polars.String(),
}


def bars(file: Path) -> int:
    """How many bars Polars makes of a file."""
    price, size = polars.col("price"), polars.col("size")
    when = polars.col("timestamp").str.to_datetime("%Y-%m-%dT%H:%M:%S%.fZ", time_unit="ns")
    made = (
        polars.scan_csv(file, schema=_COLUMNS)
        .group_by(when.dt.truncate("1m").alias("minute"), "symbol", maintain_order=True)
        .agg(
            price.first().alias("open"),
            price.max().alias("high"),
            price.min().alias("low"),
            price.last().alias("close"),
            size.sum().alias("volume"),
            (price.cast(_PRODUCT) * size.cast(_PRODUCT)).sum().alias("notional"),
            polars.len().alias("trades"),
        )
        .sort("minute", "symbol")
    )
    return made.collect().height


if __name__ == "__main__":
    main("Polars", polars.__version__, bars)
