"""What this machine has of all that the pipeline needs, what is wrong, and what to do about it."""

import os
import platform
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

import boto3

from local import environment, toolchain
from local.emulator import process
from pipeline.console import answer_table
from pipeline.target import REPOSITORY

_GO = (1, 26)
_PACKAGES = ("pulumi", "pulumi-aws", "pulumi-policy", "ministack", "duckdb", "boto3")
_PLUGINS = ("language-python", "resource-aws")
_FUNCTIONS = ("validator", "processor", "aggregator", "status")
_PROGRAMS = ("inspect", "operator")
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class State(StrEnum):
    """What came of a look."""

    FINE = "ok"
    ABSENT = "absent"
    """Not there, and needed for some commands only."""
    WRONG = "wrong"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: What.
        state: What came of it.
        found: A version, a path or an address; never a credential's value.
        remedy: What to do; empty where nothing need be done.
    """

    subject: str
    state: State
    found: str
    remedy: str = ""


def examine(project: Path | None) -> list[Finding]:
    """Look at everything; nothing is started, changed or asked of AWS.

    Args:
        project: The Pulumi project's folder, if the working folder is in one.
    """
    return [
        _python(),
        *_packages(),
        _go(),
        _pulumi(project or REPOSITORY),
        *_plugins(project or REPOSITORY),
        _functions(),
        _programs(),
        _checkov(),
        _emulator(project or REPOSITORY),
        _credentials(),
        _browser(),
    ]


def show(findings: Sequence[Finding]) -> None:
    """Print them as a table."""
    rows = [(one.state.value, one.subject, one.found, one.remedy) for one in findings]
    answer_table("What this machine has", ("", "what", "found", "what to do"), rows)


def documents(findings: Sequence[Finding]) -> list[dict[str, str]]:
    """The findings for `--json`."""
    return [asdict(one) for one in findings]


def _python() -> Finding:
    found = f"{platform.python_version()}, {sys.executable}"
    return Finding(subject="Python", state=State.FINE, found=found)


def _packages() -> Iterator[Finding]:
    for name in _PACKAGES:
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(
                subject=name, state=State.WRONG, found="not installed", remedy="Run `make setup`."
            )
        else:
            yield Finding(subject=name, state=State.FINE, found=found)


def _go() -> Finding:
    wanted = ".".join(map(str, _GO))
    remedy = f"Install Go {wanted} or later: it builds the functions."
    found = _said(["go", "env", "GOVERSION"])
    numbers = found.removeprefix("go").split(".")
    if not found.startswith("go") or not all(number.isdecimal() for number in numbers[:2]):
        return Finding(subject="Go", state=State.WRONG, found=found or "none", remedy=remedy)
    if tuple(map(int, numbers[:2])) < _GO:
        return Finding(subject="Go", state=State.WRONG, found=found, remedy=remedy)
    return Finding(subject="Go", state=State.FINE, found=found)


def _pulumi(project: Path) -> Finding:
    try:
        cli = toolchain.pulumi(project)
    except FileNotFoundError as error:
        return Finding(subject="Pulumi CLI", state=State.WRONG, found="none", remedy=str(error))
    return Finding(
        subject="Pulumi CLI", state=State.FINE, found=f"{_said([cli, 'version'])}, {cli}"
    )


def _plugins(project: Path) -> Iterator[Finding]:
    """Those of the local stack, and Pulumi's own, which a stack on AWS uses."""
    own = project / ".pipeline" / "pulumi-home" / "plugins"
    homes = {"local": own, "Pulumi's own": Path.home() / ".pulumi" / "plugins"}
    for whose, folder in homes.items():
        for name in _PLUGINS:
            versions = sorted(path.name for path in folder.glob(f"{name}-v*") if path.is_dir())
            remedy = "Run `make setup`." if whose == "local" else "Pulumi downloads it when needed."
            yield Finding(
                subject=f"plugin {name} ({whose})",
                state=State.FINE if versions else State.ABSENT,
                found=", ".join(versions) or f"none in {folder}",
                remedy="" if versions else remedy,
            )


