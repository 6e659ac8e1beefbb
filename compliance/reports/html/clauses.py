"""The view by clause: what the brief asks, which policies answer for it, and what else does."""

from __future__ import annotations

from collections import Counter
from html import escape

from compliance.evidence import Clause, Evidence, Outcome, Policy
from compliance.reports.html.parts import section, table

_JUDGED = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.WAIVED, Outcome.PASS)
_STATES = {
    Outcome.FAIL: ("fail", "fails"),
    Outcome.UNKNOWN: ("unknown", "undetermined"),
    Outcome.WAIVED: ("waived", "waived in part"),
    Outcome.PASS: ("pass", "passes"),
}


def clauses(evidence: Evidence) -> str:
    """The section, empty where the evidence does not have the clauses' texts."""
    if not evidence.clauses:
        return ""
    rows = [_row(evidence, clause) for clause in evidence.clauses]
    told = (
        '<p class="quiet">Every clause of the requirements: its policies, in how many places they '
        "hold, and what proves it beside them.</p>"
    )
    heads = ("clause", "what it asks", "policies", "what else proves it")
    return section("clauses", "Clauses", told + table(heads, rows, ("failed", "passed")))


def _row(evidence: Evidence, clause: Clause) -> str:
    policies = [policy for policy in evidence.policies if clause.id in policy.requirements]
    total: Counter[Outcome] = Counter()
    for policy in policies:
        total += evidence.tallies[policy.name]
    blocked = total[Outcome.FAIL] + total[Outcome.UNKNOWN]
    named = "".join(f"<li>{_policy(evidence, policy)}</li>" for policy in policies)
    kind = ' <span class="badge">constraint</span>' if clause.constraint else ""
    return (
        f'<tr><th scope="row">{escape(clause.id)}</th><td>{escape(clause.text)}{kind}</td>'
        f"<td>{f'<ul>{named}</ul>' if named else ''}</td>"
        f'<td class="proof">{escape((clause.proof or "").replace("`", ""))}</td>'
        f'<td class="number fail">{blocked or ""}</td>'
        f'<td class="number pass">{total[Outcome.PASS] or ""}</td></tr>'
    )


def _policy(evidence: Evidence, policy: Policy) -> str:
    """A policy's name with its worst answer and in how many places it passed."""
    tally = evidence.tallies[policy.name]
    worst = next((outcome for outcome in _JUDGED if tally[outcome]), None)
    name = f"<code>{escape(policy.name)}</code>"
    if worst is None:
        return f'{name} <span class="quiet">nothing to judge</span>'
    style, word = _STATES[worst]
    asked = sum(tally[outcome] for outcome in _JUDGED)
    return f'{name} <span class="{style}">{word}</span> ({tally[Outcome.PASS]} of {asked})'
