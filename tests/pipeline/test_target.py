"""Which stack a command is about, and the shell lines that lead there."""

import fcntl
import json
import os
import subprocess
from pathlib import Path

import pytest

from local import toolchain
from local.emulator import process
from local.environment import emulator_state
from pipeline.errors import CommandError, UsageError
from pipeline.target import REPOSITORY, Target, project, target


def other(folder: Path, name: str = "billing") -> Path:
    """A Pulumi project of somebody else's."""
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text(f"name: {name}\nruntime: python\n")
    return folder


def test_the_project_is_the_nearest_one_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other(tmp_path)
    inner = other(tmp_path / "inner")
    (inner / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(inner / "a" / "b")
    assert project() == inner


def test_the_project_that_is_named_is_taken_wherever_one_stands(tmp_path: Path) -> None:
    assert project(other(tmp_path)) == tmp_path


def test_a_folder_that_is_named_and_is_no_project_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has no Pulumi\.yaml"):
        project(tmp_path)


def test_outside_any_project_it_is_an_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=r"no Pulumi\.yaml in .* --project DIR"):
        project()


@pytest.mark.parametrize("text", ["", "runtime: python", "name: [", "- name"])
def test_a_project_without_a_name_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(text)
    with pytest.raises(CommandError, match=r"Pulumi\.yaml"):
        assert target(None, folder=tmp_path, local=True).name


def test_another_project_is_judged_by_this_pack_in_the_users_own_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    chosen = target("prod", folder=other(tmp_path))
    assert (chosen.own, chosen.local, chosen.policy_pack) == (False, False, REPOSITORY)
    assert chosen.environment()["AWS_PROFILE"] == "production"


@pytest.mark.parametrize("stack", [None, "local", "dev"])
def test_another_project_is_on_this_machine_where_that_is_asked_for(
    tmp_path: Path, stack: str | None
) -> None:
    chosen = target(stack, folder=other(tmp_path), local=True)
    assert (chosen.local, chosen.stack) == (True, stack or "local")
    variables = chosen.environment()
    assert variables["PULUMI_STACK"] == chosen.stack
    assert variables["PULUMI_BACKEND_URL"].startswith(tmp_path.as_uri())


def test_a_stack_of_another_project_that_is_called_local_is_the_users_own(tmp_path: Path) -> None:
    assert not target("local", folder=other(tmp_path)).local


def test_another_project_without_a_stack_is_judged_by_the_one_that_is_selected(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = other(tmp_path / "project")
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri())
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "")
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    with pytest.raises(CommandError, match="No stack of billing is selected"):
        target(None, folder=folder)
    subprocess.run(
        [toolchain.pulumi(folder), "stack", "init", "staging", "--non-interactive"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    assert target(None, folder=folder).stack == "staging"


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


def test_this_projects_local_stack_is_the_one_without_a_name() -> None:
    assert target(None).local
    assert target("local").local
    assert not target("prod").local


def test_the_emulator_that_runs_is_talked_to_whatever_port_this_shell_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = Target(project=tmp_path, stack="local", local=True)
    monkeypatch.setenv("PIPELINE_PORT", "4601")
    assert chosen.environment()["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4601"
    emulator_state(tmp_path).mkdir(parents=True)
    with process.lock_path(emulator_state(tmp_path)).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        json.dump({"pid": os.getpid(), "port": 4602}, lock)
        lock.flush()
        assert chosen.environment()["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4602"
