"""The workflow runs what the README says, pins what it uses, and blocks on violations."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from compliance import report
from tests.compliance import samples
from tests.compliance.workshop import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps() -> list[dict[str, Any]]:
    (workflow,) = [path for path in WORKFLOWS if path.stem == "compliance"]
    found: list[dict[str, Any]] = yaml.safe_load(workflow.read_text())["jobs"]["check"]["steps"]
    return found


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_its_commit_and_names_its_release(workflow: Any) -> None:
    for line in workflow.read_text().splitlines():
        if "uses:" in line:
            assert re.search(r"uses: [\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_unless_a_job_says_more(workflow: Any) -> None:
    assert yaml.safe_load(workflow.read_text())["permissions"] == {"contents": "read"}


def test_it_runs_the_two_commands_of_the_readme_and_the_check() -> None:
    commands = [step["run"] for step in steps() if "run" in step]
    assert commands[:2] == ["make demo", "make test"]
    assert commands[2].startswith(".venv/bin/pipeline check")


def test_nothing_hides_the_checks_exit_code() -> None:
    for step in steps():
        assert "continue-on-error" not in step
        assert "||" not in step.get("run", "")


def test_it_publishes_reports_that_the_check_writes(tmp_path: Any) -> None:
    written = {path.name for path in report.write(samples.sample(), tmp_path)}
    text = "\n".join(path.read_text() for path in WORKFLOWS)
    assert set(re.findall(r"reports/([\w.]+)", text)) <= written


def test_no_expression_of_the_event_reaches_a_shell() -> None:
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_commit_hooks_run_only_what_the_project_itself_pins() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
