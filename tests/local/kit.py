"""Small Pulumi programs that are deployed by the real CLI."""

import importlib
import json
import os
import re
import subprocess
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.environment import local_environment, prepare
from local.provider.resource import Resource
from tests.integration.project import Project

PROJECT = Path(__file__).resolve().parents[2]
NOWHERE = "http://127.0.0.1:9"  # the discard port, where nothing listens


@dataclass(frozen=True, kw_only=True)
class Program:
    """A Pulumi program in a folder of its own, with a stack `t` in a backend of its own."""

    folder: Path
    environment: dict[str, str]

    def write(self, source: str) -> None:
        (self.folder / "__main__.py").write_text(
            "import pulumi\nimport pulumi_aws as aws\n" + textwrap.dedent(source)
        )

    def pulumi(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", *words, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=300,
        )

    def done(self, *words: str) -> str:
        result = self.pulumi(*words)
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    def refused(self, *words: str) -> str:
        result = self.pulumi(*words)
        assert result.returncode != 0, result.stdout
        return result.stdout + result.stderr

    def up(self, source: str) -> dict[str, Any]:
        """Deploys a program and gives its outputs."""
        self.write(source)
        self.done("up", "--yes", "--skip-preview")
        outputs: dict[str, Any] = json.loads(self.done("stack", "output", "--json"))
        return outputs

    def plan(self, source: str) -> dict[str, str]:
        """What a preview would do to each resource that changes, by its name."""
        return {step["urn"].rsplit("::", 1)[1]: step["op"] for step in self.steps(source)}

    def steps(self, source: str) -> list[dict[str, Any]]:
        self.write(source)
        steps: list[dict[str, Any]] = json.loads(self.done("preview", "--json"))["steps"]
        return [step for step in steps if "pulumi:pulumi:Stack" not in step["urn"]]


def new_program(folder: Path, endpoint: str) -> Program:
    prepare(PROJECT)
    (folder / "program").mkdir()
    (folder / "backend").mkdir()
    (folder / "program" / "Pulumi.yaml").write_text(
        "name: trial\nruntime: python\nconfig:\n  aws:region: us-east-1\n"
    )
    program = Program(
        folder=folder / "program",
        environment={
            **os.environ,
            **local_environment(PROJECT),
            "AWS_ENDPOINT_URL": endpoint,
            "PULUMI_BACKEND_URL": (folder / "backend").as_uri(),
            "PULUMI_STACK": "t",
        },
    )
    program.done("stack", "init", "t")
    return program


def stack_preview(folder: Path) -> list[dict[str, Any]]:
    """The resources of this repository's own stack as a first preview plans them.

    Args:
        folder: an empty folder, for a project with a state of its own.
    """
    project = Project.make(folder).folder
    prepare(project)
    result = subprocess.run(
        ["pulumi", "preview", "--json", "--non-interactive"],
        cwd=project,
        env={**os.environ, **local_environment(project)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return [step["newState"] for step in json.loads(result.stdout)["steps"]]


def sdk_class(resource: Resource) -> type:
    """The class of pulumi-aws for a resource type."""
    module, name = re.findall(r"aws:(\w+)/\w+:(\w+)", resource.type_name)[0]
    module = {"lambda": "lambda_"}.get(module, module)
    found: type = getattr(importlib.import_module(f"pulumi_aws.{module}"), name)
    return found


def sdk_name(class_: type, attribute: str) -> str:
    """The name of a property on the wire, such as ``kmsKeyId`` for ``kms_key_id``."""
    member = getattr(class_, attribute, None)
    return str(getattr(getattr(member, "fget", None), "_pulumi_name", attribute))
