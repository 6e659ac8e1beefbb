"""The shipped formats: within the schema, and the functions have the canonical one as it is."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

import formats

REPOSITORY = Path(__file__).resolve().parents[2]
FORMATS = sorted((REPOSITORY / "formats").glob("*.yaml"))
SCHEMA = json.loads((REPOSITORY / "formats" / "format.schema.json").read_text())


def canonical_json(body: Any) -> str:
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def test_the_schema_is_one() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("path", FORMATS, ids=lambda path: path.stem)
def test_a_shipped_format_is_within_the_schema(path: Path) -> None:
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert [str(error) for error in validator.iter_errors(yaml.safe_load(path.read_text()))] == []


def test_the_schema_lets_no_object_have_other_keys() -> None:
    def objects(schema: Any) -> list[Any]:
        if isinstance(schema, list):
            return [found for part in schema for found in objects(part)]
        if not isinstance(schema, dict):
            return []
        own = [schema] if schema.get("type") == "object" else []
        return own + [found for part in schema.values() for found in objects(part)]

    assert all("additionalProperties" in found for found in objects(SCHEMA))


def test_the_functions_have_the_canonical_format() -> None:
    body = yaml.safe_load((REPOSITORY / "formats" / "canonical.yaml").read_text())
    kept = REPOSITORY / "handlers" / "internal" / "format" / "canonical.json"
    assert kept.read_text() == canonical_json(body) + "\n", (
        f"write formats/canonical.yaml into {kept.name} as JSON: sorted keys, no blanks"
    )


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"delimiter": "x"},
            'delimiter: "x" may not stand here. What stands between fields: a comma',
        ),
        ({"timestamp": {"column": "time", "epoch": "ms"}}, "timestamp.epoch: .* seconds, millisec"),
        ({"timestamp": {"column": "time"}}, "needs one of the keys rfc3339, epoch, layout, since"),
        (
            {"symbol": {"name": "x"}},
            "the keys here are column, file-name, constant, parts, pattern",
        ),
        ({"sybmol": 1}, "'sybmol' was unexpected.; the keys here are title, source"),
        ({"price": {"column": "price", "scale": 0.01}}, "price.scale: 0.01 .* in quotes"),
        ({"order": None, "header": False}, "(?s)header: false is not one of .*order: null"),
    ],
)
def test_a_fault_of_a_format_is_told_with_what_may_stand_there(
    changed: dict[str, Any], told: str, tmp_path: Path
) -> None:
    body = yaml.safe_load((REPOSITORY / "tests/formats/forms/bitstamp-usd.yaml").read_text())
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(body | changed))
    with pytest.raises(formats.FormatError, match=told):
        formats.read(file)
