"""Choosing a report, and writing them all."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from compliance import document, report
from tests.compliance import samples


def test_all_reports_and_the_evidence_are_written(tmp_path: Path) -> None:
    written = report.write(samples.sample(), tmp_path / "new" / "folder")
    assert {path.name for path in written} == {
        "evidence.json",
        "junit.xml",
        "policies.sarif",
        "report.md",
        "report.html",
    }
    assert document.load(written[0]) == samples.sample()


@pytest.mark.parametrize("form", report.FORMATS)
def test_old_evidence_gives_the_same_report_again(tmp_path: Path, form: str) -> None:
    path = report.write(samples.hostile(), tmp_path)[0]
    assert report.render(document.load(path), form) == report.render(samples.hostile(), form)


def test_a_disk_that_is_full_is_named_and_half_a_report_is_none(tmp_path: Path) -> None:
    evidence = samples.compliant()
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    try:
        with pytest.raises(OSError, match=str(tmp_path)):
            report.write(evidence, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, resource.getrlimit(resource.RLIMIT_FSIZE)[1:] * 2)
    assert not list(tmp_path.iterdir())


def test_an_unknown_format_is_named_with_those_that_exist() -> None:
    with pytest.raises(ValueError, match="'pdf'; there is junit, sarif, markdown, html"):
        report.render(samples.sample(), "pdf")
