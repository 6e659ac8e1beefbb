"""Chooses a report and writes them all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from compliance import document
from compliance.evidence import Evidence
from compliance.reports import html, junit, markdown, sarif

FORMATS: Mapping[str, Callable[[Evidence], str]] = {
    "junit": junit.render,
    "sarif": sarif.render,
    "markdown": markdown.render,
    "html": html.render,
}
_EVIDENCE = "evidence.json"
_FILES = {
    "junit": "junit.xml",
    "sarif": "policies.sarif",
    "markdown": "report.md",
    "html": "report.html",
}


def render(evidence: Evidence, form: str, *, with_waived: bool = False) -> str:
    """The report of one form.

    Args:
        evidence: what the report is of.
        form: a key of `FORMATS`.
        with_waived: whether SARIF holds what is waived too.

    Raises:
        ValueError: there is no such form.
    """
    if form not in FORMATS:
        raise ValueError(f"no report format is named {form!r}; there is {', '.join(FORMATS)}")
    if form == "sarif":  # the others always show what is waived
        return sarif.render(evidence, with_waived=with_waived)
    return FORMATS[form](evidence)


def prepare(folder: Path) -> None:
    """Makes a folder ready for a check: one that breaks must not leave an older green report."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (_EVIDENCE, *_FILES.values()):
        (folder / name).unlink(missing_ok=True)


def write(evidence: Evidence, folder: Path, *, with_waived: bool = False) -> tuple[Path, ...]:
    """Writes the evidence and every report into a folder, which is made; returns the files.

    Args:
        evidence: what is written.
        folder: where to.
        with_waived: whether SARIF holds what is waived too.

    Raises:
        OSError: the folder takes no more; it names it, and leaves none of them there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {_EVIDENCE: document.dumps(evidence)}
    texts |= {_FILES[form]: render(evidence, form, with_waived=with_waived) for form in FORMATS}
    try:
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        prepare(folder)
        raise OSError(error.errno, error.strerror, str(folder)) from error
    return tuple(folder / name for name in texts)
