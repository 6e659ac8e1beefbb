"""Runs SQL with DuckDB and its S3 client; statements and queries as JSON in, rows as JSON out."""

import json
import sys
from pathlib import Path

import duckdb
import duckdb_extension_httpfs

(httpfs,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension")
asked = json.load(sys.stdin)
with duckdb.connect() as connection:
    connection.execute(f"load '{httpfs}'")
    for statement in asked["statements"]:
        connection.execute(statement)
    found = [connection.execute(query).fetchall() for query in asked["queries"]]
sys.stdout.write(json.dumps(found, default=str))
