"""A lint of the pack's own source: what makes a policy pass, or leak, without anyone noticing."""

import ast
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACK = Path(__file__).resolve().parents[3] / "policies"
MODULES = sorted(PACK.rglob("*.py"))
Lint = Callable[[ast.AST], Iterator[ast.AST]]


def words(node: ast.AST) -> set[str]:
    """Every name and attribute in a piece of source."""
    found = (getattr(part, "id", getattr(part, "attr", None)) for part in ast.walk(node))
    return {word for word in found if isinstance(word, str)}


def catching_everything(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and (
            node.type is None or words(node.type) & {"Exception", "BaseException"}
        ):
            yield node


def printing(tree: ast.AST) -> Iterator[ast.AST]:
    """The first line of standard output is the engine's."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and words(node.func) == {"print"}:
            yield node
        if isinstance(node, ast.Attribute) and node.attr.strip("_") in ("stdout", "stderr"):
            yield node


def asking_for_a_collection(tree: ast.AST) -> Iterator[ast.AST]:
    """What a proxy answers to this is not what the property is."""
    collections = {"list", "dict", "tuple", "set", "Mapping", "Sequence", "Iterable", "Collection"}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and words(node.func) == {"isinstance"}
            and words(node.args[1]) & collections
        ):
            yield node
        if isinstance(node, ast.Compare) and ast.unparse(node.left).startswith("type("):
            yield node


def comparing_with_a_list(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            literal = [side for side in sides if isinstance(side, ast.List | ast.Tuple)]
            asked = "value" in set().union(*(words(side) for side in sides))
            membership = any(isinstance(op, ast.In | ast.NotIn) for op in node.ops)
            if asked and literal and not (membership and isinstance(literal[0], ast.Tuple)):
                yield node


def echoing_a_value(tree: ast.AST) -> Iterator[ast.AST]:
    """A message holds paths and numbers, never a text that a program wrote: it may be a secret."""
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, ast.JoinedStr):
            parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
            texts = [s for s in (node.left, node.right) if isinstance(s, ast.Constant)]
            if any(isinstance(text.value, str) for text in texts):
                parts = [node.left, node.right]
        for part in parts:
            if ast.unparse(part).startswith(("resource.inputs", "inputs.text", "leaf.value")):
                yield node


def using_private_names(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pulumi"):
            yield from (alias for alias in node.names if alias.name.startswith("_"))


# Each trap with the modules that may: the reader makes plain Python of what the engine sends,
# `event_patterns` matches JSON that the reader has parsed, `policy` speaks of settings, which are
# plain Python, and the other two talk to the engine.
LINTS: dict[Lint, set[str]] = {
    catching_everything: set(),
    printing: {"server.py"},
    asking_for_a_collection: {
        "wire.py",
        "reading.py",
        "references.py",
        "event_patterns.py",
        "policy.py",
    },
    comparing_with_a_list: {"reading.py"},
    echoing_a_value: set(),
    using_private_names: {"servicer.py"},
}


@pytest.mark.parametrize("lint", LINTS, ids=lambda lint: lint.__name__)
@pytest.mark.parametrize(
    "module", MODULES, ids=lambda module: f"{module.parent.name}/{module.name}"
)
def test_the_pack_keeps_clear_of_it(module: Path, lint: Lint) -> None:
    if module.name not in LINTS[lint]:
        found = lint(ast.parse(module.read_text(encoding="utf-8")))
        assert [ast.unparse(node) for node in found] == []


@pytest.mark.parametrize(
    ("lint", "trap"),
    [
        (catching_everything, "try: f()\nexcept: pass"),
        (catching_everything, "try: f()\nexcept Exception as error: raise"),
        (catching_everything, "try: f()\nexcept (ValueError, BaseException): pass"),
        (printing, "print(x)"),
        (printing, "sys.stdout.write(x)"),
        (printing, "sys.__stderr__.write(x)"),
        (asking_for_a_collection, "isinstance(x, list)"),
        (asking_for_a_collection, "isinstance(x, (str, dict))"),
        (asking_for_a_collection, "isinstance(x, str | list)"),
        (asking_for_a_collection, "isinstance(x, collections.abc.Mapping)"),
        (asking_for_a_collection, "type(x) is list"),
        (comparing_with_a_list, "leaf.value == ['a']"),
        (comparing_with_a_list, "['a'] != leaf.value"),
        (comparing_with_a_list, "leaf.value == ('a', 'b')"),
        (comparing_with_a_list, "leaf.value in ['a']"),
        (echoing_a_value, "f'{inputs.text(\"name\")} is wrong'"),
        (echoing_a_value, "'wrong: ' + leaf.value"),
        (echoing_a_value, "'wrong: %s' % resource.inputs"),
        (using_private_names, "from pulumi_policy.policy import _PolicyAnalyzerServicer"),
    ],
    ids=lambda value: "" if isinstance(value, str) else value.__name__,
)
def test_a_lint_sees_its_trap(lint: Lint, trap: str) -> None:
    assert list(lint(ast.parse(trap)))
