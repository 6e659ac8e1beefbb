"""The stack that a command is about: the local one, or one on AWS."""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local import environment, toolchain

_FOREIGN = re.compile(
    r"AWS_((DEFAULT_)?PROFILE|(SESSION|SECURITY)_TOKEN|ROLE_ARN|WEB_IDENTITY_TOKEN_FILE"
    r"|CONTAINER_.+|ENDPOINT_URL_.+)"
)
_LOOPBACK = ("127.0.0.1", "localhost")
_HOME = ("PULUMI_HOME", "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION")


def project() -> Path:
    """The project's folder: the nearest one above with a Pulumi.yaml, else this program's own."""
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "Pulumi.yaml").is_file() and (folder / "PulumiPolicy.yaml").is_file():
            return folder
    return Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Target:
    """The stack a command is about: the local one, or one on AWS by its name.

    Attributes:
        project: The folder that holds Pulumi.yaml.
        stack: The stack's name.
        official_plugins: Whether Pulumi's own plugins are used on the local machine too.
    """

    project: Path
    stack: str
    official_plugins: bool = False

    @property
    def local(self) -> bool:
        """Whether the stack lives on this machine's emulator."""
        return self.stack == environment.STACK

    def environment(self) -> dict[str, str]:
        """The variables under which Pulumi and boto3 reach the stack's cloud."""
        if not self.local:
            return {**os.environ, "PULUMI_STACK": self.stack}
        own = environment.local_environment(self.project, official_plugins=self.official_plugins)
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


def target(stack: str | None, *, official_plugins: bool = False) -> Target:
    """The stack named on the command line; none means the local one.

    No proxy is asked for loopback: the engine and its plugins talk there, and so does the emulator.
    For the local stack the caller's own way to AWS is taken out of this process's variables: a
    profile or a session token would be mixed with the emulator's keys. Warnings are not made
    errors: the SDK cannot be imported without one.
    """
    os.environ.pop("PYTHONWARNINGS", None)
    chosen = Target(
        project=project(), stack=stack or environment.STACK, official_plugins=official_plugins
    )
    if chosen.local:
        for name in list(filter(_FOREIGN.fullmatch, os.environ)):
            del os.environ[name]
    direct = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    hosts = [host for host in direct.split(",") if host]
    if "*" not in hosts:  # which is understood alone
        hosts += [host for host in _LOOPBACK if host not in hosts]
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(hosts)  # each is read by some
    return chosen
