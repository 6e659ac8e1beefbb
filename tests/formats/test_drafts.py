"""What `pipeline inspect` tells of files in forms that are not shipped, and the drafts it makes."""

import json
from typing import Any

import jsonschema_rs
import pytest
import yaml

from formats import Format
from pipeline import inspection
from tests.formats.others import OTHERS
from tests.formats.test_formats import SCHEMA
from tests.formats.trades import ALL, FORMS, Sample

SAMPLES = [*OTHERS, *(sample for sample in ALL if not sample.shipped)]
UNNAMED = {"lobster-messages"}  # six columns of numbers without names
EACH = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample.format))


def looked(sample: Sample) -> Any:
    (found,) = inspection.inspect([sample.path], None, rows=1, path=None, non_positive=False)
    return found


@EACH
def test_the_form_of_a_file_is_recognised(sample: Sample) -> None:
    body = yaml.safe_load((FORMS / f"{sample.format}.yaml").read_text())
    found, draft = looked(sample)["found"], looked(sample)["draft"]
    assert found["delimiter"] == body.get("delimiter", ",")
    assert found["header"] == (body.get("header") != "none")
    assert found["encoding"] in (body.get("encoding"), "utf-8")
    if found["header"]:
        names = [
            column if isinstance(column, str) else column["name"] for column in body["columns"]
        ]
        assert [name for name in names if name not in found["columns"]] == []
        for key in ("price", "size"):
            assert draft[key]["column"] == body[key]["column"]
        if "column" in body["symbol"]:
            assert draft["symbol"] == body["symbol"]
    for key in ("epoch", "since-midnight"):
        assert draft["timestamp"].get(key) == body["timestamp"].get(key)


@EACH
def test_a_draft_is_a_format(sample: Sample) -> None:
    draft = looked(sample)["draft"]
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert [str(error) for error in validator.iter_errors(draft)] == []


@EACH
def test_a_draft_reads_the_file_that_it_was_made_of(sample: Sample) -> None:
    body = yaml.safe_load(inspection.draft(looked(sample)["draft"]))
    drafted = Format(name="draft", body=body)
    (found,) = inspection.inspect([sample.path], drafted, rows=9, path=None, non_positive=False)
    faults = json.dumps(found["faults"]["first"])
    assert (found["faults"]["count"] == 0) is (sample.format not in UNNAMED), faults
