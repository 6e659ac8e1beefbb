"""Checkov's findings reach the evidence with the resource and line that they are about."""

from pathlib import Path

import pytest

from compliance.checkov.scanner import Checkov, rules
from compliance.engine import EngineResource, Preview
from compliance.errors import BrokenRunError
from compliance.evidence import Outcome, Source

CHECKOV = Path(__file__).parents[3] / ".cache" / "checkov" / "bin" / "checkov"
GROUP = EngineResource(
    urn="urn:pulumi:dev::p::aws:cloudwatch/logGroup:LogGroup::logs",
    type="aws:cloudwatch/logGroup:LogGroup",
    parent=None,
    custom=True,
    protect=False,
    retain_on_delete=False,
    ignore_changes=(),
    aliases=(),
    dependencies=(),
    property_dependencies={},
    inputs={"name": "/x", "retentionInDays": 7},
    outputs={},
    source=Source(file="stack/function.py", line=12),
    operations=("create",),
)
PREVIEW = Preview(resources=(GROUP,), violations=(), answers=(), config={}, pack_versions={})


def test_a_finding_carries_the_urn_and_the_line_of_the_program() -> None:
    findings = {f.rule: f for f in Checkov(CHECKOV, region="us-east-1").scan(PREVIEW).findings}
    retention = findings["checkov:CKV_AWS_338"]
    assert (retention.urn, retention.source) == (GROUP.urn, GROUP.source)
    assert retention.outcome is Outcome.FAIL


def test_rules_of_every_form_are_known() -> None:
    known = rules(CHECKOV)
    assert "CKV_AWS_338" in known  # defined in Python
    assert "CKV2_AWS_6" in known  # defined in YAML or JSON
    assert "CKV2_AWS_29" in known
    assert "CKV_AWS_99999" not in known


def test_a_scan_that_cannot_run_is_a_broken_run(tmp_path: Path) -> None:
    with pytest.raises(BrokenRunError, match="make setup"):
        Checkov(tmp_path / "checkov", region="us-east-1").scan(PREVIEW)
