"""One-minute bars of a file in any format, by DuckDB or Polars on one thread, in decimals.

    python bench/form_peers.py duckdb|polars FORMAT.json FILE [--rounds 5]

Prints MB per second of processor time, best of the rounds. The bars are the functions' own: rows
that are no trades are left out, and where rows are in no order of time, the earliest opens a bar,
the latest closes it. Times are taken without their zone, conditions are not looked at, and
nothing is written, checked or hashed, all of which makes it easier for the peers.
"""

import argparse
import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

UNITS = {"seconds": 10**9, "milliseconds": 10**6, "microseconds": 10**3, "nanoseconds": 1}
ISO = re.compile(r"%Y-%m-%d[ TD]%H:%M:%S(%\.f|\.%f|\.%[1-9]f)?(%z)?")


def names(body: dict[str, Any]) -> list[str]:
    """The columns, in order."""
    return [column if isinstance(column, str) else column["name"] for column in body["columns"]]


def duckdb_bars(body: dict[str, Any], file: Path) -> int:
    """How many bars DuckDB makes of a file."""
    import duckdb

    def quoted(name: str) -> str:
        return '"' + name.replace('"', '""') + '"'

    stamp = body["timestamp"]
    value = "||' '||".join(quoted(c) for c in stamp.get("columns", [stamp.get("column")]))
    if "epoch" in stamp:
        units = [stamp["epoch"]] if isinstance(stamp["epoch"], str) else stamp["epoch"]
        factor = f"CASE WHEN length({value}) <= 13 THEN 1000000 ELSE 1000 END"
        if len(units) == 1:
            factor = str(UNITS[units[0]])
        if units == ["seconds"]:
            nanoseconds = f"CAST(CAST({value} AS DECIMAL(20, 9)) * 1000000000 AS BIGINT)"
        else:
            nanoseconds = f"CAST({value} AS BIGINT) * {factor}"
    elif "layout" in stamp and not _iso(stamp):
        layout = _first(stamp["layout"])
        form = re.sub(r"%\.f", ".%f", layout).replace("%3f", "%g").replace("%-", "%")
        if "%Y" not in layout:
            value, form = f"'2026-01-05 '||left({value}, 12)", "%Y-%m-%d " + form
        nanoseconds = f"epoch_ns(CAST(strptime({value}, '{form}') AS TIMESTAMP_NS))"
    else:
        value = f"replace({value}, 'D', ' ')" if "%dD" in str(stamp) else value
        nanoseconds = f"epoch_ns(CAST({value} AS TIMESTAMP_NS))"

    def number(declared: dict[str, Any]) -> str:
        text = quoted(declared["column"])
        if "thousands" in declared:
            text = f"replace({text}, '{declared['thousands']}', '')"
        if declared.get("decimal") == ",":
            text = f"replace({text}, ',', '.')"
        return f"CAST({text} AS DECIMAL(18, 9))"

    column = body["symbol"].get("column")
    symbol = quoted(column if isinstance(column, str) else column[0]) if column else "'X'"
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in names(body))
    quote = body.get("quote", '"')
    opens, closes = "first(p)", "last(p)"
    if body["order"] == "none":
        opens, closes = "arg_min(p, m)", "arg_max(p, m)"
    kept = " and ".join(
        f"coalesce({quoted(column)}, '') {'not ' * negated}in ({', '.join(map(repr, values))})"
        for column, values, negated in _kept(body)
    )
    query = f"""
        select m // 60000000000 as minute, s, {opens}, max(p), min(p), {closes}, sum(q), sum(p * q), count(*)
        from (select {nanoseconds} as m, {symbol} as s, {number(body["price"])} as p, {number(body["size"])} as q
              from read_csv(?, header = {body.get("header", "required") != "none"}, auto_detect = false,
                  delim = '{body.get("delimiter", ",")[0]}', quote = '{"" if quote == "none" else quote}',
                  columns = {{{types}}}, null_padding = true)
              where {kept or "true"})
        group by all order by all
    """  # noqa: E501, S608 - all of it is the repository's own
    with duckdb.connect(config={"threads": 1}) as connection:
        return len(connection.execute(query, [str(file)]).fetchall())


