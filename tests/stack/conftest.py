"""The whole program, recorded once."""

import zipfile
from pathlib import Path

import pytest

import formats
from stack import pipeline
from stack.feeds import FeedSettings
from stack.names import Names
from stack.settings import AnalystSettings, PartnerSettings, Settings
from tests.stack.recorder import ACCOUNT, REGION, SUFFIX, Recording, record

NAMES = Names(account=ACCOUNT, region=REGION, suffix=SUFFIX)
SETTINGS = Settings(
    region=REGION,
    suffix=SUFFIX,
    architecture="arm64",
    partners=(
        PartnerSettings(name="acme", principal=f"arn:aws:iam::{ACCOUNT}:root"),
        PartnerSettings(
            name="globex",
            principal="arn:aws:iam::210987654321:role/uploader",
            external_id="globex-7",
        ),
    ),
    analysts=(
        AnalystSettings(
            name="desk", principal=f"arn:aws:iam::{ACCOUNT}:role/desk", external_id="d1"
        ),
        AnalystSettings(name="fund", principal=f"arn:aws:iam::{ACCOUNT}:root", partners=("acme",)),
    ),
    feeds=(
        FeedSettings(
            name="acme/power",
            format=formats.find("massive-trades"),
            order="sequence",
            day={"zone": "America/New_York", "begins": "18:00"},
            non_positive_prices=True,
        ),
        FeedSettings(name="globex/*", format=formats.find("canonical")),
    ),
    allowed_origins=("*",),
    alarm_email="oncall@example.com",
)


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("functions")
    for architecture in ("arm64", "x86_64"):
        (folder / architecture).mkdir()
        for function in pipeline.FUNCTIONS:
            with zipfile.ZipFile(folder / architecture / f"{function}.zip", "w") as archive:
                archive.writestr("bootstrap", f"{function} for {architecture}")
    return folder


@pytest.fixture(scope="session")
def stack(archives: Path) -> Recording:
    """Every resource of a stack with two partners and an address for alarms."""
    return record(lambda: pipeline.build(NAMES, SETTINGS, archives))
