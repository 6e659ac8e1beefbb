"""Waivers: exceptions as data under review, each with a reason, an owner and an end.

`waivers.yaml` holds a list `waivers`; each entry has `policy` (of the pack) or `rule` (of a
scanner, such as `checkov:CKV_AWS_117`), `resource` (a glob over URNs or logical names), `reason`,
`owner` and `expires` (a date, the last day it holds). A faulty entry waives nothing and is a
problem of its own; all problems are found in one go, with their lines.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import yaml

from compliance.evidence import Answer, Finding, Outcome, Policy, Problem, Waiver, logical_name

_KEYS = ("policy", "rule", "resource", "reason", "owner", "expires")
_TEXT, _DATE = "tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"
_WAIVABLE = (Outcome.FAIL, Outcome.UNKNOWN)


@dataclass(frozen=True, kw_only=True)
class Waivers:
    """The waivers that hold, and the problems of those that do not."""

    file: str
    valid: tuple[Waiver, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What a waiver may name.

    `scanners` are all that exist by name, each with the form of its rules; `known` gives the
    rules of those that ran, None standing for one that did not.
    """

    policies: Sequence[Policy]
    scanners: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    known: Mapping[str, Collection[str]] = field(default_factory=dict)

    def objection(self, rule: str) -> str | None:
        """Why a waiver may not name this rule, or None when it may."""
        scanner, colon, identifier = rule.partition(":")
        if colon:
            form = self.scanners.get(scanner)
            if form is None:
                return f"no scanner is named {scanner!r}; there is {_names(self.scanners)}"
            if not form.fullmatch(identifier):
                return f"{rule!r} is not a rule of {scanner}, whose rules look like {form.pattern}"
            if scanner in self.known and identifier not in self.known[scanner]:
                return f"{scanner} has no rule {identifier!r}"
            return None
        policy = next((policy for policy in self.policies if policy.name == rule), None)
        if policy is None:
            return f"no policy is named {rule!r}"
        if not policy.waivable:
            return f"{rule} cannot be waived: {policy.sentence} Fix: {policy.remediation}"
        return None


def read(path: Path, *, name: str, rules: Rules, today: date) -> Waivers:
    """Reads the waiver file; one that does not exist waives nothing.

    Args:
        path: the file.
        name: how evidence and messages call it.
        rules: what may be waived.
        today: the day against which expiry is compared.
    """
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except FileNotFoundError:
        return Waivers(file=name)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return _rejected(name, line, f"not YAML: {error.problem}")
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        return _rejected(name, 1, f"cannot be read: {error}")
    except RecursionError:
        return _rejected(name, 1, "nested too deeply to be read")
    if node is None:
        return Waivers(file=name)
    entries = _entries(node)
    if entries is None:
        return _rejected(name, node.start_mark.line + 1, "must be one mapping, `waivers: [...]`")

    valid: list[Waiver] = []
    problems: list[Problem] = []
    for entry in entries:
        line = entry.start_mark.line + 1
        waiver, faults = _read_entry(entry, rules, today)
        problems += [Problem(file=name, line=line, message=fault) for fault in faults]
        if waiver is not None and not faults:
            valid.append(waiver)
    return Waivers(file=name, valid=tuple(valid), problems=tuple(problems))


def _rejected(name: str, line: int, message: str) -> Waivers:
    return Waivers(file=name, problems=(Problem(file=name, line=line, message=message),))


def _entries(node: yaml.Node) -> list[yaml.Node] | None:
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return None
    key, value = node.value[0]
    if key.value != "waivers" or not isinstance(value, yaml.SequenceNode):
        return None
    return list(value.value)


