"""What is deployed keeps the rules that its preview kept, now that every value is known."""

import json
from pathlib import Path

from tests.integration.cloud import Cloud
from tests.integration.project import Project


def test_the_state_of_the_deployment_is_compliant(
    flat_outputs: Path, cloud: Cloud, tmp_path: Path
) -> None:
    # The command line wrote the outputs below its project; judging a state calls no cloud.
    project = Project(folder=flat_outputs.resolve().parents[1], port=1)
    # A stack need not be called what its names end with: on AWS it is the one that is selected.
    selected = "" if cloud.endpoint else project.run("pulumi", "stack", "--show-name").stdout
    stack = selected.strip() or "local"
    project.pipeline("check", "--stack", stack, "--output", str(tmp_path))
    evidence = json.loads((tmp_path / "evidence.json").read_text(encoding="utf-8"))
    assert {answer["outcome"] for answer in evidence["answers"]} == {"PASS", "NOT_APPLICABLE"}
    assert len(evidence["answers"]) == len(evidence["policies"]) * len(evidence["resources"])
