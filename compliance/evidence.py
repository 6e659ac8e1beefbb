"""The canonical evidence: what was checked, with what, and every single answer.

The document is JSON (`evidence.schema.json`), written deterministically: the same inputs give
the same bytes but for `generatedAt`. Reports are rendered from it alone, so that old evidence can
be read again years later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from compliance.errors import BrokenRunError

VERSION = "1"


class Outcome(StrEnum):
    """The one answer that every policy gives for every resource."""

    PASS = "PASS"  # noqa: S105 - an outcome, no password
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"
    WAIVED = "WAIVED"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Verdict(StrEnum):
    """What the answers amount to, the worst first."""

    WAIVERS_INVALID = "waivers invalid"
    VIOLATIONS = "violations"
    UNDETERMINED = "undetermined"
    COMPLIANT = "compliant"


@dataclass(frozen=True, kw_only=True)
class Source:
    """A line of the user's Pulumi program.

    `file` is relative to the root of the repository that holds the project, with slashes.
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A rule: of the policy pack, or of the plan gate when its name begins with `plan-gate/`."""

    name: str
    sentence: str
    severity: str
    requirements: tuple[str, ...]
    remediation: str
    waivable: bool
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Clause:
    """One clause of the requirements that policies cite by its `id`.

    `constraint` tells whether a policy has to enforce it; `proof` what else proves it, if anything.
    """

    id: str
    text: str
    constraint: bool
    proof: str | None

    def __str__(self) -> str:
        return f"{self.id} {self.text}"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A property of a resource that refers to another resource."""

    property: str
    urn: str


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource that every policy was asked about; a component of the program is not custom."""

    urn: str
    type: str
    name: str
    custom: bool
    parent: str | None
    source: Source | None
    links: tuple[Link, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One policy's answer for one resource.

    `reason` is set for NOT_APPLICABLE, `path` for UNKNOWN, `waiver` (an index into the evidence's
    waivers) and `waived` (the outcome it covers) for WAIVED. `basis` is `reference` where the
    answer rests on values that are unknown until the deployment, and that were taken for what the
    engine says they are made from: `references` names these, each with its resource in front.
    """

    policy: str
    urn: str
    outcome: Outcome
    message: str | None
    reason: str | None
    path: str | None
    source: Source | None
    waiver: int | None
    waived: Outcome | None
    basis: str | None = None
    references: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a scanner beside the pack objects to; `rule` is `{scanner}:{id}`.

    `guideline` is the rule's own text, the same for every resource. `urn` and `source` are None
    when the finding cannot be traced to one resource.
    """

    rule: str
    severity: str
    message: str
    guideline: str | None
    urn: str | None
    source: Source | None
    outcome: Outcome
    waiver: int | None


@dataclass(frozen=True, kw_only=True)
class Gap:
    """What a scanner could not look at: one property, or the whole resource if `path` is None."""

    scanner: str
    urn: str
    path: str | None


@dataclass(frozen=True, kw_only=True)
class Disagreement:
    """One fact of one resource that the pack and a scanner judge differently."""

    rule: str
    policy: str
    urn: str
    scanner_accepts: bool
    pack: Outcome


@dataclass(frozen=True, kw_only=True)
class Waiver:
    """An exception under review. `matched` counts the answers and findings it covers."""

    rule: str
    resource: str
    reason: str
    owner: str
    expires: date
    line: int
    matched: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A fault in the waiver file."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, kw_only=True)
class Ungoverned:
    """A resource type that no policy governs, and how many resources it has."""

    type: str
    count: int


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What was checked. `kind` is `preview` or `deployed`.

    `folder` is the project's, relative to the root of its repository, with slashes: `.` for that
    root, None in evidence of before it was recorded.
    """

    kind: str
    project: str
    folder: str | None
    stack: str
    account: str | None
    region: str | None


