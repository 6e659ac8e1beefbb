"""The functions' own code reads of every shipped format what was written in its form."""

import json
import subprocess
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.formats.writing import write

REPOSITORY = Path(__file__).resolve().parents[2]
INSPECT = REPOSITORY / "build" / "host" / "inspect"
FORMATS = {
    path.stem: yaml.safe_load(path.read_text())
    for path in sorted((REPOSITORY / "formats").glob("*.yaml"))
}


def read(file: Path, body: dict[str, Any]) -> dict[str, Any]:
    request = {"files": [str(file)], "formats": {"one": body}, "format": "one", "rows": 1000}
    answered = subprocess.run(
        [INSPECT], input=json.dumps(request), capture_output=True, text=True, check=True
    )
    (reading,) = json.loads(answered.stdout)["files"]
    return dict(reading)


def nanoseconds(text: str) -> int:
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return seconds * 10**9 + int(fraction.ljust(9, "0") or 0)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_written_is_read(name: str, seed: int, tmp_path: Path) -> None:
    body = FORMATS[name]
    written = write(body, seed)
    file = tmp_path / written.name
    encoding = {"latin-1": "latin-1", "gb18030": "gb18030", "utf-16": "utf-16"}.get(
        body.get("encoding", "utf-8"), "utf-8"
    )
    file.write_bytes(written.text.encode(encoding))
    reading = read(file, body)
    assert reading["faults"]["first"] == []
    assert reading["leftOut"] == written.left_out
    assert [
        (
            nanoseconds(trade["time"]),
            trade["symbol"],
            Decimal(trade["price"]),
            Decimal(trade["size"]),
        )
        for trade in reading["trades"]
    ] == written.trades
