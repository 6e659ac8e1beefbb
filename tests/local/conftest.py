"""A throw-away emulator, and programs to deploy to it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from local.emulator import process
from tests.local.kit import NOWHERE, Program, new_program


@pytest.fixture(scope="session")
def emulator() -> Iterator[process.Emulator]:
    with process.ephemeral() as running:
        yield running


@pytest.fixture(scope="session")
def client(emulator: process.Emulator) -> Callable[[str], Any]:
    def of(service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=emulator.endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    return of


@pytest.fixture
def offline(tmp_path: Path) -> Program:
    """A program for which no emulator runs."""
    return new_program(tmp_path, NOWHERE)


@pytest.fixture
def program(tmp_path: Path, emulator: process.Emulator) -> Program:
    return new_program(tmp_path, emulator.endpoint)
