"""One storm for all tests of a run.

`CHAOS_FEEDS`, `CHAOS_FILES` (per feed) and `CHAOS_SEED` size it; `make chaos` sets more than the
defaults, which suit `make test`.
"""

import os
import socket
from collections.abc import Iterator

import pytest

from local.emulator import process
from tests.chaos import market, mischief
from tests.chaos.storm import Aftermath, Storm
from tests.integration.project import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The pipeline, deployed for this run alone; nothing of it may outlive the run."""
    project = Project.make(tmp_path_factory.mktemp("chaos"))
    state = project.folder / ".pipeline" / "emulator"
    try:
        project.pipeline("up")
        yield project
        group = process.status(state)
    finally:
        project.run("pipeline", "stop")
    assert group is not None, "the emulator was gone before it was stopped"
    assert mischief.processes_of(group.pid) == []
    with socket.socket() as other:
        assert other.connect_ex(("127.0.0.1", group.port)), f"port {group.port} still answers"


@pytest.fixture(scope="session")
def aftermath(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    """What is left of the storm."""
    seed = int(os.environ.get("CHAOS_SEED", "1"))
    series = market.series(
        tmp_path_factory.mktemp("sample"),
        feeds=int(os.environ.get("CHAOS_FEEDS", "9")),
        files=int(os.environ.get("CHAOS_FILES", "5")),
        seed=seed,
    )
    return Storm(project, series, seed).rage()
