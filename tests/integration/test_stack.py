"""The real stack passes its own pack, and goes without a trace."""

from pathlib import Path

import pytest

from local.emulator import process
from tests.integration.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path)


def test_plain_pulumi_previews_the_stack_under_the_pack_without_an_emulator(
    project: Project,
) -> None:
    exports = project.pipeline("env")
    preview = project.run(
        "bash", "-c", f"{exports}\npulumi preview --policy-pack . --non-interactive"
    )
    assert preview.returncode == 0, preview.stdout + preview.stderr


def test_destroy_leaves_an_empty_emulator(project: Project) -> None:
    try:
        project.pipeline("up")
        project.pipeline("destroy", "--yes")
        assert left_over(project) == []
        assert not project.outputs.exists()
    finally:
        project.run("pipeline", "stop")
    assert process.status(project.folder / ".pipeline" / "emulator") is None
