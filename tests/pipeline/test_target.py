"""Which stack a command is about, and the shell lines that lead there."""

import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest

from local.emulator import process
from local.environment import emulator_state
from pipeline.target import Target, project, target


def test_the_project_is_found_from_a_folder_inside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Pulumi.yaml", "PulumiPolicy.yaml"):
        (tmp_path / name).touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert project() == tmp_path


def test_outside_any_project_it_is_the_programs_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert (project() / "pipeline" / "target.py").is_file()


def test_a_shell_reads_the_exports_whatever_they_contain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{os.environ['PATH']}:/a folder/it's $HOME")
    chosen = target(None)
    script = "\n".join([*chosen.exports({}), "env -0"])
    read = subprocess.run(
        ["/bin/bash", "-c", script], env={}, capture_output=True, text=True, check=True
    ).stdout
    variables = dict(entry.split("=", 1) for entry in read.split("\0") if "=" in entry)
    expected = chosen.environment()
    names = [name for name in expected if name == "PATH" or name.startswith(("AWS_", "PULUMI_"))]
    assert len(names) > 5
    assert {name: variables[name] for name in names} == {name: expected[name] for name in names}


def test_the_callers_own_profile_does_not_reach_the_emulator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "x")
    caller = dict(os.environ)
    lines = target(None).exports(caller)
    assert {"unset AWS_PROFILE", "unset AWS_SESSION_TOKEN"} <= set(lines)
    assert "AWS_PROFILE" not in os.environ


@pytest.mark.parametrize("stack", [None, "prod"])
def test_the_callers_filter_of_warnings_does_not_reach_the_sdk(
    monkeypatch: pytest.MonkeyPatch, stack: str | None
) -> None:
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    assert "PYTHONWARNINGS" not in target(stack).environment()


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
@pytest.mark.parametrize("stack", [None, "prod"])
def test_a_proxy_is_not_asked_for_loopback(
    monkeypatch: pytest.MonkeyPatch, stack: str | None, name: str
) -> None:
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(variable, "")
    monkeypatch.setenv(name, "intranet,localhost")
    target(stack)
    variables = target(stack).environment()
    assert variables["no_proxy"] == variables["NO_PROXY"] == "intranet,localhost,127.0.0.1"


def test_where_no_proxy_is_asked_for_anything_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")
    assert target(None).environment()["no_proxy"] == "*"


def test_a_stack_on_aws_keeps_the_callers_own_way_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    chosen = target("prod")
    assert chosen.environment()["AWS_PROFILE"] == "production"
    assert chosen.exports(dict(os.environ)) == ["export PULUMI_STACK=prod"]


def test_official_plugins_leave_this_projects_out(monkeypatch: pytest.MonkeyPatch) -> None:
    own, official = target(None), target(None, official_plugins=True)
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    assert own.environment()["PULUMI_HOME"].endswith(".pipeline/pulumi-home")
    assert "PULUMI_HOME" not in official.environment()


def test_the_local_stack_is_the_one_without_a_name() -> None:
    assert Target(project=Path(), stack="local").local
    assert not Target(project=Path(), stack="prod").local


def test_the_emulator_that_runs_is_talked_to_whatever_port_this_shell_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".cache").symlink_to(project() / ".cache")
    chosen = Target(project=tmp_path, stack="local")
    monkeypatch.setenv("PIPELINE_PORT", "4601")
    assert chosen.environment()["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4601"
    emulator_state(tmp_path).mkdir(parents=True)
    with process.lock_path(emulator_state(tmp_path)).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        json.dump({"pid": os.getpid(), "port": 4602}, lock)
        lock.flush()
        assert chosen.environment()["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4602"
