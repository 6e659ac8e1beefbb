"""DuckDB and Arrow never share an interpreter."""

import ast
import subprocess
from pathlib import Path

import pytest

from tests.engines import ENGINES, OneEngine

REPOSITORY = Path(__file__).parent.parent
_PRODUCT = ("stack", "policies", "compliance", "local", "pipeline")


def _tracked(*patterns: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [REPOSITORY / line for line in listed if (REPOSITORY / line).exists()]


def _engines(source: Path, *, everywhere: bool) -> set[str]:
    """The engines that a module imports, in functions too where `everywhere` is asked for."""
    module = ast.parse(source.read_bytes())
    found = set()
    for node in ast.walk(module) if everywhere else module.body:
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found & set(ENGINES)


def test_no_module_imports_two_engines() -> None:
    found = {str(path): _engines(path, everywhere=False) for path in _tracked("*.py")}
    assert {path: names for path, names in found.items() if len(names) > 1} == {}


def test_the_command_line_and_what_it_imports_know_one_engine() -> None:
    folders = tuple(f"{folder}/*.py" for folder in _PRODUCT)
    known = set().union(*(_engines(path, everywhere=True) for path in _tracked(*folders)))
    assert known == {"duckdb"}


def test_no_program_that_a_go_test_gives_to_python_imports_two_engines() -> None:
    for path in _tracked("handlers/*_test.go"):
        for program in path.read_text(encoding="utf-8").split("`")[1::2]:
            assert (
                sum(f"import {name}" in program or f", {name}" in program for name in ENGINES) < 2
            )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_second_engine_is_refused_at_its_import(engine: str) -> None:
    for other in set(ENGINES) - {engine}:
        with pytest.raises(ImportError, match=f"{engine} and {other} in one interpreter"):
            OneEngine({other: object()}).find_spec(engine, None)
    OneEngine({engine: object()}).find_spec(engine, None)
