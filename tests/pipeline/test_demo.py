"""The demonstration from end to end: what it shows, what it leaves, where it leads."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from local import environment
from local.emulator import process
from tests.integration.project import Project


def test_the_demonstration_shows_results_and_leads_on_and_leaves_nothing_running(
    tmp_path: Path,
) -> None:
    project = Project.make(tmp_path)
    ended = project.run("pipeline", "demo")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.count("AGGREGATED") == 9
    assert "acme/us-equities: the day per symbol" in ended.stdout
    assert process.status(environment.emulator_state(project.folder)) is None
    end = ended.stderr[ended.stderr.index("To look at") :]
    pages = [Path(urlsplit(uri).path) for uri in re.findall(r"file://\S+", end)]
    assert [page.name for page in pages] == ["report.html", "day.html"]
    assert all("<svg" in page.read_text(encoding="utf-8") for page in pages[1:])
    assert "Compliant" in pages[0].read_text(encoding="utf-8")
    commands = re.findall(r"^ +\.venv/bin/pipeline (\w+)", end, re.MULTILINE)
    assert commands == ["up", "demo", "query"]
