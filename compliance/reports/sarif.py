"""SARIF 2.1.0: violations at their line of the Pulumi program, for code-scanning views.

FAIL and UNKNOWN are results; passes are none. What is waived is left out unless it is asked for,
with an accepted suppression each: GitHub opens an alert for a suppressed result like for any other
(github/codeql-action#1230). A fingerprint is made of the rule and the URN, so it survives moved
lines. It stands under a name of its own and under the only one that GitHub reads: left to itself,
GitHub hashes the text of the line, and all resources that one line makes become one alert.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from compliance.evidence import Answer, Evidence, Finding, Outcome, Policy, Source, logical_name
from compliance.summary import what_was_judged

SCHEMA_URI = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_PROGRAM = "Pulumi.yaml"  # stands in where a resource has no line of its own
_ROOT = "%SRCROOT%"  # the name that code scanning has for the repository's root
# What code-scanning services sort by, out of ten.
_SECURITY = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
_LEVELS = {"critical": "error", "high": "error", "medium": "error", "low": "warning"}

Json = dict[str, Any]


def render(evidence: Evidence, *, with_waived: bool = False) -> str:
    """The SARIF log: one run, the pack's and the scanners' rules together.

    Args:
        evidence: what was found.
        with_waived: whether what is waived is a result too, with its suppression.
    """
    shown = {Outcome.FAIL, Outcome.UNKNOWN} | ({Outcome.WAIVED} if with_waived else set())
    answers = [answer for answer in evidence.answers if answer.outcome in shown]
    findings = [finding for finding in evidence.findings if finding.outcome in shown]
    rules = [_policy_rule(policy, evidence.cited(policy)) for policy in evidence.policies]
    rules += _finding_rules(findings)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    results = [_answer_result(evidence, answer, index) for answer in answers]
    results += [_finding_result(evidence, finding, index) for finding in findings]
    log = {
        "$schema": SCHEMA_URI,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "market-data-pipeline compliance",
                        "semanticVersion": evidence.tools.get("market-data-pipeline", "0.0.0"),
                        "rules": rules,
                    }
                },
                "automationDetails": {
                    "id": f"compliance/{evidence.subject.project}/{evidence.subject.stack}/",
                    "description": {"text": what_was_judged(evidence.subject)},
                },
                "invocations": [_invocation(evidence)],
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {_ROOT: {"description": {"text": "the repository's root"}}},
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=1, ensure_ascii=False) + "\n"


def _invocation(evidence: Evidence) -> Json:
    invocation: Json = {
        "executionSuccessful": True,
        "endTimeUtc": evidence.generated_at.isoformat().replace("+00:00", "Z"),
    }
    if resting := [answer for answer in evidence.answers if answer.references]:
        invocation["properties"] = {
            "basis: reference": [
                {
                    "policy": answer.policy,
                    "resource": answer.urn,
                    "outcome": answer.outcome,
                    "references": list(answer.references or ()),
                }
                for answer in resting
            ]
        }
    if evidence.problems:
        invocation["toolConfigurationNotifications"] = [
            {
                "level": "error",
                "message": {"text": problem.message},
                "locations": [_location(Source(file=problem.file, line=problem.line))],
            }
            for problem in evidence.problems
        ]
    return invocation


def _policy_rule(policy: Policy, cited: Sequence[str]) -> Json:
    clauses = "; ".join(cited)
    return {
        "id": policy.name,
        "shortDescription": {"text": policy.sentence},
        "fullDescription": {"text": policy.sentence},
        "help": {
            "text": f"{policy.sentence} Fix: {policy.remediation} Requirements: {clauses}.",
            "markdown": f"**{policy.sentence}**\n\n{policy.remediation}\n\n"
            f"Severity: {policy.severity}. Requirements: {clauses}. "
            + ("May be waived." if policy.waivable else "Cannot be waived."),
        },
        "defaultConfiguration": {"level": _LEVELS.get(policy.severity, "error")},
        "properties": {
            "tags": ["compliance", *policy.requirements],
            "security-severity": _SECURITY.get(policy.severity, "5.5"),
        },
    }


def _finding_rules(findings: Sequence[Finding]) -> list[Json]:
    first = {finding.rule: finding for finding in reversed(findings)}
    rules = []
    for name in sorted(first):
        finding = first[name]
        text = finding.guideline or finding.message
        rule: Json = {
            "id": name,
            "shortDescription": {"text": text},
            "fullDescription": {"text": text},
            "help": {"text": text},
            "defaultConfiguration": {"level": _LEVELS.get(finding.severity, "error")},
            "properties": {
                "tags": ["compliance", name.partition(":")[0]],
                "security-severity": _SECURITY.get(finding.severity, "5.5"),
            },
        }
        rules.append(rule)
    return rules


def _answer_result(evidence: Evidence, answer: Answer, index: Mapping[str, int]) -> Json:
    policy = evidence.policies[index[answer.policy]]
    fallback = f"Undetermined: {answer.path}" if answer.path else policy.sentence
    return _result(
        evidence,
        rule=answer.policy,
        severity=policy.severity,
        message=answer.message or fallback,
        urn=answer.urn,
        source=answer.source,
        waiver=answer.waiver,
        index=index,
    )


def _finding_result(evidence: Evidence, finding: Finding, index: Mapping[str, int]) -> Json:
    return _result(
        evidence,
        rule=finding.rule,
        severity=finding.severity,
        message=finding.message,
        urn=finding.urn,
        source=finding.source,
        waiver=finding.waiver,
        index=index,
    )


def _result(
    evidence: Evidence,
    *,
    rule: str,
    severity: str,
    message: str,
    urn: str | None,
    source: Source | None,
    waiver: int | None,
    index: Mapping[str, int],
) -> Json:
    folder = PurePosixPath(evidence.subject.folder or ".")
    location = _location(source or Source(file=str(folder / _PROGRAM), line=1))
    if urn:
        location["logicalLocations"] = [
            {"name": logical_name(urn), "fullyQualifiedName": urn, "kind": "resource"}
        ]
    fingerprint = hashlib.sha256(f"{rule}\0{urn or message}".encode()).hexdigest()
    result: Json = {
        "ruleId": rule,
        "ruleIndex": index[rule],
        "level": _LEVELS.get(severity, "error"),
        "message": {"text": message},
        "locations": [location],
        "partialFingerprints": {
            "primaryLocationLineHash": fingerprint,
            "ruleAndResource/v1": fingerprint,
        },
    }
    if waiver is not None:
        held = evidence.waivers[waiver]
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"{held.reason} ({held.owner}, until {held.expires})",
            }
        ]
    return result


def _location(source: Source) -> Json:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(source.file), "uriBaseId": _ROOT},
            "region": {"startLine": source.line},
        }
    }
