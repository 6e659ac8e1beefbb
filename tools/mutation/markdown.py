"""The page to read: score, requirements, policies, what went wrong, what is equivalent."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from policies.pack.requirements import REQUIREMENTS
from tools.mutation.report import Report, Tally, by_reason, rule_name
from tools.mutation.run import Result, Verdict

_INDEX = re.compile(r"\[[^]]*\]")


def render(report: Report) -> str:
    """The report in Markdown."""
    return "\n".join(_lines(report)) + "\n"


def headline(report: Report) -> str:
    """The run in one line."""
    total, counts = report.total, report.counts
    return (
        f"{total.by_owner} of {total.owned} mutants killed by their owners "
        f"({total.percent:.2f} %), {counts[Verdict.SURVIVED]} survivors, "
        f"{sum(1 for result in report.results if result.wrong)} with a wrong killer, "
        f"{counts[Verdict.EQUIVALENT]} equivalent, {counts[Verdict.UNCLASSIFIED]} unclassified"
    )


def _lines(report: Report) -> Iterator[str]:
    yield from ("# Mutation of the infrastructure", "", f"{headline(report)}.", "")
    yield (
        "Each mutant is the compliant stack with one change. Its owners, by the requirement that "
        "it breaks, have to object to it, and no other policy may."
    )
    yield from _trouble(report)
    yield from ("", "## Requirements", "", "| | clause | mutants | by their owners |")
    yield "|---|---|--:|--:|"
    for requirement in REQUIREMENTS:
        tally = report.by_requirement[requirement.id]
        if tally.owned or requirement.hard:
            hard = " C" if requirement.hard else ""
            yield f"| {requirement.id}{hard} | {requirement.clause} | {_cells(tally)} |"
    yield from ("", "## Policies", "", "| policy | mutants | by their owners | of which types |")
    yield "|---|--:|--:|---|"
    for policy, tally in report.by_policy.items():
        types = ", ".join(
            f"{type_} {cell.by_owner}/{cell.owned}"
            for type_, cell in report.matrix.get(policy, {}).items()
        )
        yield f"| {policy} | {_cells(tally)} | {types} |"
    yield from ("", "## Equivalent mutants", "", "| mutants | why nobody has to object | where |")
    yield "|--:|---|---|"
    for reason, results in by_reason(report).items():
        yield f"| {len(results)} | {reason} | {_places(results)} |"


def _trouble(report: Report) -> Iterator[str]:
    for title, results in (
        ("Survivors", report.of(Verdict.SURVIVED)),
        ("Wrong killers", [result for result in report.results if result.wrong]),
        ("Unclassified", report.of(Verdict.UNCLASSIFIED)),
    ):
        if results:
            yield from ("", f"## {title}", "")
            yield from (f"- {told(result)}" for result in results)
    if report.unused:
        yield from ("", "## Rules of the oracle that say more than any mutant needs", "")
        yield from (f"- {rule_name(rule)}" for rule in report.unused)


def told(result: Result) -> str:
    """One mutant that went wrong, with what did."""
    parts = []
    if result.missing:
        parts.append(f"{', '.join(result.missing)} let it pass")
    if result.wrong:
        parts.append(f"{', '.join(result.wrong)} objected without owning it")
    if result.verdict is Verdict.UNCLASSIFIED:
        parts.append("no rule of `tools/mutation/rules` speaks of it")
    return f"`{result.name}`: {'; '.join(parts)}"


def _cells(tally: Tally) -> str:
    return f"{tally.owned} | {tally.by_owner} ({tally.percent:.1f} %)"


def _places(results: Sequence[Result], most: int = 6) -> str:
    """The properties of some mutants, the most frequent first."""
    found = Counter(
        f"{result.type.rsplit(':', 1)[-1]} {_INDEX.sub('[]', result.path)}".strip()
        for result in results
    )
    shown = [f"`{place}`" for place, _ in found.most_common(most)]
    rest = len(found) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
