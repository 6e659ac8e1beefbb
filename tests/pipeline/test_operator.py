"""The operator's program as the command line runs it: under whose rights, and how it may end."""

import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import programs
from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.operator import RefusedError, ask


class Session:
    """A session with credentials, or with none."""

    def __init__(self, **frozen: str | None) -> None:
        self._frozen = frozen

    def get_credentials(self) -> Any:
        if not self._frozen:
            return None
        return SimpleNamespace(get_frozen_credentials=lambda: SimpleNamespace(**self._frozen))


KEYS = {"access_key": "AKIA", "secret_key": "secret", "token": None}
OUTPUTS = {"region": "us-east-1", "endpointUrl": "http://127.0.0.1:4999", "tableName": "t"}


@pytest.fixture
def deployment() -> Deployment:
    return Deployment(outputs=OUTPUTS, session=Session(**KEYS))


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the repository has the program."""
    monkeypatch.setattr(programs, "REPOSITORY", tmp_path)
    place = tmp_path / "build" / "host" / "operator"
    place.parent.mkdir(parents=True)
    return place


def write(program: Path, script: str) -> None:
    program.write_text(f"#!{sys.executable}\n" + textwrap.dedent(script))
    program.chmod(0o755)


def test_a_command_is_asked_of_the_program_under_the_callers_rights(
    program: Path, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "of somebody else")
    script = """
        import json, os, sys
        names = ("REGION", "ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN", "ENDPOINT_URL")
        own = {name: os.environ["AWS_" + name] for name in names}
        print(json.dumps({"asked": json.load(sys.stdin), "variables": own}))
    """
    write(program, script)
    answer = ask(deployment, "retry", feed="acme/x", number=7)
    assert answer["asked"] == {
        **{"command": "retry", "stack": OUTPUTS},
        **{"feed": "acme/x", "number": 7},
    }
    assert answer["variables"] == {
        **{"REGION": "us-east-1", "ACCESS_KEY_ID": "AKIA", "SECRET_ACCESS_KEY": "secret"},
        **{"SESSION_TOKEN": "", "ENDPOINT_URL": "http://127.0.0.1:4999"},
    }


def test_a_refusal_is_told_apart_from_a_failure(program: Path, deployment: Deployment) -> None:
    write(program, """print('{"refusal": {"why": "passed", "number": 7}}')""")
    with pytest.raises(RefusedError) as refused:
        ask(deployment, "skip")
    assert refused.value.refusal == {"why": "passed", "number": 7}
    write(program, """import sys; sys.exit("the table is throttled")""")
    with pytest.raises(CommandError, match=r"^the table is throttled$"):
        ask(deployment, "skip")


def test_where_nobody_answers_the_failure_says_what_to_start(
    program: Path, deployment: Deployment
) -> None:
    write(program, """import sys; sys.exit("127.0.0.1:4999: connect: connection refused")""")
    with pytest.raises(CommandError, match=r"refused\. For the local stack, run `pipeline up`"):
        ask(deployment, "show")


def test_without_credentials_the_program_is_not_asked(program: Path) -> None:
    write(program, "print('{}')")
    with pytest.raises(CommandError, match="no AWS credentials"):
        ask(Deployment(outputs=OUTPUTS, session=Session()), "show")


def test_whoever_interrupts_waits_until_the_program_has_let_go(
    program: Path, deployment: Deployment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = f"""
        import pathlib, signal, sys
        def let_go(*_):
            pathlib.Path({str(tmp_path)!r}, "let-go").touch()
            sys.exit(1)
        signal.signal(signal.SIGINT, let_go)
        pathlib.Path({str(tmp_path)!r}, "ready").touch()
        signal.pause()
    """
    write(program, script)
    communicate = subprocess.Popen.communicate
    calls: list[Any] = []

    def interrupted(process: Any, *words: Any) -> Any:
        calls.append(words)
        if len(calls) > 1:
            return communicate(process, *words)
        while not (tmp_path / "ready").exists():
            signal.sigtimedwait([], 0.01)
        raise KeyboardInterrupt

    monkeypatch.setattr(subprocess.Popen, "communicate", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask(deployment, "redrive")
    assert (tmp_path / "let-go").exists()
