"""What a mutation run found: as data, and as a page to read."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance import plan_gate
from policies.pack.catalogue import POLICIES
from policies.pack.requirements import REQUIREMENTS
from tools.mutation.ownership import Rule
from tools.mutation.run import Result, Verdict


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many mutants are owned, and how many of those were caught by their owners.

    Attributes:
        owned: Mutants that break it.
        killed: Those that somebody caught.
        by_owner: Those that every owner caught and nobody else.
    """

    owned: int
    killed: int
    by_owner: int

    @property
    def percent(self) -> float:
        """The share that owners caught; 100 of nothing."""
        return 100 * self.by_owner / self.owned if self.owned else 100.0


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run.

    Attributes:
        results: Every mutant's.
        unused: Rules of the oracle that say more than any mutant needs.
        seconds: How long judging took; None keeps it out of the report.
    """

    results: Sequence[Result]
    unused: Sequence[Rule]
    seconds: float | None = None

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many mutants came to each verdict."""
        found = Counter(result.verdict for result in self.results)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def total(self) -> Tally:
        """The score: over every mutant that has an owner."""
        return _tally(result for result in self.results if result.owners)

    @property
    def by_policy(self) -> Mapping[str, Tally]:
        """The score of each policy of the pack and of the plan gate, as an owner."""
        return {
            policy: _tally(result for result in self.results if policy in result.owners)
            for policy in enforcing()
        }

    @property
    def by_requirement(self) -> Mapping[str, Tally]:
        """The score of each requirement: of the mutants that its policies own."""
        enforced = enforcing()
        return {
            requirement.id: _tally(
                result
                for result in self.results
                if any(requirement.id in enforced.get(owner, ()) for owner in result.owners)
            )
            for requirement in REQUIREMENTS
        }

    @property
    def matrix(self) -> Mapping[str, Mapping[str, Tally]]:
        """Per policy and resource type, the score."""
        cells: defaultdict[str, defaultdict[str, list[Result]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for result in self.results:
            for owner in result.owners:
                cells[owner][result.type.rsplit(":", 1)[-1]].append(result)
        return {
            policy: {type_: _tally(found) for type_, found in sorted(row.items())}
            for policy, row in sorted(cells.items())
        }

    @property
    def passed(self) -> bool:
        """Whether every mutant was caught by its owners and by nobody else."""
        bad = (Verdict.SURVIVED, Verdict.WRONG_KILLER, Verdict.UNCLASSIFIED)
        return not any(self.counts[verdict] for verdict in bad) and not self.unused

    def of(self, verdict: Verdict) -> list[Result]:
        """The mutants that came to a verdict."""
        return [result for result in self.results if result.verdict is verdict]


def enforcing() -> Mapping[str, tuple[str, ...]]:
    """Per policy of the pack and of the plan gate, the requirements that it enforces."""
    return {
        **{policy.name: policy.requirements for policy in POLICIES},
        **{policy.name: tuple(policy.requirements) for policy in plan_gate.POLICIES},
    }


def _tally(results: Iterable[Result]) -> Tally:
    found = list(results)
    return Tally(
        owned=len(found),
        killed=sum(1 for result in found if result.objected),
        by_owner=sum(1 for result in found if result.verdict is Verdict.KILLED),
    )


def as_data(report: Report) -> dict[str, Any]:
    """The report as JSON data; the same run gives the same, but for the seconds."""
    return {
        "score": _numbers(report.total),
        "passed": report.passed,
        "mutants": {verdict.value: count for verdict, count in report.counts.items()},
        **({} if report.seconds is None else {"seconds": round(report.seconds, 1)}),
        "requirements": {key: _numbers(value) for key, value in report.by_requirement.items()},
        "policies": {key: _numbers(value) for key, value in report.by_policy.items()},
        "matrix": {
            policy: {type_: _numbers(tally) for type_, tally in row.items()}
            for policy, row in report.matrix.items()
        },
        "survivors": [_told(result) for result in report.of(Verdict.SURVIVED)],
        "wrongKillers": [_told(result) for result in report.results if result.wrong],
        "unclassified": [result.name for result in report.of(Verdict.UNCLASSIFIED)],
        "unusedRules": [rule_name(rule) for rule in report.unused],
        "equivalent": [
            {"reason": reason, "mutants": [result.name for result in results]}
            for reason, results in by_reason(report).items()
        ],
        "killed": [
            {"mutant": result.name, "by": list(result.objected)}
            for result in report.of(Verdict.KILLED)
        ],
    }


def by_reason(report: Report) -> Mapping[str, list[Result]]:
    """The equivalent mutants by the reason why nobody has to object to them."""
    found: defaultdict[str, list[Result]] = defaultdict(list)
    for result in report.of(Verdict.EQUIVALENT):
        found[result.reason].append(result)
    return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))


def rule_name(rule: Rule) -> str:
    """How reports call a rule of the oracle."""
    return f"{rule.type} {rule.path or 'itself'}: {rule.kinds} (of {rule.resources})"


def _numbers(tally: Tally) -> dict[str, Any]:
    return {
        "owned": tally.owned,
        "killed": tally.killed,
        "killedByOwner": tally.by_owner,
        "percent": round(tally.percent, 2),
    }


def _told(result: Result) -> dict[str, Any]:
    return {
        "mutant": result.name,
        "owners": list(result.owners),
        "missing": list(result.missing),
        "wrong": list(result.wrong),
        "objected": list(result.objected),
    }
