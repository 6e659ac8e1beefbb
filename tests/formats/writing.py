"""Files of any format with known trades: written by Python's csv, decimal and zoneinfo.

What the functions read from such a file has to be what was written: two programs that share nothing
but the format and its documentation.
"""

import csv
import io
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

UNITS = {"seconds": 10**9, "milliseconds": 10**6, "microseconds": 10**3, "nanoseconds": 1}
DAY = date(2026, 1, 5)
SYMBOLS = ("AAPL", "BRK B", "BTCUSDT", "O:SPY251219C00650000", "A", "BApA")
_CODES = re.compile(r"%(\.f|[1-9]f|-[mdHI]|.)")


@dataclass(kw_only=True)
class Written:
    """A file, its name, and the trades in it: (nanoseconds since 1970, symbol, price, size)."""

    name: str
    text: str
    trades: list[tuple[int, str, Decimal, Decimal]]
    left_out: dict[str, int] = field(default_factory=dict)


def write(
    body: Mapping[str, Any], seed: int, rows: int = 40, *, trades_alone: bool = False
) -> Written:
    """A file of random trades in a format's form, with rows to leave out unless it is said."""
    if trades_alone:
        body = settled(body)
    source = random.Random(seed)  # noqa: S311 - reproducible, no secret
    symbols: tuple[str, ...] = SYMBOLS if _pattern(body) is None else ("AAPL", "BTCUSDT", "A")
    if "column" not in body["symbol"]:
        symbols = ("BTCUSDT",)
    trades = []
    step = _resolution(body["timestamp"])
    for _ in range(rows):
        moment = datetime(2026, 1, 5, 9, tzinfo=UTC) + timedelta(seconds=source.randrange(36_000))
        instant = int(moment.timestamp()) * 10**9 + source.randrange(10**9) // step * step
        digits = _digits(source)
        price = Decimal(source.randrange(1, 10**digits)).scaleb(-digits + source.randrange(4))
        size = Decimal(source.randrange(1, 5000))
        trades.append((instant, _symbol(body, symbols, source), price, size))
    match body["order"]:
        case "time":
            trades.sort(key=lambda trade: trade[0])
        case "time-within-symbol":
            trades.sort(key=lambda trade: (trade[1], trade[0]))
        case _ if trades_alone:  # as most such files are: hardly out of order
            trades.sort(key=lambda trade: trade[0] // 10**9)
    columns = [c if isinstance(c, str) else c["name"] for c in body["columns"]]
    written = Written(name=_name(body, symbols[0]), text="", trades=[])
    table = []
    others = ["", "x", "12"]
    if not trades_alone and body.get("quote") != "none":
        others.append("12,37")
    for trade in trades:
        row = _row(body, columns, trade, source, others)
        rule = source.choice([*body.get("leave-out", []) * (not trades_alone), None])
        if rule is not None and rule["column"] in columns:
            value = source.choice(rule["is"]) if "is" in rule else "no such value"
            row[rule["column"]] = value
        reason = _left_out(body, row)
        if reason is None:
            written.trades.append(trade)
        else:
            written.left_out[reason] = written.left_out.get(reason, 0) + 1
        table.append([row[name] for name in columns])
    written.text = _text(body, columns, table)
    return written


def settled(body: Mapping[str, Any]) -> dict[str, Any]:
    """The format with one form of time, the first of several, as a vendor's file has one."""
    stamp = dict(body["timestamp"])
    forms = [key for key in stamp if key in ("epoch", "rfc3339", "layout", "since-midnight")]
    for other in forms[1:]:
        del stamp[other]
    if isinstance(stamp[forms[0]], list):
        stamp[forms[0]] = stamp[forms[0]][0]
    return {**body, "timestamp": stamp}


def _pattern(body: Mapping[str, Any]) -> str | None:
    pattern: str | None = body["symbol"].get("pattern")
    return pattern


def _digits(source: random.Random) -> int:
    return source.choice([2, 4, 5, 8])


def _left_out(body: Mapping[str, Any], row: Mapping[str, str]) -> str | None:
    for rule in body.get("leave-out", []):
        if rule["column"] in row and (
            row[rule["column"]] in rule["is"]
            if "is" in rule
            else row[rule["column"]] not in rule["is-not"]
        ):
            reason: str = rule["reason"]
            return reason
    return None


def _row(
    body: Mapping[str, Any],
    columns: list[str],
    trade: tuple[int, str, Decimal, Decimal],
    source: random.Random,
    others: Sequence[str],
) -> dict[str, str]:
    instant, symbol, price, size = trade
    row = {name: source.choice(others) for name in columns}
    for rule in body.get("leave-out", []):
        if rule["column"] in row:
            row[rule["column"]] = rule["is-not"][0] if "is-not" in rule else "no such value"
    if "conditions" in body and body["conditions"]["column"] in row:
        row[body["conditions"]["column"]] = ""
    stamp = body["timestamp"]
    row |= zip(
        stamp.get("columns", [stamp.get("column")]), _time(stamp, instant, source), strict=True
    )
    if "column" in stamp.get("date", {}):
        row[stamp["date"]["column"]] = _layout(stamp["date"]["layout"], _local(stamp, instant), 0)
    names = body["symbol"].get("column", [])
    for name in [names] if isinstance(names, str) else names:
        row[name] = symbol
    row |= _parts(body, symbol)
    row[body["price"]["column"]] = _number(body["price"], price)
    row[body["size"]["column"]] = _number(body["size"], size)
    return row


def _symbol(body: Mapping[str, Any], symbols: tuple[str, ...], source: random.Random) -> str:
    """A symbol as the format joins it: every other time without the parts that may be empty."""
    if "parts" not in body["symbol"]:
        return str(body["symbol"].get("constant") or source.choice(symbols))
    bare = source.random() < 0.5
    return "".join(_part(part, number, bare) for number, part in enumerate(body["symbol"]["parts"]))


def _part(part: Mapping[str, Any], number: int, bare: bool) -> str:
    if "column" in part:
        value = "BRK" if number == 0 else "" if bare else "B"
    else:
        value = part.get("constant", "BTCUSDT")
    return f"{part.get('prefix', '')}{value}{part.get('suffix', '')}" if value else ""


def _parts(body: Mapping[str, Any], symbol: str) -> dict[str, str]:
    """The columns of a symbol of several parts."""
    parts = body["symbol"].get("parts", [])
    bare = symbol == "".join(_part(part, number, True) for number, part in enumerate(parts))
    row = {}
    for number, part in enumerate(parts):
        names = part.get("column", [])
        for name in [names] if isinstance(names, str) else names:
            row[name] = "BRK" if number == 0 else "" if bare else "B"
    return row


def _resolution(stamp: Mapping[str, Any]) -> int:
    layouts = stamp.get("layout", [])
    steps = [1]
    for layout in [layouts] if isinstance(layouts, str) else layouts:
        found = re.search(r"%(\.|[1-9])?f", layout)
        if "%S" not in layout:
            steps.append(60 * 10**9)
        elif found is None:
            steps.append(10**9)
        elif (found.group(1) or ".") != ".":
            steps.append(10 ** (9 - int(found.group(1))))
    units = stamp.get("epoch", [])
    for unit in [units] if isinstance(units, str) else units:
        steps.append(UNITS[unit])
    return max(steps)


def _local(stamp: Mapping[str, Any], instant: int) -> datetime:
    moment = datetime.fromtimestamp(instant // 10**9, UTC)
    return moment.astimezone(ZoneInfo(stamp["zone"])) if "zone" in stamp else moment


def _time(stamp: Mapping[str, Any], instant: int, source: random.Random) -> list[str]:
    """The values of the timestamp's columns."""
    forms = [key for key in ("epoch", "rfc3339", "layout", "since-midnight") if key in stamp]
    match source.choice(forms):
        case "epoch":
            units = stamp["epoch"]
            unit = units if isinstance(units, str) else source.choice(units)
            return [str(instant // UNITS[unit])]
        case "rfc3339":
            fraction = f"{instant % 10**9:09}".rstrip("0")
            moment = _local({}, instant).strftime("%Y-%m-%dT%H:%M:%S")
            return [moment + (f".{fraction}" if fraction else "") + "Z"]
        case "layout":
            layouts = stamp["layout"]
            layout = layouts if isinstance(layouts, str) else source.choice(layouts)
            text = _layout(layout, _local(stamp, instant), instant % 10**9)
            return (
                text.split(" ", maxsplit=len(stamp["columns"]) - 1)
                if "columns" in stamp
                else [text]
            )
        case _:
            local = _local(stamp, instant)
            seconds = (local.hour * 60 + local.minute) * 60 + local.second
            value = Decimal(seconds * 10**9 + instant % 10**9) / UNITS[stamp["since-midnight"]]
            return [f"{value:f}"]


def _layout(layout: str, local: datetime, nanoseconds: int) -> str:
    def code(match: re.Match[str]) -> str:
        found = match.group(1)
        fraction = f"{nanoseconds:09}"
        if found == ".f":
            return "." + fraction if nanoseconds else ""
        if found == "f":
            return fraction
        if found[0].isdigit():
            return fraction[: int(found[0])]
        if found == "z":
            return local.strftime("%z")
        if found == "Z":
            return str(local.tzinfo)
        if found[0] == "-":
            return local.strftime("%" + found[1]).lstrip("0") or "0"
        return local.strftime("%" + found)

    return _CODES.sub(code, layout)


def _number(number: Mapping[str, Any], value: Decimal) -> str:
    scale = number.get("scale")
    if scale and number.get("scaled", "all") == "all":
        value = value / (1 / Decimal(scale.partition("/")[2]) if "/" in scale else Decimal(scale))
    text = f"{value:f}"
    if scale and number.get("scaled") == "integers" and "." not in text:
        text += ".0"
    point = number.get("decimal", ".")
    integer, _, fraction = text.partition(".")
    if "thousands" in number:
        integer = f"{int(integer):,}".replace(",", number["thousands"])
    return integer + (point + fraction if fraction else "")


def _name(body: Mapping[str, Any], symbol: str) -> str:
    """A name that the format's pattern takes: its groups filled in, the rest as it stands."""
    if "file-name" not in body:
        return "x.csv"
    pattern: str = body["file-name"]["pattern"]
    day = body["timestamp"].get("date", {})
    values = {}
    if "file-name" in day:
        moment = datetime(DAY.year, DAY.month, DAY.day, tzinfo=UTC)
        values[day["file-name"]] = _layout(day["layout"], moment, 0)
    name = pattern
    while "(?P<" in name:
        begin = name.index("(?P<")
        depth, end = 0, begin
        for end in range(begin, len(name)):
            depth += {"(": 1, ")": -1}.get(name[end], 0)
            if depth == 0:
                break
        group = name[begin + 4 : name.index(">", begin)]
        name = name[:begin] + values.get(group, symbol) + name[end + 1 :]
    for regex, plain in (
        (r"\[(.)[^]]*\]", r"\1"),
        (r"\.\*", ""),
        (r"\\(.)", r"\1"),
        (r"\(\?:([^|)]*)[^)]*\)\??", r"\1"),
    ):
        name = re.sub(regex, plain, name)
    return name


def _text(body: Mapping[str, Any], columns: list[str], table: list[list[str]]) -> str:
    out = io.StringIO()
    quote = body.get("quote", '"')
    writer = csv.writer(
        out,
        delimiter=body.get("delimiter", ",")[0],
        quotechar='"' if quote == "none" else quote,
        quoting=csv.QUOTE_NONE if quote == "none" else csv.QUOTE_MINIMAL,
        lineterminator="\r" if body.get("line-ends") == "cr" else "\n",
    )
    if body.get("header", "required") != "none":
        writer.writerow(columns)
    writer.writerows(table)
    if "trailer" in body:
        out.write(body["trailer"]["begins"] + "\n")
    return out.getvalue()
