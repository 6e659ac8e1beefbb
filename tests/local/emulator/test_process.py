"""The emulator as a process: it starts, says what is wrong, stops, and leaves nothing running."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.emulator import launcher, process
from tests.local.emulator.kit import Account, Notes, until


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state directory whose emulator is stopped after the test."""
    yield tmp_path
    process.stop(tmp_path)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_starts_on_loopback_only_and_is_found_by_its_folder(folder: Path) -> None:
    running = process.start(folder, 0)

    assert process.status(folder) == running
    assert running.endpoint == f"http://127.0.0.1:{running.port}"
    with socket.socket() as other, pytest.raises(OSError):
        other.connect((own_address(), running.port))


def own_address() -> str:
    """An address of this machine that is not loopback, or one that nothing answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            return "192.0.2.1"
        return str(probe.getsockname()[0])


def test_second_start_returns_the_running_one(folder: Path) -> None:
    running = process.start(folder, 0)
    assert process.start(folder, running.port) == running


def test_start_on_another_port_names_the_one_in_use(folder: Path) -> None:
    running = process.start(folder, 0)
    with pytest.raises(process.EmulatorError, match=f"port {running.port}.*PIPELINE_PORT"):
        process.start(folder, running.port + 1)


def test_taken_port_is_named_with_its_remedy(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind((process.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(process.EmulatorError, match=f"port {port}.*PIPELINE_PORT"):
            process.start(folder, port)
    assert process.status(folder) is None


def test_emulator_that_cannot_start_shows_the_end_of_its_log(folder: Path) -> None:
    with pytest.raises(process.EmulatorError, match="no such fix: nonsense"):
        process.start(folder, 0, without=["nonsense"])


def test_start_that_is_interrupted_leaves_no_process(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def interrupt(_: process.Emulator, launched: subprocess.Popen[bytes]) -> None:
        started.append(launched)
        raise KeyboardInterrupt

    monkeypatch.setattr(process, "_wait_until_ready", interrupt)
    with pytest.raises(KeyboardInterrupt):
        process.start(folder, 0)
    assert started[0].poll() is not None


def test_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "VERSION", "0.0.0")
    with pytest.raises(SystemExit, match=r"install ministack==0\.0\.0"):
        launcher.main()


def test_folder_without_emulator_has_no_status_and_nothing_to_stop(tmp_path: Path) -> None:
    assert process.status(tmp_path) is None
    assert not process.stop(tmp_path)


def test_id_of_a_process_that_is_gone_is_not_believed(tmp_path: Path) -> None:
    process.lock_path(tmp_path).write_text(f'{{"pid": {os.getpid()}, "port": 1}}')
    assert process.status(tmp_path) is None
    assert not process.stop(tmp_path)


def test_stop_ends_the_functions_too(folder: Path, archive: bytes, notes: Notes) -> None:
    running = process.start(folder, 0)
    account = Account(emulator=running, archive=archive)
    account.invoke(account.function(), {"notify": notes.url})
    function = notes.take(1)[0]["pid"]
    assert is_alive(function)

    assert process.stop(folder)

    until(lambda: not is_alive(function))
    assert not is_alive(running.pid)


def test_nothing_is_left_outside_the_folder(folder: Path, archive: bytes) -> None:
    running = process.start(folder, 0)
    account = Account(emulator=running, archive=archive)
    account.invoke(account.function(), {"answer": 1})

    assert list(Path(tempfile.gettempdir()).glob(f"*{running.port}*")) == []
    assert list((folder / "tmp").glob(f"*{running.port}*"))


def test_killed_emulator_leaves_no_function_and_can_be_started_again(
    folder: Path, archive: bytes, notes: Notes
) -> None:
    running = process.start(folder, 0)
    account = Account(emulator=running, archive=archive)
    account.invoke(account.function(), {"notify": notes.url})

    os.kill(running.pid, signal.SIGKILL)

    until(lambda: process.status(folder) is None)
    until(lambda: not is_alive(notes.take(1)[0]["pid"]))
    assert process.start(folder, running.port).pid != running.pid


def test_state_survives_a_stop(folder: Path, archive: bytes) -> None:
    account = Account(emulator=process.start(folder, 0), archive=archive)
    bucket = "state-bucket"
    s3 = account.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    url, _ = account.fifo_queue()
    account.send(url, {"log": "kept"})
    session = account.session({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    function = account.function()
    process.stop(folder)

    again = Account(emulator=process.start(folder, 0), archive=archive)

    answer = again.client("s3", session).get_object(Bucket=bucket, Key="key")
    assert answer["Body"].read() == b"body"
    assert again.client("sqs").receive_message(QueueUrl=url)["Messages"][0]["Body"] == (
        '{"log": "kept"}'
    )
    assert again.invoke(function, {"answer": 7}) == 7


def test_what_was_done_before_a_pause_survives_a_kill(folder: Path, archive: bytes) -> None:
    running = process.start(folder, 0)
    account = Account(emulator=running, archive=archive)
    url, _ = account.fifo_queue()
    account.send(url, {"log": "kept"})
    until(lambda: "kept" in saved(folder, "sqs"))

    os.kill(running.pid, signal.SIGKILL)
    until(lambda: process.status(folder) is None)

    again = Account(emulator=process.start(folder, 0), archive=archive)
    assert again.client("sqs").receive_message(QueueUrl=url)["Messages"]


def saved(folder: Path, service: str) -> str:
    """What is on disk of a service's state."""
    file = folder / "state" / f"{service}.json"
    return file.read_text() if file.exists() else ""


def test_stop_lets_a_function_finish(folder: Path, archive: bytes, notes: Notes) -> None:
    account = Account(emulator=process.start(folder, 0), archive=archive)
    function = account.function()
    account.invoke(function, {"notify": notes.url, "sleep": 1000}, InvocationType="Event")
    notes.take(1)
    process.stop(folder)

    again = Account(emulator=process.start(folder, 0), archive=archive)
    again.invoke(function, {"notify": notes.url, "log": "next"}, InvocationType="Event")

    assert notes.take(2)[1]["event"].get("log") == "next"  # and not the first one again


def test_nothing_is_kept_when_that_is_asked(folder: Path, archive: bytes) -> None:
    account = Account(emulator=process.start(folder, 0, persist=False), archive=archive)
    account.client("s3").create_bucket(Bucket="forgotten-bucket")
    process.stop(folder)
    again = Account(emulator=process.start(folder, 0, persist=False), archive=archive)
    assert again.client("s3").list_buckets()["Buckets"] == []


def test_caller_s_environment_stays_outside(folder: Path) -> None:
    script = (
        "from pathlib import Path; from local.emulator import process; import sys; "
        "print(process.start(Path(sys.argv[1]), 0).pid)"
    )
    environment = {**os.environ, "SECRET_OF_THE_SHELL": "x"}
    pid = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    assert "SECRET_OF_THE_SHELL" not in Path(f"/proc/{pid}/environ").read_text()
