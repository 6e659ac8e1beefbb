"""A partner tries a file before it is sent, with nothing but the file and this machine."""

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

import formats
from formats import FormatError

REPOSITORY = Path(__file__).resolve().parents[2]
PIPELINE = REPOSITORY / ".venv" / "bin" / "pipeline"

CANONICAL = """timestamp,symbol,price,size
2026-01-05T15:00:00.5Z,IBM,181.50,100
2026-01-05T15:00:01Z,AAPL,243.1,7
"""
ODD = """Tag;Zeit;WKN;Kurs;Menge
05.01.2026;16:00:00,123;716460;1.234,50;1,5
05.01.2026;16:00:01,000;716460;1.234,75;2,5
"""


def run(*words: object, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PIPELINE, *map(str, words)], cwd=folder, capture_output=True, text=True, check=False
    )


def test_a_file_that_a_shipped_format_fits_is_read_by_it(tmp_path: Path) -> None:
    (tmp_path / "trades.csv").write_bytes(gzip.compress(CANONICAL.encode()))
    ended = run("inspect", "trades.csv", folder=tmp_path)
    assert ended.returncode == 0, ended.stderr
    assert "fits canonical" in ended.stdout
    assert "gzip: 2 rows, 2 symbols" in ended.stdout
    assert "2026-01-05T15:00:00.5Z" in ended.stdout


def test_with_a_format_json_has_the_trades_as_the_pipeline_understands_them(
    tmp_path: Path,
) -> None:
    (tmp_path / "trades.csv").write_text(CANONICAL)
    ended = run("inspect", "trades.csv", "--format", "canonical", "--json", folder=tmp_path)
    document = json.loads(ended.stdout)
    assert (ended.returncode, document["format"], document["rows"]) == (0, "canonical", 2)
    assert (document["leftOut"], document["faults"]["count"]) == ({}, 0)
    first = document["trades"][0]
    assert [first[name] for name in ("time", "symbol", "price", "size")] == [
        "2026-01-05T15:00:00.5Z",
        "IBM",
        "181.5",
        "100",
    ]


def test_every_fault_is_told_as_the_report_would_and_the_exit_code_says_so(tmp_path: Path) -> None:
    (tmp_path / "trades.csv").write_text(CANONICAL.replace("243.1", "-1").replace("100", "x"))
    ended = run("inspect", "trades.csv", "--format", "canonical", folder=tmp_path)
    assert ended.returncode == 3
    assert "2 faults: the pipeline would reject it" in ended.stdout
    assert "line 2, size: 'x'" in ended.stdout
    assert "line 3, price: '-1'" in ended.stdout


def test_a_form_that_is_not_shipped_comes_with_a_draft_that_reads_it(tmp_path: Path) -> None:
    (tmp_path / "kurse.csv").write_text(ODD)
    looked = run("inspect", "kurse.csv", "--json", folder=tmp_path)
    assert looked.returncode == 3
    found: dict[str, Any] = json.loads(looked.stdout)
    assert (found["found"]["delimiter"], found["found"]["header"]) == (";", True)
    timestamp = found["draft"]["timestamp"] | {"zone": "Europe/Berlin"}
    draft = found["draft"] | {"timestamp": timestamp}
    (tmp_path / "berlin.yaml").write_text(json.dumps(draft))  # JSON is YAML
    read = run("inspect", "kurse.csv", "--format", "berlin.yaml", folder=tmp_path)
    assert read.returncode == 0, read.stdout + read.stderr
    assert "2026-01-05T15:00:00.123Z" in read.stdout
    assert "time (Europe/Berlin)" in read.stdout
    assert "2026-01-05 16:00:00.123" in read.stdout
    shown = run("inspect", "kurse.csv", folder=tmp_path).stdout
    assert "fits none of the formats that are shipped" in shown
    assert "column: Kurs" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("none.csv",), "none.csv does not exist"),
        (("trades.csv", "--format", "nobodys"), "`pipeline formats` lists those that do"),
        (("trades.csv", "--format", "./none.yaml"), "none.yaml does not exist"),
        (("trades.csv", "--format", "./twice.yaml"), "'title' stands twice"),
        (("trades.csv", "--format", "./short.yaml"), "short.yaml"),
        (("trades.csv", "--format", "./zone.yaml"), "Atlantis"),
    ],
)
def test_wrong_words_name_the_file_and_the_value(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    (tmp_path / "trades.csv").write_text(CANONICAL)
    (tmp_path / "twice.yaml").write_text("title: a\ntitle: b\n")
    (tmp_path / "short.yaml").write_text("title: a\n")
    timestamp = {"column": "timestamp", "layout": "%Y-%m-%d %H:%M", "zone": "Atlantis/City"}
    zone = {**formats.find("canonical").body, "timestamp": timestamp}
    (tmp_path / "zone.yaml").write_text(json.dumps(zone))
    ended = run("inspect", *words, folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in " ".join(ended.stderr.split())


def test_the_formats_that_are_shipped_are_listed(tmp_path: Path) -> None:
    listed = json.loads(run("formats", "--json", folder=tmp_path).stdout)
    assert listed.keys() == formats.shipped().keys()
    assert {"canonical", "massive-trades", "binance-trades"} <= listed.keys()
    assert "canonical" in run("formats", folder=tmp_path).stdout


@pytest.mark.parametrize("text", ["- a", "title: 2026-01-05", "title: [", "\udcff", ""])
def test_what_is_no_format_is_an_error_that_names_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(FormatError, match="odd"):
        formats.read(path)


def test_a_hash_says_what_a_format_means_and_not_how_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(json.dumps(formats.find("canonical").body))
    assert formats.find(str(tmp_path / "a.yaml")).hash == formats.find("canonical").hash
