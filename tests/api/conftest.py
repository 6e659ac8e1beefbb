"""The API, the document that it is held to, and a world to ask about."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
import yaml
from schemathesis.schemas import BaseSchema

from tests.api import world
from tests.api.world import World
from tests.integration.cloud import Cloud, Partner
from tests.permissions.pipeline import Pipeline
from tests.permissions.roles import Roles

DOCUMENT = Path(__file__).resolve().parents[2] / "handlers" / "openapi.yaml"


@pytest.fixture(scope="session")
def known(cloud: Cloud, partner: Partner) -> World:
    pipeline = Pipeline(cloud, partner)
    with pipeline.paused():
        return world.make(pipeline, Roles(cloud))


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(DOCUMENT.read_text())
    return found


@pytest.fixture(scope="session")
def contract(document: dict[str, Any], cloud: Cloud) -> BaseSchema:
    found = schemathesis.openapi.from_dict(document)
    found.config.update(base_url=cloud.outputs["statusApiUrl"])
    return found
