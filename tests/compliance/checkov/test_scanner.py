"""Checkov's findings reach the evidence with the resource and line that they are about."""

import dataclasses
from pathlib import Path

import pytest

from compliance.catalogue import Catalogue
from compliance.checkov.same_fact import SAME_FACT
from compliance.checkov.scanner import Checkov, rules
from compliance.engine import EngineResource, Preview
from compliance.errors import BrokenRunError
from compliance.evidence import Gap, Outcome, Source
from policies.pack.catalogue import POLICIES

CHECKOV = Path(__file__).parents[3] / ".cache" / "checkov" / "bin" / "checkov"
GROUP = EngineResource(
    urn="urn:pulumi:dev::p::aws:cloudwatch/logGroup:LogGroup::logs",
    type="aws:cloudwatch/logGroup:LogGroup",
    parent=None,
    custom=True,
    external=False,
    provider="",
    protect=False,
    retain_on_delete=False,
    deleted_with=None,
    ignore_changes=(),
    aliases=(),
    dependencies=(),
    property_dependencies={},
    inputs={"name": "/x", "retentionInDays": 7},
    outputs={},
    source=Source(file="stack/function.py", line=12),
)
NONE = Catalogue(policies=(), general=frozenset(), types=frozenset())
PREVIEW = Preview(
    catalogue=NONE, resources=(GROUP,), violations=(), answers=(), config={}, pack_versions={}
)


def test_a_finding_carries_the_urn_and_the_line_of_the_program() -> None:
    findings = {f.rule: f for f in Checkov(CHECKOV).scan(PREVIEW).findings}
    retention = findings["checkov:CKV_AWS_338"]
    assert (retention.urn, retention.source) == (GROUP.urn, GROUP.source)
    assert retention.outcome is Outcome.FAIL
    assert retention.guideline is not None
    assert "aws_cloudwatch_log_group.logs" not in retention.guideline


def test_rules_of_every_form_are_known() -> None:
    known = rules(CHECKOV)
    assert "CKV_AWS_338" in known  # defined in Python
    assert "CKV2_AWS_6" in known  # defined in YAML or JSON
    assert "CKV2_AWS_29" in known
    assert "CKV_AWS_99999" not in known


def test_a_scan_that_cannot_run_is_a_broken_run(tmp_path: Path) -> None:
    with pytest.raises(BrokenRunError, match="make setup"):
        Checkov(tmp_path / "checkov").scan(PREVIEW)


def test_a_property_that_terraform_has_no_name_for_is_a_gap() -> None:
    newer = dataclasses.replace(GROUP, inputs={**GROUP.inputs, "novelty": True})
    preview = dataclasses.replace(PREVIEW, resources=(newer,))
    gaps = Checkov(CHECKOV).scan(preview).gaps
    assert gaps == (Gap(scanner="checkov", urn=GROUP.urn, path="novelty"),)


def test_opinions_on_what_the_pack_judges_too_are_kept() -> None:
    opinions = Checkov(CHECKOV).scan(PREVIEW).opinions
    assert [(o.rule, o.policy, o.accepts) for o in opinions if o.rule.endswith("338")] == [
        ("checkov:CKV_AWS_338", "log-group-retention", False)
    ]


def test_every_rule_said_to_judge_the_same_fact_exists_on_both_sides() -> None:
    assert set(SAME_FACT) <= rules(CHECKOV)
    assert set(SAME_FACT.values()) <= {policy.name for policy in POLICIES}
