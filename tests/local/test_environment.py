"""The local stack's configuration, written once and then the user's own."""

from pathlib import Path

import yaml

from local.environment import prepare
from tests.integration.project import Project


def test_the_local_stack_is_held_to_the_emulators_account(tmp_path: Path) -> None:
    project = Project.make(tmp_path).folder
    prepare(project)
    settings = project / "Pulumi.local.yaml"
    written = settings.read_text()
    assert yaml.safe_load(written)["config"]["aws:allowedAccountIds"] == ["000000000000"]
    prepare(project)
    assert settings.read_text() == written


def test_a_configuration_of_an_earlier_version_gets_the_account_and_keeps_the_rest(
    tmp_path: Path,
) -> None:
    project = Project.make(tmp_path).folder
    settings = project / "Pulumi.local.yaml"
    settings.write_text("config:\n  market-data-pipeline:environmentSuffix: mine\n")
    prepare(project)
    assert yaml.safe_load(settings.read_text())["config"] == {
        "aws:allowedAccountIds": ["000000000000"],
        "market-data-pipeline:environmentSuffix": "mine",
    }
