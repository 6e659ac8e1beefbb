"""Evidence as a file: canonical JSON out, checked against its schema on the way in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from compliance import codec
from compliance.errors import BrokenRunError
from compliance.evidence import VERSION, Evidence

SCHEMA = Path(__file__).with_name("evidence.schema.json")


def dumps(evidence: Evidence) -> str:
    """The canonical text: keys sorted, one space of indentation, a newline at the end."""
    document = codec.encode(evidence)
    return json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def loads(text: str, *, origin: str) -> Evidence:
    """Reads evidence again.

    Args:
        text: the document.
        origin: where it came from, for messages.

    Raises:
        BrokenRunError: it is no JSON, of another version, or not as the schema says.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BrokenRunError(
            f"{origin} is not JSON ({error}); make it again with `pipeline check`"
        ) from error
    version = document.get("version") if isinstance(document, dict) else None
    if version != VERSION:
        raise BrokenRunError(
            f"{origin} has evidence version {version!r}, this tool reads {VERSION!r}; "
            "make it again with `pipeline check`"
        )
    try:
        if fault := _fault(document):
            raise ValueError(fault)
        # Half a surrogate pair can be escaped in JSON, and no report could be written with it.
        json.dumps(document, ensure_ascii=False).encode()
        return codec.decode(Evidence, document)
    except ValueError as error:  # also the 31st of February, which no schema refuses
        raise BrokenRunError(
            f"{origin} is not valid evidence: {error}; make it again with `pipeline check`"
        ) from error


def load(path: Path) -> Evidence:
    """Reads an evidence file; see `loads`.

    Raises:
        BrokenRunError: also when the file is missing or not UTF-8.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BrokenRunError(f"no evidence at {path}; `pipeline check` writes it") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BrokenRunError(f"cannot read the evidence at {path}: {error}") from error
    return loads(text, origin=str(path))


def _fault(document: Any) -> str | None:
    """What the schema objects to nearest to the root: the place and the value."""
    import jsonschema_rs  # only who reads evidence waits for it

    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    faults = jsonschema_rs.Draft202012Validator(schema).iter_errors(document)
    first = min(faults, key=lambda fault: len(fault.instance_path), default=None)
    if first is None:
        return None
    path = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in first.instance_path)
    return f"${path}: {first.message[:300]}"
