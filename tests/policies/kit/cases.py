"""Cases: one small change to the compliant stack, and the one policy that has to answer for it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.policies.kit import frozen
from tests.policies.kit.declarations import Declarations, declare
from tests.policies.kit.engine import Found, judge

Change = Callable[[Declarations], Declarations]
Test = Callable[["Case", Declarations], None]


@dataclass(frozen=True, kw_only=True)
class Case:
    """A change and what it leads to.

    Attributes:
        title: The change in words.
        policy: Who answers.
        on: Names of the resources that it blocks; none if it blocks nothing.
        change: The change.
        answer: FAIL, UNKNOWN, PASS or NOT_APPLICABLE.
        message: A part of the message, reason or path.
        also: Other policies that rightly block, and whom.
    """

    title: str
    policy: str
    on: tuple[str, ...]
    change: Change
    answer: str
    message: str = ""
    also: dict[str, set[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The case in one line."""
        return f"{self.policy}: {self.title} ({', '.join(self.on)})"

    def answers(self, baseline: Declarations) -> list[Found]:
        """What its policy says of its resources after the change."""
        judgement = judge(self.change(baseline))
        return [found for name in self.on for found in judgement.of(self.policy, name)]


def setting(name: str, path: str, value: Any) -> Change:
    """Set one property of one resource."""
    return lambda stack: stack.set(name, path, value)


def dropping(name: str, path: str) -> Change:
    """Leave one property of one resource out."""
    return lambda stack: stack.drop(name, path)


def hiding(name: str, path: str) -> Change:
    """Make one property of one resource unknown."""
    return lambda stack: stack.hide(name, path)


def adding(type_: str, name: str, /, **inputs: Any) -> Change:
    """Declare one more resource."""
    return lambda stack: stack.add(declare(type_, name, **inputs))


def without(name: str) -> Change:
    """Leave a resource out."""
    return lambda stack: stack.remove(name)


def fails(
    title: str,
    policy: str,
    on: str | tuple[str, ...],
    change: Change,
    message: str = "",
    **also: set[str],
) -> Case:
    """The change breaks this rule alone, and those of `also`, written with `_` for `-`."""
    return Case(
        title=title,
        policy=policy,
        on=(on,) if isinstance(on, str) else on,
        change=change,
        answer="FAIL",
        message=message,
        also={name.replace("_", "-"): names for name, names in also.items()},
    )


def undetermined(
    policy: str, on: str | tuple[str, ...], path: str, change: Change | None = None, **also: Any
) -> Case:
    """With the property at `path` unknown, the policy cannot tell."""
    name = on if isinstance(on, str) else on[0]
    return Case(
        title=f"{path} of {name} is unknown",
        policy=policy,
        on=(on,) if isinstance(on, str) else on,
        change=change or (lambda stack: stack.hide(name, path)),
        answer="UNKNOWN",
        also={key.replace("_", "-"): names for key, names in also.items()},
    )


def passes(title: str, policy: str, on: str, change: Change, **also: set[str]) -> Case:
    """The change keeps to the rule, and breaks those of `also` alone, written with `_` for `-`."""
    return Case(
        title=title,
        policy=policy,
        on=(on,),
        change=change,
        answer="PASS",
        also={name.replace("_", "-"): names for name, names in also.items()},
    )


def not_applicable(title: str, policy: str, on: str, change: Change, reason: str = "") -> Case:
    """After the change the rule says nothing about the resource."""
    return Case(
        title=title,
        policy=policy,
        on=(on,),
        change=change,
        answer="NOT_APPLICABLE",
        message=reason,
    )


def parametrized(cases: Sequence[Case]) -> Callable[[Test], Test]:
    """Runs a test once per case, named by policy and change."""
    mark: Callable[[Test], Test] = pytest.mark.parametrize(
        "case", [pytest.param(case, id=f"{case.policy}: {case.title}") for case in cases]
    )
    return mark


def check(case: Case, baseline: Declarations) -> None:
    """Assert that the owner answers as it should, and nobody else blocks.

    Raises:
        AssertionError: Another answer, policy or resource, or other words than those frozen.
    """
    judgement = judge(case.change(baseline))
    blocks = case.answer in ("FAIL", "UNKNOWN")
    expected = dict(case.also) | ({case.policy: set(case.on)} if blocks else {})
    assert judgement.blocked() == expected, _messages(judgement.answers)
    for name in case.on:
        answers = judgement.of(case.policy, name)
        assert [found.answer for found in answers] == [case.answer] * len(answers) != []
        text = " ".join(found.message + found.reason + found.path for found in answers)
        assert case.message in text, text
    words = frozen.told(found for name in case.on for found in judgement.of(case.policy, name))
    assert words == frozen.answers().get(case.name), "read what changed, then run `make regenerate`"


def _messages(answers: Sequence[Any]) -> str:
    return "\n".join(
        f"{found.policy} on {found.resource}: {found.message}"
        for found in answers
        if found.answer in ("FAIL", "UNKNOWN")
    )
