"""Which deployment the tests of the deployed pipeline look at: one for all of their folders.

`FLAT_OUTPUTS` names the flat outputs of a deployment that exists, on AWS or here. Without it a
local one is made, with a port and a state of its own, and destroyed at the end.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.engines import OneEngine
from tests.integration.cloud import Cloud, Partner
from tests.integration.project import Project

# How long an example takes says what else the machine does, and nothing of this project.
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("untimed")

sys.meta_path.insert(0, OneEngine(sys.modules))

# A script's background ignores interruptions, and so would all that the tests start.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def flat_outputs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    named = os.environ.get("FLAT_OUTPUTS")
    if named is not None:
        yield Path(named)
        return
    project = Project.make(tmp_path_factory.mktemp("deployment"))
    try:
        project.pipeline("up")
        yield project.outputs
    finally:
        project.run("pipeline", "stop")


@pytest.fixture(scope="session")
def cloud(flat_outputs: Path) -> Cloud:
    return Cloud(flat_outputs)


@pytest.fixture(scope="session")
def partner(cloud: Cloud) -> Partner:
    return cloud.partner(cloud.partners[0])


@pytest.fixture(scope="session")
def other_partner(cloud: Cloud) -> Partner:
    return cloud.partner(cloud.partners[1])
