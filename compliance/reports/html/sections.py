"""The parts of the page that stand without any script: they print, and they read aloud."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from compliance.evidence import Answer, Evidence, Finding, Outcome, Policy, Verdict
from compliance.reports.html import architecture
from compliance.reports.html.clauses import clauses
from compliance.reports.html.parts import lines, on, requirements, section, table
from compliance.reports.html.scanning import scanners
from compliance.summary import WORDS, explanation, headline, what_was_judged

_STYLES = {
    Verdict.COMPLIANT: "pass",
    Verdict.VIOLATIONS: "fail",
    Verdict.UNDETERMINED: "unknown",
    Verdict.WAIVERS_INVALID: "fail",
}
_TILES = tuple(
    (outcome, style, WORDS[outcome])
    for outcome, style in (
        (Outcome.FAIL, "fail"),
        (Outcome.UNKNOWN, "unknown"),
        (Outcome.WAIVED, "waived"),
        (Outcome.PASS, "pass"),
        (Outcome.NOT_APPLICABLE, "na"),
    )
)
_SOON_DAYS = 30


def body(evidence: Evidence) -> str:
    """Everything between the page's head and its script."""
    return "\n".join(
        (
            '<a class="skip" href="#content">Skip to the content</a>',
            _header(evidence),
            '<main id="content">',
            _blocking(evidence),
            clauses(evidence),
            _matrix(),
            _architecture(evidence),
            _policies(evidence),
            scanners(evidence),
            _waivers(evidence),
            _ungoverned(evidence),
            _provenance(evidence),
            "</main>",
            '<dialog id="detail" aria-labelledby="detail-title"></dialog>',
        )
    )


def _header(evidence: Evidence) -> str:
    style = _STYLES[evidence.verdict]
    subject = evidence.subject
    facts = [
        f"{len(evidence.policies)} policies on {len(evidence.resources)} resources",
        subject.region,
        f"account {subject.account}" if subject.account else None,
        f"{evidence.generated_at:%d %B %Y, %H:%M} UTC",
    ]
    tiles = "".join(
        f'<li class="{tile} {"" if evidence.counts[outcome] else "none"}">'
        f"<b>{evidence.counts[outcome]:,}</b> {word}</li>"
        for outcome, tile, word in _TILES
    )
    links = "".join(
        f'<a href="#{target}">{word}</a>'
        for target, word in (
            ("findings", "Findings"),
            *((("clauses", "Clauses"),) if evidence.clauses else ()),
            ("matrix", "Matrix"),
            ("architecture", "Architecture"),
            ("policies", "Policies"),
            *((("scanners", "Scanners"),) if evidence.scanners else ()),
            ("waivers", "Waivers"),
            ("provenance", "Provenance"),
        )
    )
    return f"""<header class="verdict {style}">
<div class="wrap">
<p class="subject">{escape(subject.project)} <span>/</span> {escape(subject.stack)}</p>
<h1>{headline(evidence)}</h1>
<p class="told">{escape(explanation(evidence))}</p>
<p class="facts">{escape(what_was_judged(subject))}</p>
<p class="facts">{" · ".join(escape(fact) for fact in facts if fact)}</p>
<ul class="tiles">{tiles}</ul>
</div>
</header>
<nav aria-label="Sections"><div class="wrap">{links}
<button type="button" id="theme" hidden>Dark</button></div></nav>"""


def _blocking(evidence: Evidence) -> str:
    policies = {policy.name: policy for policy in evidence.policies}
    cards = [_problem(str(p.file), p.line, p.message) for p in evidence.problems]
    cards += [
        _answer(answer, policies[answer.policy], evidence.cited(policies[answer.policy]))
        for answer in evidence.blocking
    ]
    cards += [_finding(f) for f in evidence.findings if f.outcome is Outcome.FAIL]
    content = (
        f'<ul class="cards">{"".join(cards)}</ul>'
        if cards
        else '<p class="empty">None: every answer is a pass, waived or not applicable.</p>'
    )
    return section("findings", "Findings", content)


def _card(style: str, title: str, subtitle: str, rest: str) -> str:
    return (
        f'<li class="card {style}"><h3>{escape(title)}</h3><p class="on">{subtitle}</p>{rest}</li>'
    )


def _problem(file: str, line: int, message: str) -> str:
    place = f'<code class="source">{escape(file)}:{line}</code>'
    return _card("fail", "Invalid waiver", place, f"<p>{escape(message)}</p>")


def _answer(answer: Answer, policy: Policy, cited: Sequence[str]) -> str:
    style = "fail" if answer.outcome is Outcome.FAIL else "unknown"
    word = "" if style == "fail" else '<span class="badge unknown">undetermined</span> '
    message = answer.message or f"Undetermined: {answer.path}"
    rest = (
        f"<p>{word}{lines(message)}</p>"
        f'<p class="quiet">{escape(policy.sentence)} ({escape(policy.severity)})</p>'
        f"{requirements(cited)}"
    )
    return _card(style, policy.name, on(answer.urn, answer.source), rest)


