"""Checkov is run for real on a small plan, and a scan that is not whole is an error."""

import json
from pathlib import Path
from typing import Any

import pytest

from compliance.checkov.runner import CheckovError, read, scan
from compliance.terraform.plan import plan_document
from compliance.terraform.view import map_preview
from tests.compliance.terraform.planned import GROUP, KEY, Planned

CHECKOV = Path(__file__).parents[3] / ".cache" / "checkov" / "bin" / "checkov"


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    bucket = Planned(name="uploads", type="aws:s3/bucket:Bucket", inputs={"bucket": "uploads-dev"})
    block = Planned(
        name="block",
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs={
            "bucket": "uploads-dev",
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
    )
    return plan_document(map_preview([KEY, GROUP, bucket, block]))


def test_checkov_judges_values_unknowns_and_the_edges_between_resources(
    plan: dict[str, Any],
) -> None:
    answers = {(r.rule, r.address): r.passed for r in scan(CHECKOV, plan).results}
    assert answers["CKV_AWS_7", "aws_kms_key.key"] is True  # a value: rotation is on
    assert answers["CKV_AWS_158", "aws_cloudwatch_log_group.logs"] is True  # an unknown key ARN
    assert answers["CKV2_AWS_6", "aws_s3_bucket.uploads"] is True  # an edge: the access block
    assert answers["CKV_AWS_338", "aws_cloudwatch_log_group.logs"] is False  # seven days


def test_the_public_access_block_is_missed_when_it_is_gone(plan: dict[str, Any]) -> None:
    without = json.loads(json.dumps(plan))
    for part in (
        without["planned_values"]["root_module"]["resources"],
        without["resource_changes"],
        without["configuration"]["root_module"]["resources"],
    ):
        part[:] = [r for r in part if r["type"] != "aws_s3_bucket_public_access_block"]
    answers = {(r.rule, r.address): r.passed for r in scan(CHECKOV, without).results}
    assert answers["CKV2_AWS_6", "aws_s3_bucket.uploads"] is False


def test_a_missing_checkov_says_how_to_get_it(tmp_path: Path, plan: dict[str, Any]) -> None:
    with pytest.raises(CheckovError, match="make setup"):
        scan(tmp_path / "checkov", plan)


@pytest.mark.parametrize(
    ("text", "mode", "message"),
    [
        ("", 0o644, r"does not run \(Permission denied\)"),
        ("#!/no/such/python\n", 0o755, r"does not run \(No such file"),
        ("#!/bin/sh\necho boom >&2\nkill -9 $$\n", 0o755, "no report that can be read .*boom"),
        ("#!/bin/sh\nprintf '\\377\\376'\n", 0o755, "no report that can be read"),
        (f"#!/bin/sh\necho '{'[' * 100_000}'\n", 0o755, "no report that can be read"),
    ],
    ids=["not executable", "no interpreter", "killed", "binary", "bottomless"],
)
def test_a_checkov_that_is_broken_is_an_error_of_its_own(
    tmp_path: Path, plan: dict[str, Any], text: str, mode: int, message: str
) -> None:
    broken = tmp_path / "checkov"
    broken.write_text(text)
    broken.chmod(mode)
    with pytest.raises(CheckovError, match=message):
        scan(broken, plan)


def report(*, parsing_errors: int = 0, resource_count: int = 2) -> str:
    return json.dumps(
        {
            "results": {"passed_checks": [], "failed_checks": []},
            "summary": {
                "checkov_version": "3.3.30",
                "parsing_errors": parsing_errors,
                "resource_count": resource_count,
            },
        }
    )


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("", "no report"),
        ("not json", "no report"),
        (json.dumps({"passed": 0, "failed": 0, "resource_count": 0}), "no report"),
        (report(resource_count=1), "1 of 2"),
        (report(parsing_errors=1), "1 parsing"),
    ],
)
def test_a_scan_that_is_not_whole_is_an_error(output: str, message: str) -> None:
    with pytest.raises(CheckovError, match=message):
        read(output, expected=2)


def test_a_whole_scan_without_findings_is_read() -> None:
    assert read(report(), expected=2).results == ()
