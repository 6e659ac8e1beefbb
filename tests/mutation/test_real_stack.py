"""The real stack's mutants: each caught by its owners alone. `make mutation` judges all of them."""

from mutation.judging import Judge
from mutation.markdown import told
from mutation.mutants import Mutant
from mutation.ownership import classify
from mutation.report import enforcing
from mutation.rules import RULES
from mutation.run import Verdict, result
from policies.catalogue import POLICIES
from policies.requirements import REQUIREMENTS

_SAMPLE = 25  # each so many-th mutant


def test_nobody_objects_to_the_stack_itself(judge: Judge) -> None:
    assert judge.baseline() == frozenset()


def test_a_sample_of_mutants_is_caught_by_its_owners_and_nobody_else(
    judge: Judge, every_mutant: list[Mutant]
) -> None:
    results = [result(mutant, judge) for mutant in every_mutant[::_SAMPLE]]
    good = (Verdict.KILLED, Verdict.EQUIVALENT)
    assert [told(found) for found in results if found.verdict not in good] == []


def test_the_oracle_speaks_of_every_mutant(every_mutant: list[Mutant]) -> None:
    assert [mutant.name for mutant in every_mutant if classify(mutant, RULES) is None] == []


def test_every_rule_of_the_oracle_decides_of_some_mutant(every_mutant: list[Mutant]) -> None:
    used = {id(classify(mutant, RULES)) for mutant in every_mutant}
    assert [rule for rule in RULES if id(rule) not in used] == []


def test_every_hard_requirement_is_broken_by_some_mutant(every_mutant: list[Mutant]) -> None:
    enforced = enforcing()
    rules = [classify(mutant, RULES) for mutant in every_mutant]
    broken = {
        requirement
        for rule in rules
        if rule is not None
        for owner in rule.owners
        for requirement in enforced[owner]
    }
    assert {r.id for r in REQUIREMENTS if r.hard} - broken == set()


def test_every_policy_owns_some_mutant(every_mutant: list[Mutant]) -> None:
    rules = [classify(mutant, RULES) for mutant in every_mutant]
    owners = {owner for rule in rules if rule is not None for owner in rule.owners}
    assert {policy.name for policy in POLICIES} - owners == set()
