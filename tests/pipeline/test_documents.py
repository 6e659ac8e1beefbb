"""What the pages tell a reader to type is what the command line understands."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from pipeline import cli
from pipeline.files import find

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
_TYPED = re.compile(r"(?:\.venv/bin/|`)pipeline ([a-z][^`#|&)\n]*)")


def typed() -> list[str]:
    """The words behind `pipeline`, wherever a page has them as code."""
    return sorted({words.strip() for page in PAGES for words in _TYPED.findall(page.read_text())})


@pytest.mark.parametrize("line", typed())
def test_a_command_on_a_page_exists_with_its_options(line: str) -> None:
    command: Any = get_command(cli.app)
    words = shlex.split(line)
    while hasattr(command, "get_command") and words:
        command = command.get_command(None, words.pop(0))
        assert command is not None
    options = {option for parameter in command.params for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def test_the_readme_sends_and_reads_what_its_sample_makes(tmp_path: Path) -> None:
    page = (ROOT / "README.md").read_text()
    (folder,) = re.findall(r"pipeline sample --output (\S+)", page)
    (sent,) = re.findall(r"pipeline send (\S+)", page)
    (day,) = re.findall(r"pipeline results .*--date (\S+)", page)
    command = get_command(cli.app)
    command.main(["sample", "--output", str(tmp_path), "--rows", "40"], standalone_mode=False)
    files = find([tmp_path / Path(sent).relative_to(folder)])
    assert [file.name for file in files if not file.name.startswith(day)] == []
