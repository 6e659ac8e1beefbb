"""The local stack's environment: the variables that point every tool at the emulator."""

import os
import platform
import shlex
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from local.emulator import process
from local.toolchain import pulumi

STACK = "local"
"""The local stack's name."""

PROJECT = "market-data-pipeline"
"""This project's name in Pulumi.yaml, and the namespace of its configuration."""

_STATE = ".pipeline"  # everything that lives as long as the local deployment
_PORT = "4566"
_PORTS = range(1, 65536)
_PARTNERS = ("acme", "globex")
_ANALYSTS = {"research": "{}", "acme-research": "{ partners: [acme] }"}
_ARCHITECTURES = {
    "aarch64": "arm64",
    "arm64": "arm64",
    "x86_64": "x86_64",
    "amd64": "x86_64",
}
_ACCOUNTS = "aws:allowedAccountIds"
_PINNED = f'  {_ACCOUNTS}:\n    - "{process.ACCOUNT}"\n'  # the one account of the emulator


def local_environment(
    project: Path, *, stack: str = STACK, official_plugins: bool = False
) -> dict[str, str]:
    """The variables under which Pulumi, boto3 and the AWS CLI talk to the emulator.

    Args:
        project: the project's folder.
        stack: the stack's name.
        official_plugins: leave Pulumi its own home, with the plugins that it downloads, instead of
            the one in which `prepare` installs this project's language host and provider.

    Returns:
        The variables to add to a process's own. ``PATH`` is the caller's with the CLI in front.

    Raises:
        FileNotFoundError: there is no Pulumi CLI yet.
        OSError: ``PIPELINE_PORT`` is no port.
    """
    state = project / _STATE
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    cli = str(pulumi(project).parent)
    home = {
        "PULUMI_HOME": str(state / "pulumi-home"),
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    return {
        "AWS_ENDPOINT_URL": f"http://{process.HOST}:{port(project)}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
        **({} if official_plugins else home),
        "PULUMI_BACKEND_URL": (state / "pulumi-state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_STACK": stack,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PATH": os.pathsep.join([cli, *(entry for entry in path if entry != cli)]),
    }


def emulator_state(project: Path) -> Path:
    """The folder of the emulator's state and log."""
    return project / _STATE / "emulator"


def port(project: Path) -> int:
    """The emulator's port: the one that it runs on, else the one that ``PIPELINE_PORT`` asks for.

    Another shell need not know under which port the emulator was started; what listens on the
    usual one may be anybody's.

    Args:
        project: the project's folder.

    Raises:
        OSError: ``PIPELINE_PORT`` is no port.
    """
    if running := process.status(emulator_state(project)):
        return running.port
    asked = os.environ.get("PIPELINE_PORT", _PORT)
    if not asked.isdecimal() or int(asked) not in _PORTS:
        raise OSError(f"PIPELINE_PORT is {asked!r}: set it to a port, 1 to {_PORTS[-1]}")
    return int(asked)


def prepare(project: Path, *, name: str = PROJECT, stack: str = STACK) -> None:
    """Makes what a local deployment needs beside its environment; does nothing that is done.

    That is the folders of its state, this project's plugins in Pulumi's home, the configuration of
    this project's own stack and the stack itself in Pulumi's file backend. A stack is held to the
    emulator's account unless its configuration names another.

    Args:
        project: the project's folder.
        name: the project's name.
        stack: the stack's name.

    Raises:
        OSError: this machine's architecture is none that Lambda knows.
        subprocess.CalledProcessError: the CLI could not make the stack; it has said why.
    """
    state = project / _STATE
    for folder in ("pulumi-home", "pulumi-state"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    _install_plugins(state / "pulumi-home" / "plugins")
    ignored = state / ".gitignore"
    if not ignored.exists():  # the folder may be in another's repository
        ignored.write_text("*\n")
    settings = project / f"Pulumi.{stack}.yaml"
    if name == PROJECT and stack == STACK:
        if not settings.exists():
            settings.write_text(_settings(architecture()))
        elif _ACCOUNTS not in (before := settings.read_text()):  # written by an earlier version
            settings.write_text(before.replace("config:\n", f"config:\n{_PINNED}", 1))
    known = state / "pulumi-state" / ".pulumi" / "stacks" / name / f"{stack}.json"
    if not known.exists():
        commands: list[tuple[str, ...]] = [("stack", "init", stack)]
        if not any(
            _ACCOUNTS in file.read_text(encoding="utf-8")
            for file in (project / "Pulumi.yaml", settings)
            if file.exists()
        ):
            commands.append(("config", "set", _ACCOUNTS, f'["{process.ACCOUNT}"]'))
        for command in commands:
            subprocess.run(
                [pulumi(project), *command, "--non-interactive"],
                cwd=project,
                env={**os.environ, **local_environment(project, stack=stack)},
                stdout=subprocess.DEVNULL,
                check=True,
            )


def architecture() -> str:
    """Lambda's name for this machine's architecture.

    Raises:
        OSError: Lambda has none for it.
    """
    machine = platform.machine().lower()
    if machine not in _ARCHITECTURES:
        raise OSError(f"Lambda functions run on arm64 or x86_64; this machine is {machine!r}")
    return _ARCHITECTURES[machine]


def _install_plugins(folder: Path) -> None:
    """Puts this project's plugins where Pulumi keeps those it downloads.

    On PATH Pulumi would find them too, and warn of each in every command.
    """
    for name, package in (("language-python", "pulumi"), ("resource-aws", "pulumi-aws")):
        installed = folder / f"{name}-v{metadata.version(package)}" / f"pulumi-{name}"
        script = f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m local.plugin {name} "$@"\n'
        if installed.is_symlink() or not installed.exists() or installed.read_text() != script:
            installed.parent.mkdir(parents=True, exist_ok=True)
            new = installed.with_suffix(f".{os.getpid()}")
            new.write_text(script)
            new.chmod(0o755)
            new.replace(installed)  # at once: another command may be starting it


def _settings(architecture: str) -> str:
    partners = "".join(f"    {partner}: {{}}\n" for partner in _PARTNERS)
    analysts = "".join(f"    {name}: {what}\n" for name, what in _ANALYSTS.items())
    return (
        f"config:\n{_PINNED}"
        f"  {PROJECT}:environmentSuffix: {STACK}\n"
        f"  {PROJECT}:architecture: {architecture}\n"
        f"  {PROJECT}:partners:\n{partners}"
        f"  {PROJECT}:analysts:\n{analysts}"
    )


if __name__ == "__main__":
    prepare(Path(__file__).resolve().parents[1])
