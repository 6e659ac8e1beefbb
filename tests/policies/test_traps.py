"""A lint of the pack's own source: what makes a policy pass, or leak, without anyone noticing."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACK = Path(__file__).resolve().parents[2] / "policies"
MODULES = sorted(PACK.glob("*.py"))

# The module that turns what the engine sends into plain Python; only there are raw types handled.
READING = {"reading.py"}
# Modules that talk to the engine.
ENGINE = {"servicer.py", "pack.py"}


def nodes(module: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(module.read_text(encoding="utf-8")))


def calls(module: Path, name: str) -> list[ast.Call]:
    return [
        node
        for node in nodes(module)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_nothing_catches_everything(module: Path) -> None:
    caught = [node.type for node in nodes(module) if isinstance(node, ast.ExceptHandler)]
    names = [ast.unparse(type_) if type_ else "everything" for type_ in caught]
    assert not {"everything", "Exception", "BaseException"} & set(names)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_nothing_prints_for_the_first_line_is_the_engines(module: Path) -> None:
    assert calls(module, "print") == []
    if module.name not in ENGINE:
        assert "sys.stdout" not in module.read_text(encoding="utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_only_the_reader_asks_a_property_for_a_collection_type(module: Path) -> None:
    if module.name in READING | {"events.py"}:
        return  # events.py matches JSON that the reader has parsed
    asked = " ".join(ast.unparse(call.args[1]) for call in calls(module, "isinstance"))
    assert not {"list", "dict", "Mapping", "Sequence", "tuple"} & set(asked.split())


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_only_the_servicer_uses_the_sdks_private_names(module: Path) -> None:
    private = [
        alias.name
        for node in nodes(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pulumi")
        for alias in node.names
        if alias.name.startswith("_")
    ]
    assert private == [] or module.name == "servicer.py"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_message_echoes_a_text_that_a_program_wrote(module: Path) -> None:
    echoed = [
        ast.unparse(value)
        for node in nodes(module)
        if isinstance(node, ast.JoinedStr)
        for value in node.values
        if isinstance(value, ast.FormattedValue)
        and ast.unparse(value.value).startswith(("resource.inputs", "inputs.text", "leaf.value"))
    ]
    assert echoed == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_property_is_compared_with_a_list(module: Path) -> None:
    if module.name in READING:
        return
    compared = [
        ast.unparse(node)
        for node in nodes(module)
        if isinstance(node, ast.Compare)
        and any(isinstance(side, ast.List) for side in node.comparators)
        and ".value" in ast.unparse(node.left)
    ]
    assert compared == []