def polars_bars(body: dict[str, Any], file: Path) -> int:
    """How many bars Polars makes of a file."""
    os.environ["POLARS_MAX_THREADS"] = "1"  # read when Polars is imported
    import polars

    stamp = body["timestamp"]
    columns = stamp.get("columns", [stamp.get("column")])
    value = polars.concat_str([polars.col(c) for c in columns], separator=" ")
    if "epoch" in stamp:
        units = [stamp["epoch"]] if isinstance(stamp["epoch"], str) else stamp["epoch"]
        if units == ["seconds"]:
            time = value.cast(polars.Float64)
            minute = time.cast(polars.Int64) // 60
        elif len(units) == 1:
            time = value.cast(polars.Int64)
            minute = time // (60 * 10**9 // UNITS[units[0]])
        else:
            long = value.str.len_bytes() > 13
            time = value.cast(polars.Int64)
            minute = time // polars.when(long).then(60_000_000).otherwise(60_000)
            time *= polars.when(long).then(1).otherwise(1000)
    else:
        form = "%Y-%m-%dT%H:%M:%S%.fZ"
        if "layout" in stamp:
            form = re.sub(r"\.%f|%\.f", "%.f", _first(stamp["layout"])).replace("%3f", "%3f")
            form = re.sub(r",%f", ",%3f", form)
        if "%Y" not in form:
            value, form = polars.lit("2026-01-05 ") + value.str.head(12), "%Y-%m-%d " + form
            form = re.sub(r"%S%f", "%S%6f", form)
        time = value.str.to_datetime(form, time_unit="ns")
        minute = time.dt.truncate("1m")

    def number(declared: dict[str, Any]) -> polars.Expr:
        text = polars.col(declared["column"])
        if "thousands" in declared:
            text = text.str.replace_all(declared["thousands"], "", literal=True)
        if declared.get("decimal") == ",":
            text = text.str.replace(",", ".", literal=True)
        return text.cast(polars.Decimal(18, 9))

    column = body["symbol"].get("column")
    symbol = (
        polars.col(column if isinstance(column, str) else column[0]) if column else polars.lit("X")
    )
    quote = body.get("quote", '"')
    price, size, wide = polars.col("p"), polars.col("q"), polars.Decimal(38, 9)
    opens = closes = price
    if body["order"] == "none":
        opens = closes = price.sort_by("t")  # quicker than arg_min and arg_max
    kept = [polars.lit(True)]
    for name, values, negated in _kept(body):
        fits = polars.col(name).fill_null("").is_in(values)
        kept.append(~fits if negated else fits)
    made = (
        polars.scan_csv(
            file,
            has_header=body.get("header", "required") != "none",
            separator=body.get("delimiter", ",")[0],
            quote_char=None if quote == "none" else quote,
            schema={name: polars.String() for name in names(body)},
            truncate_ragged_lines=True,
        )
        .filter(*kept)
        .select(
            minute.alias("m"),
            time.alias("t"),
            symbol.alias("s"),
            number(body["price"]).alias("p"),
            number(body["size"]).alias("q"),
        )
        .group_by("m", "s", maintain_order=True)
        .agg(
            opens.first().alias("open"),
            price.max().alias("high"),
            price.min().alias("low"),
            closes.last().alias("close"),
            size.sum().alias("volume"),
            (price.cast(wide) * size.cast(wide)).sum().alias("notional"),
            polars.len().alias("trades"),
        )
        .sort("m", "s")
    )
    return made.collect().height


def _kept(body: dict[str, Any]) -> list[tuple[str, list[str], bool]]:
    """The columns that decide whether a row is a trade, their values, and whether these forbid."""
    return [
        (rule["column"], rule.get("is", rule.get("is-not")), "is" in rule)
        for rule in body.get("leave-out", ())
    ]


def _first(layouts: str | list[str]) -> str:
    return layouts if isinstance(layouts, str) else layouts[0]


def _iso(stamp: dict[str, Any]) -> bool:
    return "columns" not in stamp and ISO.fullmatch(_first(stamp["layout"])) is not None


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("engine", choices=("duckdb", "polars"))
    parser.add_argument("format", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    body = json.loads(options.format.read_text())
    bars = {"duckdb": duckdb_bars, "polars": polars_bars}[options.engine]
    best, made = float("inf"), 0
    for _ in range(options.rounds):
        before = time.process_time()
        made = bars(body, options.file)
        best = min(best, time.process_time() - before)
    speed = options.file.stat().st_size / 1e6 / best
    sys.stdout.write(json.dumps({"megabytesPerCpuSecond": speed, "bars": made}) + "\n")


if __name__ == "__main__":
    main()