@dataclass(frozen=True, kw_only=True)
class Hashes:
    """SHA-256 of every input, in hex; None for an input that does not exist."""

    program: str
    policy_pack: str
    pack_configuration: str | None
    waivers: str | None
    preview: str


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The whole of it. Answers are sorted by policy, then URN: one for each pair."""

    version: str
    generated_at: datetime
    subject: Subject
    tools: Mapping[str, str]
    hashes: Hashes
    policies: tuple[Policy, ...]
    resources: tuple[Resource, ...]
    answers: tuple[Answer, ...]
    findings: tuple[Finding, ...]
    scanners: tuple[str, ...]
    gaps: tuple[Gap, ...]
    disagreements: tuple[Disagreement, ...]
    waivers: tuple[Waiver, ...]
    problems: tuple[Problem, ...]
    ungoverned: tuple[Ungoverned, ...]
    clauses: tuple[Clause, ...] = ()  # absent in evidence of before they were recorded

    def __post_init__(self) -> None:
        asked = [(answer.policy, answer.urn) for answer in self.answers]
        every = [(p.name, r.urn) for p in self.policies for r in self.resources]
        if sorted(asked) != sorted(every):
            missing, surplus = Counter(every) - Counter(asked), Counter(asked) - Counter(every)
            raise BrokenRunError(
                f"{len(asked)} answers for {len(self.policies)} policies x "
                f"{len(self.resources)} resources: "
                + "; ".join(
                    f"{len(pairs)} {what}, such as {min(pairs)}"
                    for what, pairs in (("missing", missing), ("surplus", surplus))
                    if pairs
                )
            )

        named = {a.waiver for a in self.answers} | {f.waiver for f in self.findings}
        if absent := named - {None, *range(len(self.waivers))}:
            raise BrokenRunError(f"the answers name waivers that do not exist: {absent}")

    @cached_property
    def counts(self) -> Counter[Outcome]:
        """How many answers and findings have each outcome."""
        return Counter(
            [answer.outcome for answer in self.answers]
            + [finding.outcome for finding in self.findings]
        )

    @cached_property
    def tallies(self) -> Mapping[str, Counter[Outcome]]:
        """The same counts for each policy, by its name."""
        tallies: dict[str, Counter[Outcome]] = {policy.name: Counter() for policy in self.policies}
        for answer in self.answers:
            tallies[answer.policy][answer.outcome] += 1
        return tallies

    def cited(self, policy: Policy) -> tuple[str, ...]:
        """The clauses that a policy enforces, each with its text where that is recorded."""
        return tuple(self._clause_texts.get(name, name) for name in policy.requirements)

    @cached_property
    def _clause_texts(self) -> Mapping[str, str]:
        return {clause.id: str(clause) for clause in self.clauses}

    @cached_property
    def worst_first(self) -> tuple[Policy, ...]:
        """The policies, those with the most that blocks before the others, then by name."""

        def blocked(policy: Policy) -> int:
            tally = self.tallies[policy.name]
            return tally[Outcome.FAIL] + tally[Outcome.UNKNOWN]

        return tuple(sorted(self.policies, key=lambda policy: (-blocked(policy), policy.name)))

    @cached_property
    def blocking(self) -> tuple[Answer, ...]:
        """The answers that stand against a deployment: violations first, then undetermined."""
        blocking = [a for a in self.answers if a.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
        return tuple(sorted(blocking, key=lambda a: (a.outcome, a.policy, a.urn)))

    @cached_property
    def verdict(self) -> Verdict:
        """The worst of what the waivers and the answers say."""
        if self.problems:
            return Verdict.WAIVERS_INVALID
        if self.counts[Outcome.FAIL]:
            return Verdict.VIOLATIONS
        if self.counts[Outcome.UNKNOWN]:
            return Verdict.UNDETERMINED
        return Verdict.COMPLIANT


def logical_name(urn: str) -> str:
    """What the program called a resource; the name may hold colons itself."""
    return urn.split("::", 3)[-1]


def now() -> datetime:
    """The time of a check: UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
