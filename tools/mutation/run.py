"""Judges every mutant, on every core, and holds the answers against the oracle."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice

from compliance.engine import EngineResource
from tools.mutation.judging import Judge
from tools.mutation.mutants import Mutant, mutants
from tools.mutation.ownership import Rule, classify
from tools.mutation.rules import RULES

_CHUNK = 100  # mutants that a process judges at a time


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "survived"
    WRONG_KILLER = "wrong killer"
    EQUIVALENT = "equivalent"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True, kw_only=True)
class Result:
    """One mutant, who had to object to it, and who did.

    Attributes:
        resource: What the program calls the changed resource.
        type: Its type token.
        path: The changed property.
        kind: The kind of change.
        rule: Index of the oracle's rule; None for an unclassified mutant.
        owners: The policies that had to object.
        also: Those that might.
        objected: Those that did.
        reason: For an equivalent mutant, why none had to.
    """

    resource: str
    type: str
    path: str
    kind: str
    rule: int | None
    owners: tuple[str, ...]
    also: tuple[str, ...]
    objected: tuple[str, ...]
    reason: str

    @property
    def name(self) -> str:
        """How reports call it."""
        short = self.type.rsplit(":", 1)[-1]
        return f"{self.resource} ({short}) {self.path or 'itself'}: {self.kind}"

    @property
    def missing(self) -> tuple[str, ...]:
        """The owners that let it pass."""
        return tuple(policy for policy in self.owners if policy not in self.objected)

    @property
    def wrong(self) -> tuple[str, ...]:
        """The policies that objected and own nothing of it."""
        if self.rule is None:
            return ()
        right = {*self.owners, *self.also}
        return tuple(policy for policy in self.objected if policy not in right)

    @property
    def verdict(self) -> Verdict:
        """The worst that can be said of it."""
        if self.rule is None:
            return Verdict.UNCLASSIFIED
        if self.missing:
            return Verdict.SURVIVED
        if self.wrong:
            return Verdict.WRONG_KILLER
        return Verdict.KILLED if self.owners else Verdict.EQUIVALENT


def result(mutant: Mutant, judge: Judge, rules: Sequence[Rule] = RULES) -> Result:
    """Judge one mutant by the pack and by the oracle."""
    rule = classify(mutant, rules)
    return Result(
        resource=mutant.resource,
        type=mutant.type,
        path=mutant.path,
        kind=mutant.kind,
        rule=None if rule is None else rules.index(rule),
        owners=tuple(sorted(rule.owners)) if rule else (),
        also=tuple(sorted(rule.also)) if rule else (),
        objected=tuple(sorted({found.policy for found in judge.objections(mutant)})),
        reason=rule.reason if rule else "",
    )


def judge_all(
    resources: tuple[EngineResource, ...],
    suffix: str,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Result]:
    """The results of every mutant of a compliant stack, in the order of generation.

    Args:
        resources: The stack as the engine plans it.
        suffix: Its environment suffix.
        on_progress: Is called with how many are judged, of how many.
    """
    total = sum(1 for _ in mutants(resources, suffix))
    starts = range(0, total, _CHUNK)
    results: list[Result] = []
    workers = min(os.cpu_count() or 1, len(starts) or 1)
    with ProcessPoolExecutor(
        max_workers=workers, initializer=_prepare, initargs=(resources, suffix)
    ) as pool:
        for chunk in pool.map(_judge_chunk, starts):
            results += chunk
            on_progress(len(results), total)
    return results


# What a process judges: made once in each.
_prepared: list[tuple[Judge, list[Mutant]]] = []


def _prepare(resources: tuple[EngineResource, ...], suffix: str) -> None:
    _prepared[:] = [(Judge(resources, suffix), list(mutants(resources, suffix)))]


def _judge_chunk(start: int) -> list[Result]:
    judge, every = _prepared[0]
    return [result(mutant, judge) for mutant in islice(every, start, start + _CHUNK)]


def unused(results: Sequence[Result], rules: Sequence[Rule] = RULES) -> Iterator[Rule]:
    """The oracle's rules that say more than any mutant needs.

    They fit none any more, or allow an objection that nobody ever raises.
    """
    raised: defaultdict[int, set[str]] = defaultdict(set)
    for found in results:
        if found.rule is not None:
            raised[found.rule] |= set(found.objected)
    for index, rule in enumerate(rules):
        if index not in raised or rule.also - raised[index]:
            yield rule
