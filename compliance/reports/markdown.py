"""Markdown for a pull request's comment: the verdict, what failed first, a table of policies."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from compliance.evidence import Answer, Evidence, Finding, Outcome, Verdict, logical_name
from compliance.summary import explanation, headline, what_was_judged

LIMIT = 65_536
"""The most characters that a comment on the large forges may have."""

_SIGNS = {
    Verdict.COMPLIANT: "✅",
    Verdict.VIOLATIONS: "❌",
    Verdict.UNDETERMINED: "❓",
    Verdict.WAIVERS_INVALID: "❌",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~@&:])")
_ROOM_FOR_TABLE = 24_000


def render(evidence: Evidence) -> str:
    """The comment, never longer than `LIMIT`: what does not fit is counted."""
    subject = evidence.subject
    counts = evidence.counts
    where = ", ".join(
        filter(None, (subject.region, subject.account and f"account {subject.account}"))
    )
    head = [
        f"## {_SIGNS[evidence.verdict]} {headline(evidence)}",
        "",
        _plain(f"{what_was_judged(subject)} {explanation(evidence)}"),
        "",
        f"{len(evidence.policies)} policies on {len(evidence.resources)} resources "
        f"{f'({where})' if where else ''}: "
        f"**{counts[Outcome.FAIL]} failed**, {counts[Outcome.UNKNOWN]} undetermined, "
        f"{counts[Outcome.WAIVED]} waived, {counts[Outcome.PASS]} passed, "
        f"{counts[Outcome.NOT_APPLICABLE]} not applicable.",
        "",
    ]
    table = _bounded(_table(evidence), _ROOM_FOR_TABLE)
    foot = [*_references(evidence), "", f"<sub>{_footer(evidence)}</sub>"]
    used = sum(len(line) + 1 for line in (*head, *table, *foot))
    failures = _bounded(_failures(evidence), LIMIT - used)
    return "\n".join((*head, *failures, *table, *foot)) + "\n"


def _failures(evidence: Evidence) -> list[str]:
    lines = [
        f"- {_code(str(p.file))} line {p.line}: {_plain(p.message)}" for p in evidence.problems
    ]
    cited = {policy.name: evidence.cited(policy) for policy in evidence.policies}
    lines += [_answer(answer, cited[answer.policy]) for answer in evidence.blocking]
    lines += [_finding(f) for f in evidence.findings if f.outcome is Outcome.FAIL]
    lines += [
        f"- {_plain(d.rule)} {'accepts' if d.scanner_accepts else 'objects'} where "
        f"**{_plain(d.policy)}** says {d.pack}: {_code(logical_name(d.urn))}"
        for d in evidence.disagreements
    ]
    return [*lines, ""] if lines else []


def _answer(answer: Answer, cited: Sequence[str]) -> str:
    message = answer.message or f"Undetermined: {answer.path}"
    place = f" at {_code(str(answer.source))}" if answer.source else ""
    name = logical_name(answer.urn)
    told = "<br>".join(_plain(line) for line in (*message.splitlines(), *cited))
    word = "undetermined, " if answer.outcome is Outcome.UNKNOWN else ""
    return f"- **{_plain(answer.policy)}** on {_code(name)}{place}: {word}{told}"


def _finding(finding: Finding) -> str:
    place = f" at {_code(str(finding.source))}" if finding.source else ""
    name = f" on {_code(logical_name(finding.urn))}" if finding.urn else ""
    return f"- **{_plain(finding.rule)}**{name}{place}: {_plain(finding.message)}"


def _table(evidence: Evidence) -> list[str]:
    tallies = evidence.tallies
    columns = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.PASS)
    lines = [
        "| policy | failed | undetermined | waived | passed |",
        "|---|--:|--:|--:|--:|",
    ]
    for policy in evidence.worst_first:
        cells = " | ".join(str(tallies[policy.name][column]) for column in columns)
        lines.append(f"| {_plain(policy.name)} | {cells} |")
    for rule in sorted({finding.rule for finding in evidence.findings}):
        found = [finding.outcome for finding in evidence.findings if finding.rule == rule]
        waived = found.count(Outcome.WAIVED)
        lines.append(f"| {_plain(rule)} | {len(found) - waived} | 0 | {waived} | 0 |")
    return lines


def _references(evidence: Evidence) -> list[str]:
    """The values that answers rest on and only the deployment shows."""
    paths = sorted({path for answer in evidence.answers for path in answer.references or ()})
    if not paths:
        return []
    listed = ", ".join(map(_code, paths[:_REFERENCES]))
    more = f" and {len(paths) - _REFERENCES} more" if len(paths) > _REFERENCES else ""
    return ["", f"Basis reference, judged again as they are deployed: {listed}{more}."]


_REFERENCES = 20  # named in a comment; the evidence has all


def _footer(evidence: Evidence) -> str:
    parts = [
        f"checked {evidence.generated_at:%Y-%m-%d %H:%M} UTC",
        f"program {evidence.hashes.program[:12]}",
        f"pack {evidence.hashes.policy_pack[:12]}",
    ]
    if evidence.waivers:
        parts.append(f"{len(evidence.waivers)} waivers")
    if evidence.gaps:
        parts.append(f"{len(evidence.gaps)} properties or resources a scanner could not look at")
    if evidence.ungoverned:
        parts.append(f"{len(evidence.ungoverned)} resource types ungoverned")
    return ", ".join(parts)


def _bounded(lines: list[str], room: int) -> list[str]:
    """As many lines as fit, and a count of the rest."""
    if sum(len(line) + 1 for line in lines) <= room:
        return lines
    kept: list[str] = []
    left = room - 80
    for line in lines:
        if len(line) < left:  # a line that is too long by itself must not hide those behind it
            left -= len(line) + 1
            kept.append(line)
    return [*kept, "", f"… and {len(lines) - len(kept)} more lines; see the evidence for all.", ""]


def _plain(text: str) -> str:
    """Text that no Markdown or HTML in it can change and that mentions nobody."""
    return _SPECIAL.sub(r"\\\1", _one_line(text)).replace("@", "@\u2060")


def _code(text: str) -> str:
    """A code span, fenced with more backticks than the text has."""
    line = _one_line(text).replace("|", "¦")
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def _one_line(text: str) -> str:
    return " ".join(_words(text))


def _words(text: str) -> Iterable[str]:
    return (word for word in re.split(r"[\s\x00-\x1f\x7f\u2028\u2029]+", text) if word)
