"""What a command is about: a project's folder, a stack of it, and where that stack lives."""

import os
import re
import shlex
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local import environment, toolchain
from pipeline.errors import CommandError, UsageError

_FOREIGN = re.compile(
    r"AWS_((DEFAULT_)?PROFILE|(SESSION|SECURITY)_TOKEN|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE"
    r"|CONTAINER_.+|ENDPOINT_URL_.+)"
)
_LOOPBACK = ("127.0.0.1", "localhost")
_HOME = ("PULUMI_HOME", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")
_SETTINGS = "Pulumi.yaml"
_PACK = "PulumiPolicy.yaml"

REPOSITORY = Path(__file__).resolve().parent.parent
"""This program's own folder: the repository, or where a wheel was installed."""

_OWN_PACK = REPOSITORY if (REPOSITORY / _PACK).is_file() else REPOSITORY / "policies"


def project(named: Path | None = None) -> Path:
    """The folder of the Pulumi program: the one that is named, else the nearest one upwards.

    Raises:
        UsageError: The folder that is named has no Pulumi.yaml.
        CommandError: None is named, and neither the working folder nor one above it has one.
    """
    if named is not None:
        if not (named / _SETTINGS).is_file():
            raise UsageError(f"{named} has no {_SETTINGS}: name a Pulumi project's folder.")
        return named.resolve()
    if (found := nearest()) is not None:
        return found
    raise CommandError(
        f"There is no {_SETTINGS} in {Path.cwd()} or in a folder above it. "
        "Go into a Pulumi project's folder, or name it with --project DIR."
    )


def nearest() -> Path | None:
    """The nearest folder upwards from the working one that has a Pulumi.yaml, if any has."""
    here = Path.cwd()
    return next((f for f in (here, *here.parents) if (f / _SETTINGS).is_file()), None)


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stack a command is about.

    Attributes:
        project: The folder that holds Pulumi.yaml.
        stack: The stack's name.
        local: Whether the stack lives on this machine's emulator, in a Pulumi environment of the
            project's own, or else where the user's own Pulumi environment has it.
        official_plugins: Whether Pulumi's own plugins are used on the local machine too.
    """

    project: Path
    stack: str
    local: bool = False
    official_plugins: bool = False

    @property
    def name(self) -> str:
        """The project's name.

        Raises:
            CommandError: Its Pulumi.yaml does not say.
        """
        return _name(self.project)

    @property
    def program(self) -> Path:
        """The folder that the program runs in, to which its paths are relative."""
        return self.project / str(_settings(self.project).get("main", "."))

    @property
    def own(self) -> bool:
        """Whether the project is this one, or a copy of it."""
        return _is_own(self.project)

    @property
    def policy_pack(self) -> Path:
        """The folder of the pack that judges the stack: the project's copy of it, or our own."""
        return self.project if self.own else _OWN_PACK

    def environment(self) -> dict[str, str]:
        """The variables under which Pulumi and boto3 reach the stack's cloud."""
        if not self.local:
            return {**os.environ, "PULUMI_STACK": self.stack}
        own = environment.local_environment(
            self.project, stack=self.stack, official_plugins=self.official_plugins
        )
        # Pulumi's home is named only where this project's plugins live in it, so a shell that
        # `pipeline env` has been read into must not bring it back.
        rest = {name: value for name, value in os.environ.items() if name not in _HOME}
        return {**(rest if self.official_plugins else os.environ), **own}

    def exports(self, caller: Mapping[str, str]) -> list[str]:
        """Shell lines after which plain Pulumi and AWS clients work on this stack.

        Args:
            caller: The variables of the shell that will read them.
        """
        new = self.environment()
        surplus = sorted(filter(_FOREIGN.fullmatch, caller)) if self.local else []
        return [
            *(f"unset {name}" for name in surplus),
            *(
                f"export {name}={shlex.quote(value)}"
                for name, value in sorted(new.items())
                if caller.get(name) != value
            ),
        ]

    def pulumi(self) -> Path:
        """The Pulumi CLI this project runs."""
        return toolchain.pulumi(self.project)


def _settings(folder: Path) -> Mapping[str, Any]:
    path = folder / _SETTINGS
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {error}.") from error
    if not isinstance(settings, dict) or not isinstance(settings.get("name"), str):
        raise CommandError(f"{path} does not name its project: write `name: …` in it.")
    return settings


def _name(folder: Path) -> str:
    return str(_settings(folder)["name"])


def _is_own(folder: Path) -> bool:
    return (folder / _PACK).is_file() and _name(folder) == environment.PROJECT


def _selected(folder: Path) -> str:
    """The stack that the user has selected in the user's own Pulumi environment."""
    asked = subprocess.run(
        [toolchain.pulumi(folder), "stack", "--show-name", "--non-interactive", "--cwd", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise CommandError(
            f"No stack of {_name(folder)} is selected ({asked.stderr.strip()}). Select one with "
            "`pulumi stack select`, name it with --stack, or say --local for a stack on this "
            "machine's emulator."
        )
    return asked.stdout.strip()


def target(
    stack: str | None,
    *,
    folder: Path | None = None,
    local: bool = False,
    official_plugins: bool = False,
) -> Target:
    """What the command line names.

    Without a stack it is this project's local one; in another project it is the one that the user
    has selected there, or the one named `local` where `local` is asked for.

    Args:
        stack: The stack's name.
        folder: The project's folder; without it the nearest one upwards.
        local: Whether the stack is to live on this machine's emulator in any project.
        official_plugins: See Target.

    Raises:
        UsageError, CommandError: There is no such project, or no stack is selected in it.

    No proxy is asked for loopback: the engine and its plugins talk there, and so does the emulator.
    For the local stack the caller's own way to AWS is taken out of this process's variables: a
    profile or a session token would be mixed with the emulator's keys. Warnings are not made
    errors: the SDK cannot be imported without one.
    """
    os.environ.pop("PYTHONWARNINGS", None)
    where = project(folder)
    local = local or (stack in (None, environment.STACK) and _is_own(where))
    if stack is None:
        stack = environment.STACK if local else _selected(where)
    chosen = Target(project=where, stack=stack, local=local, official_plugins=official_plugins)
    if chosen.local:
        for name in list(filter(_FOREIGN.fullmatch, os.environ)):
            del os.environ[name]
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host for host in direct.split(",") if host]
    if "*" not in hosts:  # which is understood alone
        hosts += [host for host in _LOOPBACK if host not in hosts]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(hosts)  # each is read by some
    return chosen
