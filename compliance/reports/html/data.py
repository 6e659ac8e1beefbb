"""The evidence as the page's script reads it: compact, every text once."""

from __future__ import annotations

from typing import Any

from compliance.evidence import Answer, Evidence, Outcome, Resource, logical_name

CODES = {
    Outcome.PASS: "P",
    Outcome.FAIL: "F",
    Outcome.UNKNOWN: "U",
    Outcome.WAIVED: "W",
    Outcome.NOT_APPLICABLE: "-",
}


def page_data(evidence: Evidence) -> dict[str, Any]:
    """Policies, resources, and one row of answers per policy in the order of the resources.

    An answer is `[code, text, path, waiver]`, cut short where nothing follows; `text` is an index
    into `texts` or -1.
    """
    texts: dict[str, int] = {}
    given = {(answer.policy, answer.urn): answer for answer in evidence.answers}
    resources = sorted(evidence.resources, key=lambda r: (_component(r, evidence), r.type, r.urn))
    rows = []
    policies = evidence.worst_first
    for policy in policies:
        row = []
        for resource in resources:
            answer = given[policy.name, resource.urn]
            text = answer.message or answer.reason or _basis(answer)
            index = texts.setdefault(text, len(texts)) if text else -1
            cell: list[Any] = [CODES[answer.outcome], index, answer.path, answer.waiver]
            while cell[-1] in (None, -1):
                cell.pop()
            row.append(cell)
        rows.append(row)
    return {
        "policies": [
            {
                "name": policy.name,
                "sentence": policy.sentence,
                "severity": policy.severity,
                "requirements": list(evidence.cited(policy)),
                "remediation": policy.remediation,
            }
            for policy in policies
        ],
        "resources": [
            {
                "urn": resource.urn,
                "name": resource.name,
                "type": resource.type,
                "component": _component(resource, evidence),
                "source": str(resource.source) if resource.source else None,
            }
            for resource in resources
        ],
        "waivers": [
            f"{waiver.reason} ({waiver.owner}, until {waiver.expires})"
            for waiver in evidence.waivers
        ],
        "texts": list(texts),
        "answers": rows,
    }


def _basis(answer: Answer) -> str | None:
    """What an answer rests on that only the deployment shows."""
    return f"Basis: reference ({', '.join(answer.references)})" if answer.references else None


def _component(resource: Resource, evidence: Evidence) -> str:
    parent = resource.parent or ""
    return logical_name(parent) if parent else evidence.subject.stack
