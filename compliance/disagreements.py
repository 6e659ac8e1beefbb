"""Where a scanner and the pack judge the same fact differently: both are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from compliance.evidence import Answer, Disagreement, Link, Outcome
from compliance.scanners import Scan


def disagreements(
    answers: Sequence[Answer], scans: Iterable[Scan], graph: Mapping[str, Sequence[Link]]
) -> tuple[Disagreement, ...]:
    """Every opinion of a scanner that an answer of the pack contradicts.

    A scanner may hold a fact against another resource than the pack does: against a bucket's access
    block, not the bucket. Where the pack has nothing to say of a resource, those that it refers to,
    or that refer to it, are looked at.
    """
    pack = {
        (answer.policy, answer.urn): answer.outcome
        for answer in answers
        if answer.outcome is not Outcome.NOT_APPLICABLE
    }
    beside: dict[str, set[str]] = defaultdict(set)
    for urn, references in graph.items():
        for link in references:
            beside[urn].add(link.urn)
            beside[link.urn].add(urn)

    def judged(policy: str, urn: str) -> Iterator[Outcome]:
        places = {urn} if (policy, urn) in pack else beside[urn]
        return (pack[policy, place] for place in places if (policy, place) in pack)

    found = (
        Disagreement(
            rule=opinion.rule,
            policy=opinion.policy,
            urn=opinion.urn,
            scanner_accepts=opinion.accepts,
            pack=outcome,
        )
        for scan in scans
        for opinion in scan.opinions
        for outcome in sorted(set(judged(opinion.policy, opinion.urn)))
        if (outcome is Outcome.PASS) != opinion.accepts
    )
    return tuple(sorted(found, key=lambda one: (one.rule, one.policy, one.urn, one.pack)))
