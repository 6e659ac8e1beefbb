"""The oracle: which policy owns which change, by the requirements and not by what policies do.

The rules are data, ordered: the first that fits a mutant decides. A mutant that no rule fits is
unclassified, which fails a run, as does a rule that says more than any mutant needs.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property

from tools.mutation.mutants import Mutant

Condition = Callable[[Mutant], bool]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What one kind of change means.

    Patterns take `*` for any text and `[]` for any index; several are joined by `|`.

    Attributes:
        type: Last part of the resource type, such as `Queue`; a pattern.
        path: The property's path; a pattern.
        kinds: The kinds of change; a pattern.
        resources: What the program calls the resource; a pattern.
        owners: The policies that each have to object. Empty: the change breaks no numbered
            requirement that a policy could hold it to.
        also: Policies that the same change may break as well.
        reason: For a change without owner, why it needs none.
    """

    type: str
    path: str
    kinds: str = "*"
    resources: str = "*"
    owners: frozenset[str] = frozenset()
    also: frozenset[str] = frozenset()
    reason: str = ""

    def fits(self, mutant: Mutant) -> bool:
        """Whether this rule speaks of the mutant."""
        return all(
            pattern.fullmatch(text)
            for pattern, text in zip(
                self._patterns,
                (mutant.type.rsplit(":", 1)[-1], mutant.path, mutant.kind, mutant.resource),
                strict=True,
            )
        )

    @cached_property
    def _patterns(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(_pattern, (self.type, self.path, self.kinds, self.resources)))


def _pattern(text: str) -> re.Pattern[str]:
    escaped = re.escape(text).replace(r"\|", "|")
    return re.compile(escaped.replace(r"\[\]", r"\[[^\]]*\]").replace(r"\*", ".*"))


def owned(
    type_: str, path: str, owners: str, kinds: str = "*", *, of: str = "*", also: str = ""
) -> Rule:
    """Changes that each of `owners` (names with spaces between) has to catch.

    Args:
        type_: Pattern of the resource type.
        path: Pattern of the property's path.
        owners: The policies.
        kinds: Pattern of the kinds of change.
        of: Pattern of the resource's name.
        also: Policies that may object as well.
    """
    return Rule(
        type=type_,
        path=path,
        kinds=kinds,
        resources=of,
        owners=frozenset(owners.split()),
        also=frozenset(also.split()),
    )


def equivalent(type_: str, path: str, reason: str, kinds: str = "*", *, of: str = "*") -> Rule:
    """Changes that break nothing which a policy is for, and why; nobody may object to them."""
    return Rule(type=type_, path=path, kinds=kinds, resources=of, reason=reason)


def classify(mutant: Mutant, rules: Iterable[Rule]) -> Rule | None:
    """The rule that decides; None leaves the mutant unclassified."""
    return next((rule for rule in rules if rule.fits(mutant)), None)
