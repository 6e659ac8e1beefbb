"""The mutants of the pack's modules, as mutmut makes them: one expression of one function each."""

import ast
import difflib
import importlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import parse_mutant_key

ROOT = Path(__file__).resolve().parents[3]
_PACK = ROOT / "policies"
_MUTATED = re.compile(r"x[_ǁ].*__mutmut_[0-9]+")
_ORIGINAL = re.compile(r"[0-9]+$")


@dataclass(frozen=True, kw_only=True, order=True)
class Mutant:
    """One changed function.

    Attributes:
        module: the module's full name, such as `policies.rules.cors`.
        key: mutmut's name of the changed function in it.
    """

    module: str
    key: str

    @property
    def name(self) -> str:
        """Under which mutmut knows it."""
        return f"{self.module}.{self.key}"

    @property
    def function(self) -> str:
        """The full name of the function that it changes, without its class."""
        return f"{self.module}.{parse_mutant_key(self.key.partition('__mutmut_')[0])[0]}"

    @cached_property
    def code(self) -> CodeType:
        """The changed function, compiled."""
        return _codes(self.module)[self.key]

    def target(self) -> FunctionType | None:
        """The function that it changes, in the module as it is imported; None if none runs."""
        function, class_name = parse_mutant_key(self.key.partition("__mutmut_")[0])
        holder: Any = importlib.import_module(self.module)
        if class_name is not None:
            holder = getattr(holder, class_name)
        return _plain(vars(holder).get(function))

    def shows_at_import(self, functions: Collection[str]) -> bool:
        """Whether it may do so at import alone: its function runs then, or a default is changed."""
        return self.function in functions or not self.change()

    def change(self) -> str:
        """The lines of its body that it takes away and puts in, marked by - and +."""
        functions = _functions(self.module)
        original = functions[_ORIGINAL.sub("orig", self.key)]
        changed = difflib.ndiff(_lines(original), _lines(functions[self.key]))
        return "\n".join(line for line in changed if line[0] in "-+")


def all_mutants(modules: Sequence[str] = ()) -> Iterator[Mutant]:
    """Every mutant of the pack's modules, or of some of them, in a fixed order.

    Raises:
        ValueError: The pack has no such module.
    """
    known = [_name(path) for path in sorted(_PACK.rglob("*.py"))]
    if unknown := sorted(set(modules) - set(known)):
        raise ValueError(
            f"the pack has no module {unknown[0]}: write one such as policies.rules.cors"
        )
    for module in modules or known:
        for key in _codes(module):
            yield Mutant(module=module, key=key)


def mutated_module(module: str, into: ModuleType) -> None:
    """Run a module with all its mutants in it; the variable MUTANT_UNDER_TEST chooses one."""
    into.__file__ = str(_path(module))
    exec(compile(_source(module), into.__file__, "exec"), vars(into))  # noqa: S102


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _path(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


@cache
def _source(module: str) -> str:
    path = _path(module)
    return str(mutate_file_contents(str(path), path.read_text(encoding="utf-8")).code)


@cache
def _codes(module: str) -> dict[str, CodeType]:
    def inside(code: CodeType) -> Iterator[CodeType]:
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                yield constant
                yield from inside(constant)

    compiled = compile(_source(module), str(_path(module)), "exec")
    found = (code for code in inside(compiled) if _MUTATED.fullmatch(code.co_name))
    return {code.co_name: code for code in found}


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    tree = ast.parse(_source(module))
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def _lines(function: ast.FunctionDef) -> list[str]:
    return [line for node in function.body for line in ast.unparse(node).splitlines()]


def _plain(value: Any) -> FunctionType | None:
    """The function under decorators of the standard library."""
    for inner in ("__func__", "fget", "func", "__wrapped__"):
        while not isinstance(value, FunctionType) or hasattr(value, "__wrapped__"):
            unwrapped = getattr(value, inner, None)
            if unwrapped is None:
                break
            value = unwrapped
    return value if isinstance(value, FunctionType) else None
