"""What is deployed is what was previewed, before and after a refresh, and all of it can go."""

import json
from typing import Any

import pytest

from local.emulator import process
from tests.integration.project import Project
from tests.integration.test_stack import left_over


@pytest.fixture
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project.make(tmp_path_factory.mktemp("refreshed"))


def answers(project: Project, *words: str, code: int = 0) -> dict[tuple[str, str], str]:
    """The outcome of every policy and resource, by the names that people know them by."""
    checked = project.run("pipeline", "check", *words)
    assert checked.returncode == code, checked.stderr
    evidence: dict[str, Any] = json.loads((project.folder / "reports/evidence.json").read_text())
    return {
        (answer["policy"], answer["urn"].partition("::")[2]): answer["outcome"]
        for answer in evidence["answers"]
    }


def changes(project: Project, words: str) -> list[str]:
    """What a Pulumi command did, or would do, to the resources."""
    exports = project.pipeline("env")
    done = project.run("bash", "-c", f"{exports}\npulumi {words} --non-interactive")
    assert done.returncode == 0, done.stdout + done.stderr
    told = done.stdout.split("Resources:")[1].split("Duration:")[0]
    return [line.strip() for line in told.splitlines() if line.strip()]


def differing(
    one: dict[tuple[str, str], str], other: dict[tuple[str, str], str]
) -> dict[tuple[str, str], tuple[str, str]]:
    """Where two sets of answers differ; the engine tells of providers in previews alone."""
    return {
        (policy, urn.rpartition("::")[2]): (one[policy, urn], other[policy, urn])
        for policy, urn in one.keys() & other.keys()
        if one[policy, urn] != other[policy, urn]
    }


def test_the_deployed_stack_is_the_previewed_one_through_a_refresh_until_it_is_gone(
    project: Project,
) -> None:
    try:
        previewed = answers(project)
        project.pipeline("up")
        deployed = answers(project, "--deployed")
        assert differing(previewed, deployed) == {}
        assert len(deployed) > 8000
        resources = {urn for _, urn in deployed if "pulumi:providers:" not in urn}
        nothing = [f"{len(resources)} unchanged"]
        assert changes(project, "preview") == nothing
        assert changes(project, "refresh --yes --skip-preview") == nothing
        assert changes(project, "preview") == nothing
        assert differing(previewed, answers(project)) == {}
        # Of the functions' archives a refresh leaves the hash alone, by which they are found again.
        assert differing(deployed, answers(project, "--deployed")) == {}

        running = process.status(project.folder / ".pipeline" / "emulator")
        assert running is not None
        project.pipeline("destroy", "--yes")
        assert left_over(running.endpoint) == []
    finally:
        project.run("pipeline", "stop")
