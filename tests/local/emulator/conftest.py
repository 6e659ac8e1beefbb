"""An emulator for the tests, a function to run on it, and a place where it reports."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import process
from tests.local.emulator.kit import Account, Notes

SOURCE = Path(__file__).parent / "functions" / "probe"


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The probe function's deployment package."""
    binary = tmp_path_factory.mktemp("probe") / "bootstrap"
    subprocess.run(
        ["go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "."],
        cwd=SOURCE,
        env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-buildvcs=false"},
        check=True,
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        entry = zipfile.ZipInfo("bootstrap")
        entry.external_attr = 0o755 << 16
        file.writestr(entry, binary.read_bytes())
    return packed.getvalue()


@pytest.fixture(scope="session")
def emulator() -> Iterator[process.Emulator]:
    """One emulator for all tests that need nothing but their own resources in it."""
    with process.ephemeral() as running:
        yield running


@pytest.fixture
def notes() -> Iterator[Notes]:
    """Where the probe reports what it was given."""
    with Notes() as receiver:
        yield receiver


@pytest.fixture
def account(emulator: process.Emulator, archive: bytes) -> Account:
    """The account of the shared emulator, with helpers to fill it."""
    return Account(emulator=emulator, archive=archive)


@pytest.fixture(scope="session")
def stock(archive: bytes) -> Iterator[Account]:
    """The account of an emulator that weighs rights as the stock one does."""
    fixes = ["secure_transport", "log_group_arns", "upload_conditions", "key_use", "role_trust"]
    fixes += ["service_calls"]
    with process.ephemeral(without=fixes) as running:
        yield Account(emulator=running, archive=archive)
