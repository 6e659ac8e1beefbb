"""The deployed pipeline with its triggers played by hand."""

from collections.abc import Iterator

import pytest

from tests.integration.cloud import Cloud, Partner
from tests.permissions.pipeline import Pipeline
from tests.permissions.roles import Roles


@pytest.fixture(scope="module")
def roles(cloud: Cloud) -> Roles:
    return Roles(cloud)


@pytest.fixture(scope="module")
def pipeline(cloud: Cloud, partner: Partner) -> Iterator[Pipeline]:
    found = Pipeline(cloud, partner)
    with found.paused():
        yield found
