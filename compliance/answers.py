"""The answers that the policy pack writes, checked against what the engine saw."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from compliance.catalogue import INTRODUCTIONS
from compliance.engine import PackAnswer, Preview
from compliance.errors import BrokenRunError
from compliance.evidence import Outcome, Policy

_BLOCKING = (Outcome.FAIL, Outcome.UNKNOWN)


def read_answers(path: Path) -> tuple[PackAnswer, ...]:
    """Reads the pack's answers, one JSON object a line, but for the pack's introduction.

    Raises:
        BrokenRunError: the pack wrote none, or a line that is not an answer.
    """
    if not path.exists():
        raise BrokenRunError(
            "the policy pack wrote no answers; it must append one JSON line per policy and "
            "resource to the file that POLICY_ANSWERS_FILE names"
        )
    answers = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                fields = json.loads(line)
                if not fields.keys().isdisjoint(INTRODUCTIONS):
                    continue
                answers.append(
                    PackAnswer(
                        policy=fields["policy"],
                        urn=fields["urn"],
                        outcome=Outcome(fields["answer"]),
                        reason=fields.get("reason") or None,
                        path=fields.get("path") or None,
                        message=fields.get("message") or None,
                        references=tuple(map(str, fields.get("references") or ())),
                    )
                )
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BrokenRunError(
                    f"line {number} of the policy pack's answers is no answer: {error!r}"
                ) from error
    return tuple(answers)


def cross_check(preview: Preview, policies: Sequence[Policy]) -> tuple[PackAnswer, ...]:
    """The pack's answers, once they agree with the engine and leave nothing out.

    Raises:
        BrokenRunError: a policy has not exactly one answer for each resource, the pack answered
            for something the engine or the catalogue does not know, or the engine's violations
            are not the pack's FAIL and UNKNOWN answers.
    """
    given: dict[tuple[str, str], PackAnswer] = {}
    problems: list[str] = []
    for answer in preview.answers:
        key = (answer.policy, answer.urn)
        if given.setdefault(key, answer) != answer:
            problems.append(f"{_pair(key)} has two different answers")
    expected = {
        (policy.name, resource.urn) for policy in policies for resource in preview.resources
    }
    external = {resource.urn for resource in preview.resources if resource.external}
    for policy, urn in expected - given.keys():
        if urn in external:
            given[policy, urn] = _not_asked(policy, urn)
    problems += [
        f"{_pair(key)} has no answer (is the policy disabled by the pack's configuration?)"
        for key in sorted(expected - given.keys())
    ]
    problems += [
        f"{_pair(key)} has an answer, but the catalogue or the preview does not know it"
        for key in sorted(given.keys() - expected)
    ]
    reported = {(violation.policy, violation.urn) for violation in preview.violations}
    blocking = {key for key, answer in given.items() if answer.outcome in _BLOCKING}
    problems += [
        f"{_pair(key)}: the engine reports a violation that the pack does not answer for"
        for key in sorted(reported - blocking)
    ]
    problems += [
        f"{_pair(key)}: the pack answers {given[key].outcome}, the engine reports no violation"
        for key in sorted(blocking - reported)
    ]
    if problems:
        shown = "\n".join(f"  {problem}" for problem in problems[:20])
        more = f"\n  … and {len(problems) - 20} more" if len(problems) > 20 else ""
        raise BrokenRunError(
            f"the engine and the policy pack disagree ({len(problems)} times):\n{shown}{more}"
        )
    return tuple(given[key] for key in sorted(given))


def _not_asked(policy: str, urn: str) -> PackAnswer:
    """The engine need not ask the pack about a resource that the program only reads."""
    return PackAnswer(
        policy=policy,
        urn=urn,
        outcome=Outcome.NOT_APPLICABLE,
        reason="The program only reads this resource; it is managed elsewhere.",
        path=None,
        message=None,
    )


def _pair(key: tuple[str, str]) -> str:
    return f"{key[0]} on {key[1]}"
