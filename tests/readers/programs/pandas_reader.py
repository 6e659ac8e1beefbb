"""Reads objects with pandas and PyArrow's S3 client; every row's values as text, as JSON."""

import json
import sys

import pandas as pd
from pyarrow import fs

asked = json.load(sys.stdin)
store = fs.S3FileSystem(**asked["pyarrow"])
found = []
for key in asked["keys"]:
    frame = pd.read_parquet(f"{asked['bucket']}/{key}", filesystem=store)
    assert str(frame["minute"].dtype) == "datetime64[us, UTC]", frame.dtypes
    frame["minute"] = frame["minute"].astype("int64")
    found += frame[asked["columns"]].astype(object).values.tolist()
sys.stdout.write(json.dumps(found, default=str))