def _functions() -> Finding:
    built = {
        folder.name: [name for name in _FUNCTIONS if (folder / f"{name}.zip").is_file()]
        for folder in sorted((REPOSITORY / "build" / "functions").glob("*"))
    }
    whole = [name for name, functions in built.items() if len(functions) == len(_FUNCTIONS)]
    wanted = {"arm64", environment.architecture()}
    if wanted <= set(whole):
        return Finding(subject="functions", state=State.FINE, found=", ".join(whole))
    lacking = ", ".join(sorted(wanted - set(whole)))
    return Finding(
        subject="functions",
        state=State.WRONG,
        found=f"none, or not all, for {lacking}",
        remedy="Run `make functions` in the repository.",
    )


def _programs() -> Finding:
    folder = REPOSITORY / "build" / "host"
    lacking = [name for name in _PROGRAMS if not os.access(folder / name, os.X_OK)]
    if not lacking:
        return Finding(subject="programs", state=State.FINE, found=", ".join(_PROGRAMS))
    return Finding(
        subject="programs",
        state=State.WRONG,
        found=f"{', '.join(lacking)} not in {folder}",
        remedy="Run `make functions` in the repository.",
    )


def _checkov() -> Finding:
    program = REPOSITORY / ".cache" / "checkov" / "bin" / "checkov"
    if program.is_file():
        return Finding(subject="Checkov", state=State.FINE, found=str(program))
    return Finding(
        subject="Checkov",
        state=State.ABSENT,
        found="none",
        remedy="Run `make setup`; without it `check --checkov` does not work.",
    )


def _emulator(project: Path) -> Finding:
    running = process.status(environment.emulator_state(project))
    if running is not None:
        found = f"runs at {running.endpoint}, process {running.pid}"
        return Finding(subject="emulator", state=State.FINE, found=found)
    try:
        port = environment.port(project)
    except OSError as error:
        return Finding(subject="emulator", state=State.WRONG, found=str(error), remedy="")
    with socket.socket() as other:
        taken = other.connect_ex((process.HOST, port)) == 0
    if taken:
        return Finding(
            subject="emulator",
            state=State.WRONG,
            found=f"does not run, and another program listens on port {port}",
            remedy="Set PIPELINE_PORT to a free port.",
        )
    found = f"does not run; port {port} is free"
    return Finding(
        subject="emulator", state=State.ABSENT, found=found, remedy="`pipeline up` starts it."
    )


def _credentials() -> Finding:
    """Where AWS credentials come from; they are not looked at, and AWS is not asked."""
    profile = os.environ.get("AWS_PROFILE")
    try:
        credentials = boto3.Session().get_credentials()
    except Exception as error:  # noqa: BLE001  # a broken profile is botocore's to name
        return Finding(
            subject="AWS credentials",
            state=State.WRONG,
            found=f"{type(error).__name__}: {error}",
            remedy="Correct the profile in ~/.aws/config, or AWS_PROFILE.",
        )
    if credentials is None:
        return Finding(
            subject="AWS credentials",
            state=State.ABSENT,
            found="none",
            remedy="The local stack needs none; for AWS, log in with `aws sso login` or the like.",
        )
    found = f"from {credentials.method}" + (f", profile {profile}" if profile else "")
    return Finding(subject="AWS credentials", state=State.FINE, found=found)


def _browser() -> Finding:
    named = os.environ.get("CHROMIUM")
    for name in (named,) if named else _BROWSERS:
        if found := shutil.which(name):
            return Finding(subject="browser", state=State.FINE, found=found)
    return Finding(
        subject="browser",
        state=State.ABSENT,
        found=f"no {named}" if named else "none",
        remedy="Only the tests of the HTML report need it: install Chromium, or set CHROMIUM.",
    )


def _said(command: Sequence[str | Path]) -> str:
    """What a program answers on standard output; nothing if it is not there or fails."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return ended.stdout.strip()
