"""The SARIF report: valid, stable, and pointing at lines of the program.

`sarif-2.1.0-rtm.5.json` is the OASIS schema of SARIF 2.1.0 as the schema store publishes it.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from compliance.evidence import Evidence, Outcome, Problem, Source
from compliance.reports import sarif
from tests.compliance import samples

SCHEMA = json.loads(Path(__file__).with_name("sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
FAULTY = samples.sample(problems=(Problem(file="waivers.yaml", line=7, message="no owner"),))


def run(evidence: Evidence, *, with_waived: bool = False) -> dict[str, Any]:
    (only,) = json.loads(sarif.render(evidence, with_waived=with_waived))["runs"]
    return dict(only)


def result(evidence: Evidence, rule: str, urn: str, *, with_waived: bool = False) -> dict[str, Any]:
    (found,) = [
        result
        for result in run(evidence, with_waived=with_waived)["results"]
        if result["ruleId"] == rule
        and result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] == urn
    ]
    return dict(found)


def test_it_is_the_golden_report() -> None:
    golden = (samples.GOLDEN / "policies.sarif").read_text(encoding="utf-8")
    assert sarif.render(samples.sample()) == golden


@pytest.mark.parametrize(
    "evidence",
    [samples.sample(), samples.compliant(), samples.hostile(), FAULTY],
    ids=["sample", "compliant", "hostile", "faulty waivers"],
)
@pytest.mark.parametrize("with_waived", [False, True])
def test_it_is_valid(evidence: Evidence, with_waived: bool) -> None:
    log = json.loads(sarif.render(evidence, with_waived=with_waived))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)


def told(evidence: Evidence, *, with_waived: bool) -> list[tuple[str, bool]]:
    results = run(evidence, with_waived=with_waived)["results"]
    return sorted((entry["ruleId"], "suppressions" in entry) for entry in results)


def test_only_what_is_not_in_order_is_a_result() -> None:
    assert told(samples.sample(), with_waived=False) == [
        ("checkov:CKV_AWS_117", False),
        ("queue-encryption", False),
        ("queue-fifo", False),
    ]
    assert run(samples.compliant())["results"] == []


def test_what_is_waived_is_a_result_where_that_is_asked_for() -> None:
    assert ("queue-encryption", True) in told(samples.sample(), with_waived=True)


def test_a_waived_finding_of_a_scanner_is_none_and_neither_is_its_rule() -> None:
    original = samples.sample()
    (finding,) = original.findings
    waived = dataclasses.replace(finding, outcome=Outcome.WAIVED, waiver=0)
    evidence = dataclasses.replace(original, findings=(waived,))
    assert finding.rule not in dict(told(evidence, with_waived=False))
    assert finding.rule not in {rule["id"] for rule in run(evidence)["tool"]["driver"]["rules"]}
    assert (finding.rule, True) in told(evidence, with_waived=True)


def test_it_says_what_was_judged() -> None:
    said = run(samples.sample())["automationDetails"]["description"]["text"]
    assert said == "Project shop in infra/shop, stack dev: the preview was judged."


def test_a_result_points_at_the_line_of_the_program() -> None:
    location = result(samples.sample(), "queue-fifo", samples.QUEUE)["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "stack/orders.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }


def test_a_result_without_a_line_points_at_the_project() -> None:
    original = samples.sample()
    answers = tuple(
        dataclasses.replace(a, source=None) if a.outcome is Outcome.FAIL else a
        for a in original.answers
    )
    evidence = dataclasses.replace(original, answers=answers)
    location = result(evidence, "queue-fifo", samples.QUEUE)["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "infra/shop/Pulumi.yaml"


def test_the_rule_of_a_result_has_help() -> None:
    document = run(samples.sample())
    for entry in document["results"]:
        rule = document["tool"]["driver"]["rules"][entry["ruleIndex"]]
        assert rule["id"] == entry["ruleId"]
        for text in ("shortDescription", "fullDescription", "help"):
            assert rule[text]["text"]


def test_a_scanners_rule_is_described_by_its_own_text_not_by_one_of_its_findings() -> None:
    original = samples.sample()
    (finding,) = original.findings
    told = dataclasses.replace(finding, message="Be inside: a.b", guideline="Be inside")
    rule = run(dataclasses.replace(original, findings=(told,)))["tool"]["driver"]["rules"][-1]
    assert rule["shortDescription"]["text"] == rule["fullDescription"]["text"] == "Be inside"


@pytest.mark.parametrize("key", ["ruleAndResource/v1", "primaryLocationLineHash"])
def test_a_fingerprint_survives_a_moved_line_and_tells_resources_apart(key: str) -> None:
    original = samples.sample()
    moved = dataclasses.replace(
        original,
        answers=tuple(
            dataclasses.replace(a, source=Source(file="stack/moved.py", line=99))
            for a in original.answers
        ),
    )

    def fingerprints(evidence: Evidence) -> list[str]:
        return [entry["partialFingerprints"][key] for entry in run(evidence)["results"]]

    assert fingerprints(moved) == fingerprints(original)
    assert len(set(fingerprints(original))) == 3


def test_a_waived_result_is_suppressed_with_its_justification() -> None:
    waived = result(samples.sample(), "queue-encryption", samples.QUEUE, with_waived=True)
    (suppression,) = waived["suppressions"]
    assert suppression["status"] == "accepted"
    assert suppression["justification"] == (
        "The queue holds identifiers only until the key arrives. (analytics, until 2026-12-31)"
    )


def test_a_faulty_waiver_is_told_as_a_fault_of_the_configuration() -> None:
    (notification,) = run(FAULTY)["invocations"][0]["toolConfigurationNotifications"]
    assert notification["message"]["text"] == "no owner"
