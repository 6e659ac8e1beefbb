"""The recipes of docs/formats.md read what they say."""

from pathlib import Path
from typing import Any

import pytest
import yaml

import formats
from pipeline import inspection
from tests.formats.reference import DOCUMENT

AT = "2026-01-05T15:00:00Z"
NAMED = {"pattern": r".*_(?P<day>\d{8})\.csv.*"}


def at(row: str, **timestamp: Any) -> tuple[dict[str, Any], str, str]:
    """A format of one form of time, a row of it, and the time that it means."""
    columns = timestamp.get("columns", ["time"])
    body = {"columns": [*columns, "price", "size"], "header": "none"}
    return body | {"timestamp": {"column": "time"} | timestamp}, f"{row},1.5,2\n", AT


def several(row: str, columns: list[str], **timestamp: Any) -> tuple[dict[str, Any], str, str]:
    body, text, time = at(row, columns=columns, **timestamp)
    del body["timestamp"]["column"]
    return body, text, time


CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "local times": several(
        "01/05/2026,10:00:00", ["d", "t"], layout="%m/%d/%Y %H:%M:%S%.f", zone="America/New_York"
    ),
    "standard time": at("2026-07-05 10:00:00", layout="%Y-%m-%d %H:%M:%S", zone="Etc/GMT+5"),
    "offset": several("05-JAN-2026,10:00:00,-5", ["d", "t", "o"], layout="%d-%b-%Y %H:%M:%S%.f %z"),
    "older seconds": at("1767625200", epoch=["seconds", "microseconds"]),
    "newer microseconds": at("1767625200000000", epoch=["seconds", "microseconds"]),
    "several layouts": at(
        "2026-01-05T15:00:00", layout=["%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f"], zone="UTC"
    ),
    "afternoon": at("1/5/2026 3:00:00 PM", layout="%-m/%-d/%Y %-I:%M:%S %p", zone="UTC"),
    "kdb": at("2026.01.05D15:00:00.000000000", layout="%Y.%m.%dD%H:%M:%S.%f", zone="UTC"),
}
CASES["standard time"] = (*CASES["standard time"][:2], AT.replace("-01-", "-07-"))
CASES["a day in the name"] = (
    at(
        "10:00:00",
        layout="%H:%M:%S%.f",
        zone="America/New_York",
        date={"file-name": "day", "layout": "%Y%m%d"},
    )[0]
    | {"file-name": NAMED},
    "10:00:00,1.5,2\n",
    AT,
)
CASES["a day in a folder"] = (
    at(
        "36000000",
        **{"since-midnight": "milliseconds"},
        zone="America/New_York",
        date={"file-name": "day", "layout": "%Y-%m-%d"},
    )[0]
    | {"file-name": {"of": "path", "pattern": r"(?:.*/)?dt=(?P<day>[0-9-]+)/.*"}},
    "36000000,1.5,2\n",
    AT,
)
_UNIX: dict[str, Any] = {"timestamp": {"column": "time", "epoch": "seconds"}, "header": "none"}
for _name, _body, _text in (
    (
        "lots",
        {
            "size": {"column": "size", "scale": "100"},
            "price": {"column": "price", "scale": "1/10000"},
        },
        "1767625200,15000,0.02\n",
    ),
    (
        "no price",
        {"leave-out": [{"column": "price", "is": ["", "NaN"], "reason": "no"}]},
        "1767625200,NaN,\n1767625200,,\n1767625200,1.5,2\n",
    ),
    ("sells", {"size": {"column": "size", "sign": "ignored"}}, "1767625200,1.5,-2\n"),
    (
        "title",
        {"header": "required", "preamble-lines": 2},
        "Trades\n\ntime,price,size\n1767625200,1.5,2\n",
    ),
    (
        "spreadsheet",
        {"header": "required", "delimiter": ";", "comments": ["sep="]},
        "sep=;\ntime;price;size\n1767625200;1.5;2\n",
    ),
    ("closing line", {"trailer": {"begins": "END"}}, "1767625200,1.5,2\nEND,12345\n"),
    (
        "blanks",
        {"header": "required", "header-names": "loose", "trim": True},
        "time, price, size\n1767625200, 1.5, 2\n",
    ),
    ("commas", {"trailing-delimiter": True}, "1767625200,1.5,2,\n"),
):
    CASES[_name] = ({"columns": ["time", "price", "size"]} | _UNIX | _body, _text, AT)


def read(body: dict[str, Any], file: Path, path: str | None = None) -> Any:
    base = {
        "title": "Recipe", "source": ["docs/formats.md"], "symbol": {"constant": "X"},
        "price": {"column": "price"}, "size": {"column": "size"}, "order": "none",
    }  # fmt: skip
    declared = file.with_suffix(".yaml")
    declared.write_text(yaml.safe_dump(base | body))
    chosen = formats.read(declared)
    (found,) = inspection.inspect([file], chosen, rows=9, path=path, non_positive=False)
    return found


@pytest.mark.parametrize("name", CASES)
def test_a_recipe_reads_its_file(name: str, tmp_path: Path) -> None:
    body, text, time = CASES[name]
    file = tmp_path / "x_20260105.csv"
    file.write_text(text)
    found = read(body, file, "dt=2026-01-05/x.csv" if "folder" in name else None)
    assert found["faults"]["first"] == []
    assert [(t["time"], t["price"], t["size"]) for t in found["trades"]] == [(time, "1.5", "2")]


def test_the_format_that_stands_whole_in_the_guide_is_one(tmp_path: Path) -> None:
    body = yaml.safe_load(DOCUMENT.read_text().partition("```yaml\n")[2].partition("```")[0])
    file = tmp_path / "x.csv"
    file.write_text(
        "Date;Time;ISIN;Price;Quantity;Note\n05.01.2026;16:00:00;DE0007164600;1.234,5;10;\n"
    )
    found = read(body, file)
    assert found["faults"]["first"] == []
    trade = found["trades"][0]
    assert (trade["time"], trade["symbol"], trade["price"]) == (AT, "DE0007164600", "1234.5")
