"""How the oracle decides."""

import pytest

from tools.mutation.mutants import Mutant
from tools.mutation.ownership import classify, equivalent, owned
from tools.mutation.report import enforcing
from tools.mutation.rules import RULES


def mutant(path: str, kind: str = "drop", *, of: str = "one", type_: str = "a:b/c:Queue") -> Mutant:
    return Mutant(urn=f"urn::{of}", type=type_, path=path, kind=kind, mutated=None)


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("policy", "policy", True),
        ("policy", "policy.Statement", False),
        ("policy*", "policy.Statement", True),
        ("rules[].days", "rules[0].days", True),
        ("rules[].days", "rules[archive].days", True),
        ("rules[].days", "rules[0][1].days", False),
        ("rules[archive].days", "rules[other].days", False),
        ("a|b", "b", True),
        ("a|b", "ab", False),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_a_path_fits_a_pattern_as_a_whole(pattern: str, path: str, fits: bool) -> None:
    assert owned("Queue", pattern, "x").fits(mutant(path)) is fits


def test_type_kind_and_name_have_to_fit_as_well() -> None:
    rule = owned("Queue", "a", "x", "drop|flip", of="*-dlq")
    assert rule.fits(mutant("a", "flip", of="one-dlq"))
    assert not rule.fits(mutant("a", "alter", of="one-dlq"))
    assert not rule.fits(mutant("a", "flip", of="one-queue"))
    assert not rule.fits(mutant("a", "flip", of="one-dlq", type_="a:b/c:Topic"))


def test_the_first_rule_that_fits_decides() -> None:
    special, general = owned("Queue", "a", "x"), equivalent("Queue", "*", "why")
    assert classify(mutant("a"), (special, general)) is special
    assert classify(mutant("b"), (special, general)) is general


def test_what_no_rule_fits_is_unclassified() -> None:
    assert classify(mutant("a"), (owned("Topic", "*", "x"),)) is None


def test_every_owner_is_a_policy_that_exists() -> None:
    named = {policy for rule in RULES for policy in rule.owners | rule.also}
    assert named - enforcing().keys() == set()


def test_a_change_has_owners_or_a_reason_why_not_and_never_both() -> None:
    for rule in RULES:
        assert bool(rule.owners) != bool(rule.reason), rule


def test_nobody_is_named_twice() -> None:
    for rule in RULES:
        assert not rule.owners & rule.also, rule
