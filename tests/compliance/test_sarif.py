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


def run(evidence: Evidence) -> dict[str, Any]:
    (only,) = json.loads(sarif.render(evidence))["runs"]
    return dict(only)


def result(evidence: Evidence, rule: str, urn: str) -> dict[str, Any]:
    (found,) = [
        result
        for result in run(evidence)["results"]
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
def test_it_is_valid(evidence: Evidence) -> None:
    log = json.loads(sarif.render(evidence))
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)


def test_only_what_is_not_in_order_is_a_result() -> None:
    told = {(r["ruleId"], "suppressions" in r) for r in run(samples.sample())["results"]}
    assert told == {
        ("queue-encryption", False),
        ("queue-encryption", True),
        ("queue-fifo", False),
        ("checkov:CKV_AWS_117", False),
    }
    assert run(samples.compliant())["results"] == []


def test_a_result_points_at_the_line_of_the_program() -> None:
    location = result(samples.sample(), "queue-fifo", samples.QUEUE)["locations"][0]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "stack/orders.py", "uriBaseId": "PROJECT"},
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
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "Pulumi.yaml"


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
    assert len(set(fingerprints(original))) == 4


def test_a_waived_result_is_suppressed_with_its_justification() -> None:
    (suppression,) = result(samples.sample(), "queue-encryption", samples.QUEUE)["suppressions"]
    assert suppression["status"] == "accepted"
    assert suppression["justification"] == (
        "The queue holds identifiers only until the key arrives. (analytics, until 2026-12-31)"
    )


def test_a_faulty_waiver_is_told_as_a_fault_of_the_configuration() -> None:
    (notification,) = run(FAULTY)["invocations"][0]["toolConfigurationNotifications"]
    assert notification["message"]["text"] == "no owner"
