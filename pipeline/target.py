"""The stack that a command is about: the local one, or one on AWS."""

import os
from dataclasses import dataclass
from pathlib import Path

from local import environment, toolchain


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
        if self.local:
            # A profile or session of the caller's own would be mixed with the emulator's keys.
            rest = {name: v for name, v in os.environ.items() if not name.startswith("AWS_")}
            return rest | environment.local_environment(self.project)
        return {**os.environ, "PULUMI_STACK": self.stack}

    def pulumi(self) -> Path:
        """The Pulumi CLI this project runs."""
        return toolchain.pulumi(self.project)


def target(stack: str | None, *, official_plugins: bool = False) -> Target:
    """The stack named on the command line; none means the local one."""
    return Target(
        project=project(), stack=stack or environment.STACK, official_plugins=official_plugins
    )
