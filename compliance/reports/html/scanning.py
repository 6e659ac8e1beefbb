"""The section about scanners beside the pack, such as Checkov."""

from __future__ import annotations

from html import escape

from compliance.evidence import Evidence, Outcome
from compliance.reports.html.parts import on, section, table


def scanners(evidence: Evidence) -> str:
    """What the scanners beside the pack found, could not look at, and judge differently."""
    if not evidence.scanners:
        return ""
    rows = [
        f"<tr><td><code>{escape(finding.rule)}</code></td><td>{escape(finding.message)}</td>"
        f"<td>{on(finding.urn, finding.source) if finding.urn else '—'}</td>"
        f"<td>{'waived' if finding.outcome is Outcome.WAIVED else 'stands'}</td></tr>"
        for finding in evidence.findings
    ]
    names = ", ".join(f"{name} {evidence.tools.get(name, '')}" for name in evidence.scanners)
    told = f'<p class="quiet">Found by {escape(names)} in the same preview.</p>'
    found = table(("rule", "finding", "resource", "state"), rows) if rows else ""
    content = told + (found or '<p class="empty">No findings.</p>')
    return section("scanners", "Scanners", content + _disagreements(evidence) + _gaps(evidence))


def _disagreements(evidence: Evidence) -> str:
    if not evidence.disagreements:
        return ""
    rows = [
        f"<tr><td><code>{escape(one.rule)}</code></td>"
        f"<td>{'accepts' if one.scanner_accepts else 'objects'}</td>"
        f"<td><code>{escape(one.policy)}</code></td><td>{one.pack}</td>"
        f"<td>{on(one.urn, None)}</td></tr>"
        for one in evidence.disagreements
    ]
    heads = ("rule", "the scanner", "policy", "the pack", "resource")
    told = '<p class="quiet">Facts that the pack and a scanner judge differently.</p>'
    return f"<h3>Disagreements</h3>{told}{table(heads, rows)}"


def _gaps(evidence: Evidence) -> str:
    if not evidence.gaps:
        return ""
    rows = [
        f"<tr><td>{escape(gap.scanner)}</td><td>{on(gap.urn, None)}</td>"
        f"<td>{f'<code>{escape(gap.path)}</code>' if gap.path else 'the whole resource'}</td></tr>"
        for gap in evidence.gaps
    ]
    told = '<p class="quiet">What a scanner has no name for, and so could not look at.</p>'
    return f"<h3>Not looked at</h3>{told}{table(('scanner', 'resource', 'property'), rows)}"
