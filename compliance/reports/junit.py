"""JUnit XML: one test case per policy and governed resource, for any CI's test view.

A violation is a failure, and so is an undetermined value: neither may look like a pass. A waived
answer is skipped with its reason. Answers of resources that a policy does not govern are no cases.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree  # builds a document; nothing is parsed

from compliance.evidence import Answer, Evidence, Finding, Outcome, Source
from compliance.summary import what_was_judged

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def render(evidence: Evidence) -> str:
    """The XML document; one suite per policy, one per scanner rule, one for the waiver file."""
    name = _text(f"Compliance. {what_was_judged(evidence.subject)}")
    root = ElementTree.Element("testsuites", name=name)
    at = evidence.generated_at.strftime("%Y-%m-%dT%H:%M:%S")
    for policy in evidence.policies:
        answers = [
            answer
            for answer in evidence.answers
            if answer.policy == policy.name and answer.outcome is not Outcome.NOT_APPLICABLE
        ]
        if answers:
            cases = [_answer_case(evidence, answer) for answer in answers]
            _suite(root, policy.name, at, cases)
    for rule in sorted({finding.rule for finding in evidence.findings}):
        found = [finding for finding in evidence.findings if finding.rule == rule]
        _suite(root, rule, at, [_finding_case(evidence, finding) for finding in found])
    if evidence.problems:
        cases = []
        for problem in evidence.problems:
            case = _case("waivers", f"{problem.file}:{problem.line}", None)
            _mark(case, "failure", "invalid waiver", problem.message)
            cases.append(case)
        _suite(root, "waivers", at, cases)
    suites = list(root)
    for attribute in ("tests", "failures", "skipped"):
        root.set(attribute, str(sum(int(suite.get(attribute, "0")) for suite in suites)))
    root.set("errors", "0")
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(
    root: ElementTree.Element, name: str, at: str, cases: Iterable[ElementTree.Element]
) -> None:
    suite = ElementTree.SubElement(root, "testsuite", name=_text(name), timestamp=at)
    suite.extend(cases)
    suite.set("tests", str(len(suite)))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("skipped", str(len(suite.findall("testcase/skipped"))))
    suite.set("errors", "0")
    suite.set("time", "0")


def _answer_case(evidence: Evidence, answer: Answer) -> ElementTree.Element:
    case = _case(answer.policy, answer.urn, answer.source)
    if answer.outcome is Outcome.FAIL:
        _mark(case, "failure", "violation", answer.message or "")
    elif answer.outcome is Outcome.UNKNOWN:
        _mark(case, "failure", "undetermined", answer.message or f"Undetermined: {answer.path}")
    elif answer.waiver is not None:
        _waived(case, evidence, answer.waiver)
    return case


def _finding_case(evidence: Evidence, finding: Finding) -> ElementTree.Element:
    case = _case(finding.rule, finding.urn or finding.message, finding.source)
    if finding.waiver is not None:
        _waived(case, evidence, finding.waiver)
    else:
        _mark(case, "failure", "finding", finding.message)
    return case


def _case(suite: str, name: str, source: Source | None) -> ElementTree.Element:
    case = ElementTree.Element("testcase", classname=_text(suite), name=_text(name), time="0")
    if source:
        case.set("file", _text(source.file))
        case.set("line", str(source.line))
    return case


def _mark(case: ElementTree.Element, kind: str, label: str, message: str) -> None:
    lines = message.splitlines() or [label]
    mark = ElementTree.SubElement(case, kind, type=label, message=_text(lines[0]))
    where = f"\n{case.get('file')}:{case.get('line')}" if case.get("file") else ""
    mark.text = _text(message) + where


def _waived(case: ElementTree.Element, evidence: Evidence, index: int) -> None:
    waiver = evidence.waivers[index]
    told = f"waived until {waiver.expires} by {waiver.owner}: {waiver.reason}"
    ElementTree.SubElement(case, "skipped", message=_text(told))


def _text(value: str) -> str:
    """The value without the characters that XML 1.0 cannot hold."""
    return _ILLEGAL.sub("\ufffd", value)
