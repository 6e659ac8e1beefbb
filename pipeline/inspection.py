"""Trying files before they are sent: the functions' own reading of them, on this machine."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

import formats
from formats import Format, FormatError
from pipeline.console import answer, answer_table
from pipeline.errors import CommandError, UsageError
from pipeline.programs import built
from pipeline.status import fault as in_words

_FAULTS_SHOWN = 20
Document = dict[str, Any]


def find(named: str) -> Format:
    """A shipped format by its name, or one by its path; a UsageError where there is none."""
    try:
        return formats.find(named)
    except FormatError as error:
        raise UsageError(str(error)) from error


def inspect(
    files: Sequence[Path], chosen: Format | None, *, rows: int, path: str | None, non_positive: bool
) -> list[Document]:
    """What the functions would make of files.

    Args:
        files: The files.
        chosen: The format to read them by; without it, all that are shipped are tried.
        rows: How many trades of each to show.
        path: The key behind the feed under which a file would be sent, if the format reads it.
        non_positive: Whether prices may be zero and negative, as a feed may declare.

    Returns:
        A document per file, as docs/architecture.md has them.

    Raises:
        UsageError: A file cannot be opened, or the format is wrong.
        CommandError: The program that reads them is missing or failed.
    """
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file} does not exist, or is no file.")
    known = formats.shipped() if chosen is None else {chosen.name: chosen}
    request = {
        "files": [str(file) for file in files],
        "formats": {name: one.body for name, one in known.items()},
        "format": chosen.name if chosen else "",
        "rows": rows,
        "nonPositivePrices": non_positive,
        "path": path or "",
    }
    ended = subprocess.run(
        [built("inspect")], input=json.dumps(request), capture_output=True, text=True, check=False
    )
    if ended.returncode != 0:
        raise CommandError(f"build/host/inspect failed: {ended.stderr.strip()}")
    found: Document = json.loads(ended.stdout)
    if "error" in found:
        raise UsageError(f"The format cannot be used:\n{found['error']}")
    return list(found["files"])


def accepted(document: Document) -> bool:
    """Whether the pipeline would take the file: by the format given, or by one that is shipped."""
    if "found" in document:
        return bool(document.get("fits"))
    return "error" not in document and document["faults"]["count"] == 0


def show(document: Document) -> None:
    """Print what became of one file."""
    answer(f"\n{document['file']}")
    if "error" in document:
        answer(f"  cannot be read: {document['error']}")
    elif "found" in document:
        _show_fits(document)
    else:
        _show_reading(document)


def _show_reading(reading: Document) -> None:
    left_out = sum(reading["leftOut"].values())
    days = ", ".join(f"{day} ({count:,})" for day, count in sorted(reading["days"].items()))
    answer(
        f"  read as {reading['format']} ({reading['hash'][:12]}), {reading['container']}: "
        f"{reading['rows']:,} rows, {reading['symbols']:,} symbols, {left_out:,} left out"
    )
    for reason, count in sorted(reading["leftOut"].items()):
        answer(f"  left out, {reason}: {count:,}")
    answer(f"  UTC days (trades): {days or 'none'}")
    if reading["trades"]:
        _show_trades(reading)
    _show_faults(reading["faults"])


def _show_trades(reading: Document) -> None:
    zone = reading.get("zone") if reading.get("zone") != "UTC" else None
    zoned = (f"time ({zone})",) if zone else ()
    heads = (">row", "time (UTC)", *zoned, "symbol", ">price", ">size")
    answer_table(
        f"the first {len(reading['trades'])} trades",
        heads,
        [
            (
                str(trade["row"]),
                trade["time"],
                *((_in_zone(trade["time"], zone),) if zone else ()),
                trade["symbol"],
                trade["price"],
                trade["size"],
            )
            for trade in reading["trades"]
        ],
    )


def _in_zone(utc: str, zone: str) -> str:
    """The same instant by the clocks of a zone; the digits behind the second stay as they are."""
    second, _, fraction = utc.removesuffix("Z").partition(".")
    there = datetime.fromisoformat(f"{second}+00:00").astimezone(ZoneInfo(zone))
    shown = there.strftime("%Y-%m-%d %H:%M:%S")
    return f"{shown}.{fraction}" if fraction else shown


def _show_faults(faults: Document) -> None:
    if not faults["count"]:
        answer("  no faults: the pipeline would take it")
        return
    answer(f"  {faults['count']:,} faults: the pipeline would reject it")
    for reason, count in sorted(faults["byReason"].items(), key=lambda item: -item[1]):
        answer(f"    {count:,} × {reason}")  # noqa: RUF001
    for fault in faults["first"][:_FAULTS_SHOWN]:
        answer(f"    {in_words(fault)}")


def _show_fits(document: Document) -> None:
    if document.get("fits"):
        first, *others = document["fits"]
        answer(f"  fits {_names([first, *others])}; as {first['format']} has it:")
        _show_reading(first)
        return
    found = document["found"]
    columns = ", ".join(found["columns"]) or "none"
    answer("  fits none of the formats that are shipped. What it looks like:")
    for name, value in (
        ("container", found["container"]),
        ("encoding", found["encoding"]),
        ("line ends", found["lineEnds"]),
        ("delimiter", repr(found["delimiter"])),
        ("header", "yes" if found["header"] else "no"),
        ("columns", columns),
        ("time", found["timestampUnit"] or "not recognised"),
    ):
        answer(f"    {name}: {value}")
    if document.get("draft"):
        answer("  A format to start from; save it, complete it by docs/formats.md, and try it with")
        answer(f"  `pipeline inspect {document['file']} --format my-format.yaml`:\n")
        answer(draft(document["draft"]))


def _names(fits: Iterable[Document]) -> str:
    return ", ".join(fit["format"] for fit in fits)


def draft(body: Document) -> str:
    """A format's body as the text of its file."""
    text: str = yaml.safe_dump(body, sort_keys=False, allow_unicode=True, default_flow_style=None)
    return text.rstrip("\n")
