"""`pipeline doctor`: what is there, what is wrong, what to do; and never a secret."""

import json
import socket
from pathlib import Path

import pytest

from pipeline import cli, doctor
from pipeline.doctor import Finding, State

SECRET = "wJalrXUtnFEMI"


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working folder without a project, and nobody's credentials."""
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "CHROMIUM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("PIPELINE_PORT", str(_free_port()))


def _free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        return int(any_port.getsockname()[1])


def look(subject: str, folder: Path | None = None) -> Finding:
    (finding,) = (one for one in doctor.examine(folder) if one.subject == subject)
    return finding


def test_where_all_is_set_up_nothing_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    findings = doctor.examine(None)
    assert [one for one in findings if one.state is State.WRONG] == []
    assert {"Python", "Go", "Pulumi CLI", "functions", "programs", "emulator"} <= {
        one.subject for one in findings
    }
    doctor.show(findings)
    assert "Pulumi CLI" in capsys.readouterr().out


def test_everything_that_is_not_there_comes_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "REPOSITORY", tmp_path)
    monkeypatch.setattr("local.toolchain._OWN", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    findings = doctor.examine(tmp_path)
    lacking = {one.subject for one in findings if one.state is not State.FINE}
    wanted = {"Go", "Pulumi CLI", "functions", "programs", "Checkov", "browser", "AWS credentials"}
    assert wanted <= lacking
    assert [one.subject for one in findings if one.state is not State.FINE and not one.remedy] == []


def test_an_old_go_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "go").write_text("#!/bin/sh\necho go1.21.3\n")
    (tmp_path / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    found = look("Go")
    assert (found.state, found.found) == (State.WRONG, "go1.21.3")
    assert "1.26" in found.remedy


def test_a_port_that_another_program_has_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setenv("PIPELINE_PORT", str(other.getsockname()[1]))
        assert look("emulator").state is State.WRONG
        monkeypatch.setenv("PIPELINE_PORT", "eighty")
        assert "eighty" in look("emulator").found


def test_credentials_are_told_by_where_they_come_from_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    assert look("AWS credentials").found == "from env"
    doctor.show(doctor.examine(None))
    shown = capsys.readouterr().out
    assert SECRET not in shown
    assert "AKIAEXAMPLE" not in shown


def test_a_profile_that_does_not_exist_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    found = look("AWS credentials")
    assert found.state is State.WRONG
    assert "nobody" in found.found


def test_the_exit_code_says_whether_anything_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def ended() -> int:
        monkeypatch.setattr("sys.argv", ["pipeline", "doctor", "--json"])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)

    assert ended() == 0
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    capsys.readouterr()
    assert ended() == 1
    states = {one["state"] for one in json.loads(capsys.readouterr().out)}
    assert "wrong" in states
