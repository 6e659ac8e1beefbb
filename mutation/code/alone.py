"""`python -m mutation.code.alone MODULE KEY`: the tests, where a module is imported with a mutant.

Exit code: pytest's.
"""

import importlib.abc
import importlib.machinery
import os
import sys
from types import ModuleType

from mutation.code.mutants import ROOT, mutated_module
from mutation.code.running import quietly


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


def main(module: str, key: str) -> int:
    """Try one mutant in this interpreter."""
    sys.meta_path.insert(0, _WithMutants(module))
    os.chdir(ROOT)
    return quietly(f"{module}.{key}")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
