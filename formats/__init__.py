"""Formats of partners' files, as they stand beside this module: read, checked, known by hash."""

import hashlib
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

FOLDER = Path(__file__).parent
SCHEMA = FOLDER / "format.schema.json"
_FAULTS = 10  # told of one format


class FormatError(Exception):
    """A format that cannot be used; the message names the file and the place."""


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a partner's files are read.

    Attributes:
        name: What a feed's declaration calls it: the file's name without `.yaml`.
        body: The format itself, within format.schema.json.
    """

    name: str
    body: Mapping[str, Any]

    @property
    def canonical(self) -> str:
        """The canonical JSON, as docs/architecture.md has it: what the functions are given."""
        return json.dumps(self.body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical JSON, in hexadecimal."""
        return hashlib.sha256(self.canonical.encode()).hexdigest()


def read(path: Path) -> Format:
    """The format in a file.

    What a schema cannot say is for the functions' own code to check.

    Raises:
        FormatError: The file cannot be read, is no YAML, or is not within the schema.
    """
    try:
        body = yaml.load(path.read_text(encoding="utf-8"), Loader=_Once)  # noqa: S506 - a SafeLoader
        faults = list(_schema().iter_errors(body))
    except FileNotFoundError:
        raise FormatError(
            f"{path} does not exist. `pipeline formats` lists those that do."
        ) from None
    except (OSError, ValueError, TypeError, yaml.YAMLError) as error:
        raise FormatError(f"{path} cannot be read as a format: {error}") from error
    if faults:
        raise FormatError("\n".join(f"{path}: {_told(fault)}" for fault in faults[:_FAULTS]))
    return Format(name=path.stem, body=body)


def _told(fault: jsonschema_rs.ValidationError) -> str:
    """A fault with its place, the value, and what the schema says of the place."""
    place = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in fault.instance_path)
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    node: Any = schema
    passed = [schema]
    for part in fault.schema_path:
        if part == "$ref":
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
        elif isinstance(node, Mapping | list):
            node = node[part]  # type: ignore[index]
        passed += [node] if isinstance(node, Mapping) else []
    meaning = next((p["description"] for p in reversed(passed[1:]) if "description" in p), "")
    message, refused, _ = fault.message[:300].partition(" is not valid under")
    if refused and all("required" in choice for choice in node):
        keys = ", ".join(choice["required"][0] for choice in node)
        message += f" needs one of the keys {keys}"
    elif refused:
        message += " may not stand here"
    elif "Additional properties" in message:
        message += f"; the keys here are {', '.join(passed[-1]['properties'])}"
    return ". ".join(filter(None, [f"{place.lstrip('.') or 'the format'}: {message}", meaning]))


def names() -> list[str]:
    """The names of the formats beside this module."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def shipped() -> dict[str, Format]:
    """The formats beside this module, by name."""
    return {name: find(name) for name in names()}


def find(named: str) -> Format:
    """A format by the name of one that is shipped, or by a path.

    Raises:
        FormatError: There is no such format, or it cannot be used.
    """
    beside = FOLDER / f"{named}.yaml"
    is_path = "/" in named or named.endswith((".yaml", ".yml"))
    return read(Path(named) if is_path else beside)


@cache
def _schema() -> Any:
    return jsonschema_rs.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))


class _Once(yaml.SafeLoader):
    """Refuses a key that stands twice: YAML's readers take the last without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.YAMLError(f"{key.value!r} stands twice{key.start_mark}")
            seen.add(key.value)
        return super().construct_mapping(node, deep)
