"""Reads a table with polars, partitions included; every row's values as text, as JSON."""

import json
import sys

import polars as pl

asked = json.load(sys.stdin)
frame = pl.read_parquet(
    f"s3://{asked['bucket']}/{asked['table']}/",
    storage_options=asked["polars"],
    hive_partitioning=True,
)
assert frame.schema["minute"] == pl.Datetime("us", "UTC"), frame.schema
assert frame.schema["notional"] == pl.Decimal(38, 18), frame.schema
frame = frame.with_columns(pl.col("minute").cast(pl.Int64))
sys.stdout.write(json.dumps(frame.select(asked["columns"]).rows(), default=str))
