"""The real stack, previewed once for all tests that mutate it."""

from pathlib import Path

import pytest

from tools.mutation.judging import Judge
from tools.mutation.mutants import Mutant, mutants
from tools.mutation.ownership import Rule, classify
from tools.mutation.preview import Compliant, compliant_stack
from tools.mutation.rules import RULES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def stack() -> Compliant:
    return compliant_stack(ROOT)


@pytest.fixture(scope="session")
def every_mutant(stack: Compliant) -> list[Mutant]:
    return list(mutants(stack.resources, stack.suffix))


@pytest.fixture(scope="session")
def rules(every_mutant: list[Mutant]) -> list[Rule | None]:
    """What the oracle says of each mutant."""
    return [classify(mutant, RULES) for mutant in every_mutant]


@pytest.fixture(scope="session")
def judge(stack: Compliant) -> Judge:
    return Judge(stack.resources, stack.suffix)
