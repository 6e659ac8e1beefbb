"""Which Pulumi CLI is used, and what surrounds it."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from local import toolchain
from local.environment import local_environment, prepare
from tests.local.kit import PROJECT


def _cli(folder: Path, says: str) -> Path:
    folder.mkdir(parents=True)
    cli = folder / "pulumi"
    cli.write_text(f"#!/bin/sh\n{says}\n")
    cli.chmod(0o755)
    return cli


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of its own with this one's CLI."""
    (tmp_path / ".cache").symlink_to(PROJECT / ".cache")
    (tmp_path / "Pulumi.yaml").write_text("name: market-data-pipeline\nruntime: python\n")
    return tmp_path


def test_the_version_is_the_one_that_the_go_module_pins() -> None:
    pinned = (PROJECT / "local" / "toolchain" / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/pkg/v3 v{toolchain.VERSION} " in pinned


@pytest.mark.parametrize(
    ("says", "usable"),
    [
        ("echo v3.248.9", False),
        ("echo v3.249.0", True),
        ("echo 3.300.1", True),
        ("echo v4.0.0", True),
        ("echo v3.249.0; exit 1", False),
        ("echo hello", False),
    ],
)
def test_a_cli_is_usable_from_3_249_on(tmp_path: Path, says: str, usable: bool) -> None:
    assert toolchain.usable(str(_cli(tmp_path / "bin", says))) is usable


def test_a_usable_cli_on_path_is_taken_where_none_was_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli = _cli(tmp_path / "bin", "echo v3.300.0")
    monkeypatch.setattr(toolchain, "_OWN", tmp_path)
    monkeypatch.setenv("PATH", f"{cli.parent}{os.pathsep}{os.environ['PATH']}")
    assert toolchain.pulumi(tmp_path) == cli


def test_without_a_cli_the_error_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(_cli(tmp_path / "bin", "echo v3.1.0").parent))
    monkeypatch.setattr(toolchain, "_OWN", tmp_path)
    with pytest.raises(FileNotFoundError, match="run `make setup`"):
        toolchain.pulumi(tmp_path)


def test_preparing_makes_the_stack_once_and_keeps_the_users_settings(project: Path) -> None:
    prepare(project)
    settings = project / "Pulumi.local.yaml"
    assert "market-data-pipeline:environmentSuffix: local" in settings.read_text()
    settings.write_text(settings.read_text() + "# mine\n")
    stacks = project / ".pipeline" / "pulumi-state" / ".pulumi" / "stacks"
    made = (stacks / "market-data-pipeline" / "local.json").stat().st_mtime_ns
    prepare(project)
    assert settings.read_text().endswith("# mine\n")
    assert (stacks / "market-data-pipeline" / "local.json").stat().st_mtime_ns == made


def test_official_plugins_are_looked_for_in_pulumis_own_home(project: Path) -> None:
    own, official = local_environment(project), local_environment(project, official_plugins=True)
    assert own["PULUMI_HOME"] == str(project / ".pipeline" / "pulumi-home")
    assert "PULUMI_HOME" not in official
    assert official["AWS_ENDPOINT_URL"] == own["AWS_ENDPOINT_URL"]


def test_the_port_of_the_emulator_can_be_changed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_PORT", "4999")
    assert local_environment(project)["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4999"


def test_the_archives_do_not_depend_on_the_callers_go_settings(tmp_path: Path) -> None:
    shutil.copytree(PROJECT / "handlers", tmp_path / "handlers")
    theirs = {"GOOS": "windows", "GOARCH": "arm64", "GOFLAGS": "-mod=vendor", "GO111MODULE": "off"}
    built = subprocess.run(
        [tmp_path / "handlers" / "build.sh", "x86_64"],
        env={**os.environ, **theirs, "GOWORK": "/nowhere/go.work"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    for archive in sorted((tmp_path / "build" / "functions" / "x86_64").glob("*.zip")):
        own = PROJECT / "build" / "functions" / "x86_64" / archive.name
        assert not own.exists() or archive.read_bytes() == own.read_bytes()
