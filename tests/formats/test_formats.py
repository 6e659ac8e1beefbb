"""The shipped formats: within the schema, and the functions have the canonical one as it is."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

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
