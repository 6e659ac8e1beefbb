"""The rooms of the pack, and who may lean on whom (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = {
    ".".join(file.relative_to(ROOT).with_suffix("").parts): file
    for file in sorted((ROOT / "policies").glob("*/*.py"))
    if file.stem != "__init__"
}
POLICY = ("policies.pack.policy", "policies.pack.answers")
"""What a rule is written in."""
MAY_IMPORT = {
    "facts": ("policies.facts.",),
    "iam": ("policies.iam.", "policies.facts."),
    "routes": ("policies.routes.", "policies.iam.", "policies.facts."),
    "rules": ("policies.routes.", "policies.iam.", "policies.facts.", *POLICY),
    "pack": ("policies.",),
}


def imported(file: Path) -> Iterator[str]:
    """The pack's modules that a module imports."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("policies"):
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith("policies"))


def test_every_module_stands_in_a_room() -> None:
    assert {name.split(".")[1] for name in MODULES} == set(MAY_IMPORT)
    outside = {file.name for file in (ROOT / "policies").glob("*.py")}
    assert outside == {"__init__.py", "__main__.py"}  # the entry of the pack that is installed


@pytest.mark.parametrize("module", MODULES)
def test_a_module_leans_on_its_own_room_and_those_before_it(module: str) -> None:
    room = module.split(".")[1]
    assert [
        name for name in imported(MODULES[module]) if not name.startswith(MAY_IMPORT[room])
    ] == []


@pytest.mark.parametrize("module", POLICY)
def test_what_a_rule_is_written_in_knows_no_rule(module: str) -> None:
    assert [
        name
        for name in imported(MODULES[module])
        if not name.startswith(("policies.facts.", *POLICY))
    ] == []
