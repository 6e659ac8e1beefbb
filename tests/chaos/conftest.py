"""One storm for all tests of a run.

`CHAOS_FEEDS`, `CHAOS_FILES` (per feed) and `CHAOS_SEED` size it; `make chaos` sets more than the
defaults, which suit `make test`.
"""

import os
from collections.abc import Iterator

import pytest

from tests.chaos import market
from tests.chaos.storm import Aftermath, Storm
from tests.integration.project import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The pipeline, deployed for this run alone."""
    project = Project.make(tmp_path_factory.mktemp("chaos"))
    try:
        project.pipeline("up")
        yield project
    finally:
        project.run("pipeline", "stop")


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
