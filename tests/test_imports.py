"""Who may import whom: the table of docs/architecture.md, held to the code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_ROW = re.compile(r"\| `(\w+)/` \| .*? \|(?: (.*))? \|")


def allowed() -> dict[str, set[str]]:
    """By folder, the folders whose modules it may import."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    house = page.partition("## The house")[2].partition("\n## ")[0]
    rows = {match[1]: match[2] for match in map(_ROW.fullmatch, house.splitlines()) if match}
    return {
        folder: set(rows) if "everything" in cell else {folder, *re.findall(r"`(\w+)`", cell)}
        for folder, cell in rows.items()
    }


ALLOWED = allowed()
PYTHON = sorted(folder for folder in ALLOWED if [*(ROOT / folder).glob("**/*.py")])


def imported(file: Path) -> Iterator[str]:
    """The top-level packages that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
        elif isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)


def test_the_page_knows_every_folder_of_code() -> None:
    folders = {file.relative_to(ROOT).parts[0] for file in ROOT.glob("[a-z]*/**/*.py")}
    assert folders - {"build", "reports"} == set(PYTHON)


@pytest.mark.parametrize("folder", [name for name in PYTHON if name != "tests"])
def test_a_folder_imports_what_the_page_lets_it(folder: str) -> None:
    strangers = {
        (str(file.relative_to(ROOT)), name)
        for file in (ROOT / folder).glob("**/*.py")
        for name in imported(file)
        if name in ALLOWED and name not in ALLOWED[folder]
    }
    assert strangers == set()


def test_stack_and_policies_stay_apart() -> None:
    assert "policies" not in ALLOWED["stack"]
    assert "stack" not in ALLOWED["policies"]
