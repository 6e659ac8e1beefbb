"""The check in a terminal: the verdict, what failed, and a line per policy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from compliance.evidence import (
    Answer,
    Evidence,
    Finding,
    Outcome,
    Subject,
    Verdict,
    logical_name,
)

_STYLES = {
    Outcome.FAIL: "bold red",
    Outcome.UNKNOWN: "bold magenta",
    Outcome.WAIVED: "yellow",
    Outcome.PASS: "green",
    Outcome.NOT_APPLICABLE: "dim",
}


WORDS = {
    Outcome.FAIL: "failed",
    Outcome.UNKNOWN: "undetermined",
    Outcome.WAIVED: "waived",
    Outcome.PASS: "passed",
    Outcome.NOT_APPLICABLE: "not applicable",
}
"""What reports call each outcome, in the order in which they tell them."""


def what_was_judged(subject: Subject) -> str:
    """One sentence: the project, where it lies, the stack, and whether it is planned or deployed.

    Such as "Project billing in infra/billing, stack prod: the preview was judged."
    """
    folder = {None: "", ".": " in the repository's root"}.get(
        subject.folder, f" in {subject.folder}"
    )
    what = "the preview" if subject.kind == "preview" else "what is deployed"
    return f"Project {subject.project}{folder}, stack {subject.stack}: {what} was judged."


def headline(evidence: Evidence) -> str:
    """The verdict with what it rests on, such as "Not compliant: 10 failed, 1 invalid waiver"."""
    counts = evidence.counts
    parts = [
        f"{number:,} {word}"
        for number, word in (
            (counts[Outcome.FAIL], "failed"),
            (counts[Outcome.UNKNOWN], "undetermined"),
            (
                len(evidence.problems),
                "invalid waiver" if len(evidence.problems) == 1 else "invalid waivers",
            ),
        )
        if number
    ]
    return f"Not compliant: {', '.join(parts)}" if parts else "Compliant"


def explanation(evidence: Evidence) -> str:
    """The verdict in a sentence or two, such as "All 64 policies pass."."""
    total = len(evidence.policies)
    failing = sum(1 for tally in evidence.tallies.values() if tally[Outcome.FAIL])
    unclear = sum(1 for tally in evidence.tallies.values() if tally[Outcome.UNKNOWN])
    idle = sum(1 for tally in evidence.tallies.values() if not _judged(tally))
    said = []
    if evidence.problems:
        said.append("A waiver that has a fault excuses nothing: mend the waiver file.")
    if failing:
        said.append(f"{failing} of {total} policies fail.")
    if unclear:
        said.append(f"{unclear} of {total} policies need values that are unknown.")
    if not failing and not unclear:
        said.append(f"All {total} policies pass{f', {idle} with nothing to judge' * bool(idle)}.")
    waived = sum(1 for answer in evidence.answers if answer.outcome is Outcome.WAIVED)
    if waived:
        said.append(f"{waived} answers are waived.")
    if resting := sum(1 for answer in evidence.answers if answer.references):
        said.append(f"Answers with basis reference, whose values deployment shows: {resting}.")
    for scanner in evidence.scanners:
        own = [f.outcome for f in evidence.findings if f.rule.startswith(f"{scanner}:")]
        for outcome, verb in ((Outcome.FAIL, "stand"), (Outcome.WAIVED, "are waived")):
            if number := own.count(outcome):
                said.append(f"{number} {scanner.capitalize()} findings {verb}.")
    return " ".join(said)


def _judged(tally: Mapping[Outcome, int]) -> bool:
    return any(number for outcome, number in tally.items() if outcome is not Outcome.NOT_APPLICABLE)


def verdict_line(evidence: Evidence) -> str:
    """One line, such as "Compliant. 64 policies on 120 resources: 30 waived, 1,122 passed, …"."""
    counts = evidence.counts
    rest = (Outcome.WAIVED, Outcome.PASS, Outcome.NOT_APPLICABLE)  # the headline has the others
    said = ", ".join(f"{counts[outcome]:,} {WORDS[outcome]}" for outcome in rest if counts[outcome])
    return (
        f"{headline(evidence)}. {len(evidence.policies)} policies on "
        f"{len(evidence.resources)} resources: {said}."
    )


def summary(evidence: Evidence) -> RenderableType:
    """What `pipeline check` prints, for a rich console."""
    table = Table(box=None, padding=(0, 1), header_style="bold", show_edge=False)
    table.add_column("policy", no_wrap=True)
    for heading in ("passed", "failed", "undetermined", "waived"):
        table.add_column(heading, justify="right")
    table.add_column("clauses", style="dim")
    tallies = evidence.tallies
    for policy in evidence.policies:
        tally = tallies[policy.name]
        table.add_row(
            Text(policy.name),
            *(
                Text(str(tally[outcome]) if tally[outcome] else "·", style=_STYLES[outcome])
                if tally[outcome]
                else Text("·", style="dim")
                for outcome in (Outcome.PASS, Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED)
            ),
            Text(", ".join(policy.requirements)),
        )
    cited = {policy.name: evidence.cited(policy) for policy in evidence.policies}
    style = "bold green" if evidence.verdict is Verdict.COMPLIANT else "bold red"
    return Group(
        table,
        Text(""),
        *(Text(f"✗ {problem}", style="red") for problem in evidence.problems),
        *(_blocked(answer, cited[answer.policy]) for answer in evidence.blocking),
        *(_found(finding) for finding in evidence.findings if finding.outcome is Outcome.FAIL),
        *(Text(line, style="yellow") for line in _notes(evidence)),
        Text(verdict_line(evidence), style=style),
    )


def _blocked(answer: Answer, cited: Sequence[str]) -> Text:
    name = logical_name(answer.urn)
    place = f"  {answer.source}" if answer.source else ""
    text = Text("✗ ", style=_STYLES[answer.outcome])
    text.append(answer.policy, style="bold")
    text.append(f" on {name}{place}")
    for line in (answer.message or "").splitlines():
        text.append(f"\n    {line}")
    for clause in cited:
        text.append(f"\n    {clause}", style="dim")
    return text


def _found(finding: Finding) -> Text:
    text = Text("✗ ", style=_STYLES[Outcome.FAIL])
    text.append(finding.rule, style="bold")
    name = logical_name(finding.urn) if finding.urn else "the whole stack"
    text.append(f" on {name}{f'  {finding.source}' if finding.source else ''}")
    text.append(f"\n    {finding.message}")
    return text


def _notes(evidence: Evidence) -> Iterator[str]:
    """What does not block and must not be overlooked either."""
    if evidence.gaps:
        names = ", ".join(sorted({gap.scanner for gap in evidence.gaps}))
        yield f"! {len(evidence.gaps)} properties or resources that {names} could not look at"
    for rule, policy in sorted({(d.rule, d.policy) for d in evidence.disagreements}):
        ones = [d for d in evidence.disagreements if (d.rule, d.policy) == (rule, policy)]
        verb = "accepts" if ones[0].scanner_accepts else "objects"
        yield f"! {rule} {verb} where {policy} says {ones[0].pack} ({len(ones)} resources)"


def render_summary(evidence: Evidence, *, width: int = 100) -> str:
    """The summary as plain text, for logs and tests."""
    console = Console(width=width, color_system=None)
    with console.capture() as capture:
        console.print(summary(evidence))
    return capture.get()
