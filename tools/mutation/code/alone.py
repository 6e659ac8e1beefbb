"""In an interpreter of its own: what runs at import, and the tests where a mutant is imported.

python -m tools.mutation.code.alone              # prints the names of functions that run at import
python -m tools.mutation.code.alone MODULE KEY   # runs the tests; the exit code is pytest's
"""

import importlib
import importlib.abc
import importlib.machinery
import os
import sys
from types import FrameType, ModuleType

from tools.mutation.code.mutants import ROOT, mutated_module
from tools.mutation.code.running import TESTS, quietly

_PACK = "policies."


class _WithMutants(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module with its mutants in it."""

    def __init__(self, module: str) -> None:
        self._module = module

    def find_spec(
        self, name: str, _path: object, _target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Claim the module."""
        return importlib.machinery.ModuleSpec(name, self) if name == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run it, as mutmut has written it."""
        mutated_module(self._module, module)


def main(module: str, key: str, *tests: str) -> int:
    """Try one mutant in this interpreter."""
    sys.meta_path.insert(0, _WithMutants(module))
    os.chdir(ROOT)
    return quietly(f"{module}.{key}", tests or TESTS)


def functions_run() -> set[str]:
    """The full names of the pack's functions that run while it is imported."""
    found = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call" and (module := str(frame.f_globals.get("__name__"))).startswith(_PACK):
            found.add(f"{module}.{frame.f_code.co_name}")

    sys.setprofile(note)
    for path in sorted((ROOT / "policies").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        importlib.import_module(".".join(parts).removesuffix(".__init__"))
    sys.setprofile(None)
    return found


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(*sys.argv[1:]))
    sys.stdout.write("\n".join(sorted(functions_run())) + "\n")
