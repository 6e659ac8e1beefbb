"""The pieces that every section is made of; all text is escaped here or by the caller."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from compliance.evidence import Source, logical_name


def on(urn: str, source: Source | None) -> str:
    """A resource, and the line of the program that makes it."""
    place = f' at <code class="source">{escape(str(source))}</code>' if source else ""
    return f'on <b title="{escape(urn)}">{escape(logical_name(urn))}</b>{place}'


def section(name: str, title: str, content: str) -> str:
    """A section of the page with its heading."""
    return (
        f'<section id="{name}" aria-labelledby="{name}-title"><div class="wrap">'
        f'<h2 id="{name}-title">{title}</h2>\n{content}</div></section>'
    )


def table(heads: Sequence[str], rows: Iterable[str], numbers: Sequence[str] = ()) -> str:
    """A table that scrolls by itself; the columns `numbers` come last, aligned right."""
    cells = "".join(f'<th scope="col">{head}</th>' for head in heads)
    cells += "".join(f'<th scope="col" class="number">{head}</th>' for head in numbers)
    return (
        f'<div class="scroll" tabindex="0"><table><thead><tr>{cells}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def requirements(names: Sequence[str]) -> str:
    """The clauses that a policy enforces, each with its text."""
    items = "".join(f"<li>{escape(name)}</li>" for name in names)
    return f'<ul class="cited">{items}</ul>'


def lines(text: str) -> str:
    """Text with its line breaks kept."""
    return "<br>".join(escape(line) for line in text.splitlines())
