"""The real stack's mutants: each caught by its owners alone. `make mutation` judges all of them."""

import pytest

from policies.pack.catalogue import POLICIES
from policies.pack.requirements import REQUIREMENTS
from tools.mutation import owned
from tools.mutation.judging import Judge
from tools.mutation.markdown import told
from tools.mutation.mutants import Mutant
from tools.mutation.ownership import Rule
from tools.mutation.preview import Compliant
from tools.mutation.report import enforcing
from tools.mutation.rules import RULES
from tools.mutation.run import Verdict, result

_SAMPLE = 25  # each so many-th mutant


def test_nobody_objects_to_the_stack_itself(judge: Judge) -> None:
    assert judge.baseline() == frozenset()


def test_a_sample_of_mutants_is_caught_by_its_owners_and_nobody_else(
    judge: Judge, every_mutant: list[Mutant]
) -> None:
    results = [result(mutant, judge) for mutant in every_mutant[::_SAMPLE]]
    good = (Verdict.KILLED, Verdict.EQUIVALENT)
    assert [told(found) for found in results if found.verdict not in good] == []


def test_the_oracle_speaks_of_every_mutant(
    every_mutant: list[Mutant], rules: list[Rule | None]
) -> None:
    decided = zip(every_mutant, rules, strict=True)
    assert [mutant.name for mutant, rule in decided if rule is None] == []


def test_every_rule_of_the_oracle_decides_of_some_mutant(rules: list[Rule | None]) -> None:
    used = {id(rule) for rule in rules}
    assert [rule for rule in RULES if id(rule) not in used] == []


def test_every_hard_requirement_is_broken_by_some_mutant(rules: list[Rule | None]) -> None:
    enforced = enforcing()
    broken = {requirement for owner in owners(rules) for requirement in enforced[owner]}
    assert {r.id for r in REQUIREMENTS if r.hard} - broken == set()


def test_every_policy_owns_some_mutant(rules: list[Rule | None]) -> None:
    assert enforcing().keys() - owners(rules) == set()


def test_the_numbers_in_the_traceability_table_are_those_of_today(
    rules: list[Rule | None],
) -> None:
    assert owned.read() == owned.count(rules), "stale: run `make mutation`"


def owners(rules: list[Rule | None]) -> set[str]:
    """The policies that own some mutant."""
    return {owner for rule in rules if rule is not None for owner in rule.owners}


@pytest.mark.parametrize(
    "name", ["function-memory", "queue-max-receive-count", "bucket-archive", "iam-actions"]
)
def test_a_rule_that_is_taken_out_of_the_pack_lets_its_mutants_survive(
    stack: Compliant, every_mutant: list[Mutant], rules: list[Rule | None], name: str
) -> None:
    weakened = Judge(
        stack.resources, stack.suffix, tuple(policy for policy in POLICIES if policy.name != name)
    )
    decided = zip(every_mutant, rules, strict=True)
    owned = [mutant for mutant, rule in decided if rule is not None and name in rule.owners]
    for mutant in owned[::10]:
        assert result(mutant, weakened).missing == (name,)