def _read_entry(node: yaml.Node, rules: Rules, today: date) -> tuple[Waiver | None, list[str]]:
    if not isinstance(node, yaml.MappingNode):
        return None, ["a waiver must be a mapping of " + ", ".join(_KEYS)]
    fields: dict[str, Any] = {}
    faults: list[str] = []
    for key, value in node.value:
        if key.value not in _KEYS:
            faults.append(f"unknown key {key.value!r}; a waiver has {', '.join(_KEYS)}")
        elif key.value in fields:
            faults.append(f"{key.value} stands twice")
        fields[str(key.value)] = _scalar(value)

    texts = {key: fields.get(key) for key in ("resource", "reason", "owner")}
    for key, text in texts.items():
        if not isinstance(text, str) or not text.strip():
            faults.append(f"{key} is missing" if key not in fields else f"{key} must be a text")
    named = [fields[key] for key in ("policy", "rule") if key in fields]
    if len(named) != 1 or not isinstance(named[0], str):
        faults.append("name one policy of the pack (policy) or one scanner rule (rule)")
    elif objection := rules.objection(named[0]):
        faults.append(objection)
    expires = fields.get("expires")
    if type(expires) is not date:
        faults.append("expires must be a date, such as 2027-03-31")
    elif expires < today:
        faults.append(f"expired on {expires}; renew it under review or fix what it covers")
    if faults:
        return None, faults
    return (
        Waiver(
            rule=str(named[0]),
            resource=str(texts["resource"]).strip(),
            reason=str(texts["reason"]).strip(),
            owner=str(texts["owner"]).strip(),
            expires=expires if isinstance(expires, date) else today,
            line=node.start_mark.line + 1,
            matched=0,
        ),
        [],
    )


def _scalar(node: yaml.Node) -> str | date | None:
    """The text or the date that stands there; None for anything else, whatever its tag says."""
    if not isinstance(node, yaml.ScalarNode):
        return None
    try:
        if node.tag == _TEXT:
            node.value.encode()  # half a surrogate pair is no text: no report could hold it
            return str(node.value)
        return date.fromisoformat(node.value) if node.tag == _DATE else None
    except ValueError:
        return None


def apply(
    waivers: Waivers,
    answers: Sequence[Answer],
    findings: Sequence[Finding],
    *,
    ran: Collection[str],
) -> tuple[Waivers, tuple[Answer, ...], tuple[Finding, ...]]:
    """Marks what is waived, and finds the waivers that cover nothing.

    A waiver for a scanner that did not run (not in `ran`) is neither applied nor a problem. Of two
    waivers for the same answer, the first in the file counts, and covers it alone.
    """
    matched = [0] * len(waivers.valid)

    def claim(rule: str, urn: str | None) -> int | None:
        for index, waiver in enumerate(waivers.valid):
            if waiver.rule == rule and _covers(waiver.resource, urn):
                matched[index] += 1
                return index
        return None

    new_answers = []
    for answer in answers:
        index = claim(answer.policy, answer.urn) if answer.outcome in _WAIVABLE else None
        if index is not None:
            answer = dataclasses.replace(
                answer, outcome=Outcome.WAIVED, waiver=index, waived=answer.outcome
            )
        new_answers.append(answer)
    new_findings = []
    for finding in findings:
        index = claim(finding.rule, finding.urn)
        if index is not None:
            finding = dataclasses.replace(finding, outcome=Outcome.WAIVED, waiver=index)
        new_findings.append(finding)

    counted = tuple(
        dataclasses.replace(waiver, matched=count)
        for waiver, count in zip(waivers.valid, matched, strict=True)
    )
    idle = [
        Problem(
            file=waivers.file,
            line=waiver.line,
            message=f"{waiver.rule} on {waiver.resource!r} matches nothing that fails; remove it",
        )
        for waiver in counted
        if not waiver.matched and _evaluated(waiver.rule, ran)
    ]
    problems = tuple(sorted((*waivers.problems, *idle), key=lambda problem: problem.line))
    return (
        dataclasses.replace(waivers, valid=counted, problems=problems),
        tuple(new_answers),
        tuple(new_findings),
    )


def _evaluated(rule: str, ran: Collection[str]) -> bool:
    scanner, colon, _ = rule.partition(":")
    return not colon or scanner in ran


def _covers(pattern: str, urn: str | None) -> bool:
    if urn is None:
        return pattern == "*"
    return fnmatchcase(urn, pattern) or fnmatchcase(logical_name(urn), pattern)


def _names(names: Collection[str]) -> str:
    return ", ".join(sorted(names)) or "none"
