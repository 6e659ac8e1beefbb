"""The ten lines of docs/compliance.md, done by the engineer of another repository."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from local.toolchain import pulumi
from tests.compliance.workshop import ROOT

PROGRAM = Path(__file__).parent / "second_program"
# What is not this repository's: its download and its setup, which made the one under test, and
# the person who looks at the report.
STAND_INS = 'git() { :; }\nmake() { :; }\nopen() { grep -q "<h1>" "$1"; }\n'


def lines() -> list[str]:
    """The commands under the heading, as they stand there."""
    text = (ROOT / "docs" / "compliance.md").read_text(encoding="utf-8")
    _, _, rest = text.partition("## The pack in another repository\n")
    found = re.search(r"```sh\n(.*?)```", rest, re.DOTALL)
    assert found is not None
    return found[1].splitlines()


class Elsewhere:
    """A folder with this repository and another, whose engineer has a Pulumi login."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.repository = folder, folder / "your-repository"
        self.project = self.repository / "infra"
        (folder / "pipeline-policies").symlink_to(ROOT)
        shutil.copytree(PROGRAM, self.project)
        (self.repository / ".git").mkdir()
        (folder / "backend").mkdir()
        path = [str(ROOT / "local" / "plugins"), str(pulumi(ROOT).parent), os.environ["PATH"]]
        self.env = {
            **{k: v for k, v in os.environ.items() if k not in ("PULUMI_STACK", "AWS_PROFILE")},
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "123456789012",  # the account of the lines
            "PATH": os.pathsep.join(path),
        }
        self.run("cd your-repository/infra; pulumi stack init prod --non-interactive --no-select")

    def run(self, script: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-ec", STAND_INS + script],
            cwd=self.folder,
            env=self.env,
            capture_output=True,
            text=True,
            check=False,
        )

    def evidence(self) -> dict[str, object]:
        path = self.project / "reports" / "evidence.json"
        document: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
        return document


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Elsewhere:
    return Elsewhere(tmp_path_factory.mktemp("elsewhere"))


def test_they_are_at_most_ten() -> None:
    assert len(lines()) <= 10


def test_they_judge_the_other_program_in_its_own_environment(elsewhere: Elsewhere) -> None:
    ended = elsewhere.run("\n".join(lines()))
    assert ended.returncode == 0, ended.stderr
    first = ended.stderr.splitlines()[0]
    assert first.startswith(f"Project billing in {elsewhere.project}, stack prod in your Pulumi")
    subject = elsewhere.evidence()["subject"]
    assert subject == {
        "kind": "preview",
        "project": "billing",
        "folder": "infra",
        "stack": "prod",
        "region": "us-east-1",
    }


def test_without_settings_of_its_own_it_is_refused_at_lines_that_exist(
    elsewhere: Elsewhere,
) -> None:
    script = "\n".join(lines()).replace("--policy-config pack-configuration.json", "")
    ended = elsewhere.run(script)
    assert ended.returncode == 3, ended.stderr
    answers = elsewhere.evidence()["answers"]
    assert isinstance(answers, list)
    failed = [answer for answer in answers if answer["outcome"] == "FAIL"]
    assert {"iam-actions", "log-group-retention", "resource-tags"} <= {a["policy"] for a in failed}
    for answer in failed:
        program = (elsewhere.repository / answer["source"]["file"]).read_text(encoding="utf-8")
        assert "aws." in program.splitlines()[answer["source"]["line"] - 1]


def test_a_state_is_judged_as_that_of_its_own_stack(elsewhere: Elsewhere) -> None:
    state = elsewhere.project / "state.json"
    stack = "urn:pulumi:qa::{}::pulumi:pulumi:Stack::qa"
    check = "cd your-repository/infra; ../../pipeline-policies/.venv/bin/pipeline check --state"

    def hold(project: str) -> None:
        resource = {"urn": stack.format(project), "type": "pulumi:pulumi:Stack"}
        manifest = {"time": "2026-11-24T09:00:00Z", "magic": "", "version": ""}
        deployment = {"manifest": manifest, "resources": [resource]}
        state.write_text(json.dumps({"version": 3, "deployment": deployment}))

    hold("billing")
    ended = elsewhere.run(f"{check} state.json")
    assert "stack qa" in ended.stderr.splitlines()[0]
    subject = elsewhere.evidence()["subject"]
    assert isinstance(subject, dict)
    assert (subject["kind"], subject["stack"]) == ("deployed", "qa")
    ended = elsewhere.run(f"{check} state.json --stack prod")
    assert (ended.returncode, "holds stack 'qa', not 'prod'" in ended.stderr) == (2, True)
    hold("other")
    ended = elsewhere.run(f"{check} state.json")
    assert (ended.returncode, "is of project 'other'" in ended.stderr) == (6, True)
