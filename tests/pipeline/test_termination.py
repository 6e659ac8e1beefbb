"""A command that is told to end, as by a runner that cancels: it leaves nothing behind."""

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import Mock

import pytest

from local import environment
from local.emulator import process
from pipeline import engine, up
from pipeline.target import Target, target
from tests.integration.project import REPOSITORY, Project

PIPELINE = REPOSITORY / ".venv" / "bin" / "pipeline"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    made = Project.make(tmp_path)
    yield made
    process.stop(environment.emulator_state(made.folder))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["told", "interrupted"]
)
def test_a_demonstration_that_is_ended_takes_down_what_it_began(
    project: Project, number: signal.Signals, code: int
) -> None:
    # From the background of a script, where interruptions are ignored.
    demo = subprocess.Popen(
        ["/bin/sh", "-c", "trap '' INT; exec \"$@\"", "sh", PIPELINE, "demo"],
        cwd=project.folder,
        env={**os.environ, "PIPELINE_PORT": str(project.port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert demo.stderr is not None
    said = next(line for line in demo.stderr if "Deploying" in line)
    demo.send_signal(number)
    said += demo.stderr.read()
    assert demo.wait() == code, said
    assert process.status(environment.emulator_state(project.folder)) is None
    state = project.folder / ".pipeline" / "pulumi-state" / ".pulumi"
    assert not [path for path in (state / "locks").rglob("*") if path.is_file()]
    assert not engine.resources(Target(project=project.folder, stack=environment.STACK, local=True))


def test_an_interrupted_destruction_stops_the_emulator_that_it_started(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.folder)
    monkeypatch.setenv("PIPELINE_PORT", str(project.port))
    monkeypatch.setattr(engine, "run", Mock(side_effect=SystemExit))
    with pytest.raises(SystemExit):
        up.destroy(target(None))
    assert process.status(environment.emulator_state(project.folder)) is None


def test_cleaning_stops_the_emulator_before_its_state_is_gone(project: Project) -> None:
    running = process.start(environment.emulator_state(project.folder), project.port)
    # Of what the folder holds, the repository's own are links, and only the links are removed.
    cleaned = project.run("make", "-f", str(REPOSITORY / "Makefile"), "clean")
    assert cleaned.returncode == 0, cleaned.stderr
    assert not (project.folder / ".pipeline").exists()
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect((process.HOST, running.port))