def _finding(finding: Finding) -> str:
    place = on(finding.urn, finding.source) if finding.urn else "the stack"
    return _card("fail", finding.rule, place, f"<p>{lines(finding.message)}</p>")


def _matrix() -> str:
    choices = "".join(
        f'<option value="{value}">{word}</option>'
        for value, word in (
            ("", "what is judged"),
            ("all", "everything"),
            ("F", "failed"),
            ("U", "undetermined"),
            ("W", "waived"),
            ("P", "passed"),
        )
    )
    content = f"""<noscript><p>The matrix needs scripting; the table of policies below does not.</p>
</noscript>
<form class="filters" id="filters" hidden>
<label>Policy <input type="search" id="by-policy" placeholder="name, clause or text"
 autocomplete="off"></label>
<label>Resource <input type="search" id="by-resource" placeholder="name, type or component"
 autocomplete="off"></label>
<label>Show <select id="by-outcome">{choices}</select></label>
<button type="reset">Clear</button>
<output id="shown" aria-live="polite"></output>
</form>
<div class="scroll" id="grid" tabindex="-1"></div>
<p class="legend" id="legend" hidden><i class="F">✕</i> failed <i class="U">?</i> undetermined
<i class="W">~</i> waived <i class="P">✓</i> passed <i class="N">·</i> not applicable.
Each cell opens its evidence; the arrow keys move between cells.</p>"""
    return section("matrix", "Policies × resources", content)  # noqa: RUF001


def _architecture(evidence: Evidence) -> str:
    content = (
        f'<div class="scroll drawing" tabindex="0" role="region" aria-label="Drawing">'
        f"{architecture.draw(evidence)}</div>"
        '<p class="quiet">Drawn from the preview: each box is a component of the program, an arrow '
        "points to what it refers to. Choose a resource to see its answers.</p>"
    )
    return section("architecture", "Architecture", content)


def _policies(evidence: Evidence) -> str:
    rows = []
    for policy in evidence.worst_first:
        tally = evidence.tallies[policy.name]
        counts = "".join(
            f'<td class="number {tile}">{tally[outcome] or ""}</td>'
            for outcome, tile, _ in _TILES[:4]
        )
        fix = f"<p>{escape(policy.remediation)}</p>" if policy.remediation else ""
        rows.append(
            f'<tr><th scope="row"><code>{escape(policy.name)}</code></th>'
            f"<td><details><summary>{escape(policy.sentence)}</summary>{fix}</details></td>"
            f'<td class="severity">{escape(policy.severity)}</td>'
            f"<td>{requirements(evidence.cited(policy))}</td>"
            f"<td class='waivable'>{'yes' if policy.waivable else 'no'}</td>{counts}</tr>"
        )
    heads = ("policy", "what it asks", "severity", "clauses", "waivable")
    numbers = tuple(word for _, _, word in _TILES[:4])
    return section("policies", "Policies", table(heads, rows, numbers))


def _waivers(evidence: Evidence) -> str:
    today = evidence.generated_at.date()
    rows = []
    for waiver in evidence.waivers:
        left = (waiver.expires - today).days
        soon = "until soon" if left <= _SOON_DAYS else "until"
        days = "last day" if left == 0 else "1 day left" if left == 1 else f"{left} days left"
        rows.append(
            f"<tr><td><code>{escape(waiver.rule)}</code></td>"
            f"<td><code>{escape(waiver.resource)}</code></td><td>{escape(waiver.reason)}</td>"
            f"<td>{escape(waiver.owner)}</td><td class='{soon}'>{waiver.expires} ({days})</td>"
            f'<td class="number covers">{waiver.matched}</td></tr>'
        )
    heads = ("rule", "resource", "reason", "owner", "holds until")
    content = table(heads, rows, ("covers",)) if rows else '<p class="empty">Nothing is waived.</p>'
    return section("waivers", "Waivers", content)


def _ungoverned(evidence: Evidence) -> str:
    if not evidence.ungoverned:
        return ""
    items = "".join(
        f"<li><code>{escape(entry.type)}</code> ({entry.count})</li>"
        for entry in evidence.ungoverned
    )
    told = (
        '<p class="quiet">No policy of the pack is made for these resource types; '
        "its rules for all resources hold for them too.</p>"
    )
    return section("ungoverned", "Ungoverned", f'{told}<ul class="plain">{items}</ul>')


def _provenance(evidence: Evidence) -> str:
    hashes = evidence.hashes
    facts = [
        ("program", hashes.program),
        ("policy pack", hashes.policy_pack),
        ("pack configuration", hashes.pack_configuration or "none"),
        ("waivers", hashes.waivers or "none"),
        ("preview", hashes.preview),
        *sorted(evidence.tools.items()),
        ("evidence format", evidence.version),
    ]
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd><code>{escape(value)}</code></dd></div>"
        for name, value in facts
    )
    told = '<p class="quiet">SHA-256 of what was read, and the version of every tool.</p>'
    return section("provenance", "Provenance", f'{told}<dl class="facts-list">{items}</dl>')
