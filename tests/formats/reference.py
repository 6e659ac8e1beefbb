"""The pages of the shipped formats in docs/formats.md: `make regenerate`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import formats
from formats import Format

DOCUMENT = Path(__file__).parents[2] / "docs" / "formats.md"
MARK = "<!-- made by `make regenerate` from formats/: what is below is lost -->"
_TOLD = ("title", "source", "notes", "columns")


def render(text: str) -> str:
    """The document with its generated part made anew."""
    head, _, _ = text.partition(MARK)
    pages = "\n".join(line for one in formats.shipped().values() for line in _page(one))
    return f"{head.rstrip()}\n\n{MARK}\n\n## Formats that are shipped\n\n{pages}"


def _page(one: Format) -> Iterator[str]:
    body = one.body
    yield f"### `{one.name}`\n"
    yield f"{body['title']}. {' '.join(body['notes'].split())}\n"
    yield "| | |"
    yield "|---|---|"
    yield f"| columns | {', '.join(map(_column, body['columns']))} |"
    for name, value in body.items():
        if name not in _TOLD:
            yield f"| {name} | `{_text(value)}` |"
    yield f"| source | {', '.join(body['source']).replace('|', chr(92) + '|')} |"
    yield ""


def _column(column: Any) -> str:
    if isinstance(column, str):
        return f"`{column}`"
    aliases = "".join(f" or `{alias}`" for alias in column.get("aliases", ()))
    return f"`{column['name']}`{aliases}{' (optional)' if column.get('optional') else ''}"


def _text(value: Any) -> str:
    plain = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return plain.replace("|", "\\|")


if __name__ == "__main__":
    DOCUMENT.write_text(render(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
