"""The pack serves another repository: a second program, under settings of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from compliance import check, evidence
from compliance.evidence import Evidence
from local.toolchain import pulumi
from tests.compliance.workshop import ROOT, TODAY

PROGRAM = Path(__file__).parent / "second_program"
CONFIGURATION = PROGRAM / "pack-configuration.json"


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> check.CheckRequest:
    folder = tmp_path_factory.mktemp("second")
    project = folder / "project"
    shutil.copytree(PROGRAM, project)
    (folder / "backend").mkdir()
    env = {
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_REGION": "us-east-1",
        "PATH": os.pathsep.join([str(ROOT / "local" / "plugins"), os.environ["PATH"]]),
    }
    subprocess.run(
        [pulumi(ROOT), "stack", "init", "prod", "--cwd", project, "--non-interactive"],
        env={**os.environ, **env},
        check=True,
        capture_output=True,
    )
    return check.CheckRequest(
        pulumi=pulumi(ROOT),
        project=project,
        stack="prod",
        env=env,
        policy_pack=ROOT,
        config=CONFIGURATION,
        waivers=project / "waivers.yaml",
    )


def preview(setting: check.CheckRequest, *configuration: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(str(setting.pulumi), "preview", "--cwd", str(setting.project), "--stack", "prod"),
            *("--non-interactive", "--policy-pack", str(ROOT), *configuration),
        ],
        env={**os.environ, **setting.env},
        capture_output=True,
        text=True,
        check=False,
    )


def judge(setting: check.CheckRequest) -> Evidence:
    return check.check(setting, today=TODAY, generated_at=evidence.now())


def test_plain_pulumi_accepts_it_under_its_own_configuration(setting: check.CheckRequest) -> None:
    previewed = preview(setting, "--policy-pack-config", str(CONFIGURATION))
    assert previewed.returncode == 0, previewed.stdout


def test_plain_pulumi_refuses_it_under_this_projects_values(setting: check.CheckRequest) -> None:
    previewed = preview(setting)
    assert previewed.returncode != 0
    for policy in ("iam-actions", "log-group-retention", "resource-tags"):
        assert policy in previewed.stdout


def test_the_check_gives_its_evidence_with_the_hash_of_the_configuration(
    setting: check.CheckRequest,
) -> None:
    result = judge(setting)
    assert check.exit_code(result) == 0, result.blocking
    assert result.subject.project == "billing"
    assert result.hashes.pack_configuration is not None


def test_the_evidence_says_what_this_program_was_held_to(setting: check.CheckRequest) -> None:
    said = {policy.name: policy for policy in judge(setting).policies}
    assert said["log-group-retention"].settings == {"days": 14}
    assert said["log-group-retention"].sentence.endswith("exactly 14 days.")
    assert "Team=Billing" in said["resource-tags"].remediation
