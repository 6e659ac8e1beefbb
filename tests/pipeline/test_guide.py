"""`pipeline` by itself: commands that exist, sorted by what a person is here for."""

import pytest
from typer.testing import CliRunner

from pipeline import cli
from pipeline.guide import GUIDE

COMMANDS = [command for commands in GUIDE.values() for command in commands]


def test_without_a_command_the_guide_is_shown() -> None:
    said = CliRunner().invoke(cli.app, [])
    assert said.exit_code == 0
    assert all(f"pipeline {command} " in said.stdout for command in COMMANDS)
    assert "pipeline --help" in said.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_guide_exists(command: str) -> None:
    said = CliRunner().invoke(cli.app, [*command.split(), "--help"])
    assert said.exit_code == 0, said.stdout
