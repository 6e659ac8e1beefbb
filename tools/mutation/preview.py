"""The compliant stack that is mutated: the real program, previewed once under the pack."""

import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compliance import preview
from compliance.engine import EngineResource
from local.emulator.process import ACCOUNT
from local.environment import local_environment, prepare
from local.toolchain import pulumi

_STACK = "mutants"
_PROJECT = "market-data-pipeline"
_PROGRAM = "import runpy\n\nrunpy.run_module('stack', run_name='__main__')\n"


class NotCompliantError(Exception):
    """The stack breaks a rule before anything is changed; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Compliant:
    """A stack that no policy objects to.

    Attributes:
        resources: As the engine plans them, in the order of their URNs.
        suffix: The environment suffix.
    """

    resources: tuple[EngineResource, ...]
    suffix: str


def compliant_stack(
    project: Path, on_event: Callable[[Mapping[str, Any]], None] = lambda _event: None
) -> Compliant:
    """Preview the real program in a project and a backend of its own; no cloud is needed.

    Args:
        project: The repository, set up.
        on_event: Is called with each event of the engine.

    Raises:
        NotCompliantError: The pack objects to the program as it is.
        compliance.errors.BrokenRunError: The preview did not complete.
    """
    prepare(project)
    with TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        environment = _scratch(folder, project)
        found = preview.run(
            pulumi=pulumi(project),
            project=folder,
            stack=_STACK,
            env=environment,
            policy_pack=project,
            config=None,
            on_event=on_event,
        )
    if found.violations:
        told = sorted({f"{v.policy} on {v.urn.rsplit('::', 1)[-1]}" for v in found.violations})
        raise NotCompliantError(
            "mutants say nothing about a stack that breaks rules by itself, and this one does: "
            + "; ".join(told)
            + " (`pipeline check` explains each)"
        )
    resources = tuple(sorted(found.resources, key=lambda resource: resource.urn))
    return Compliant(resources=resources, suffix=_STACK)


def _scratch(folder: Path, project: Path) -> Mapping[str, str]:
    """A Pulumi project around the real program, and the environment to preview it in.

    The architecture is the default one, not this machine's, so that mutants are the same anywhere.
    """
    (folder / "__main__.py").write_text(_PROGRAM, encoding="utf-8")
    (folder / "Pulumi.yaml").write_text(f"name: {_PROJECT}\nruntime: python\n", encoding="utf-8")
    (folder / f"Pulumi.{_STACK}.yaml").write_text(
        "config:\n"
        "  aws:region: us-east-1\n"
        f'  aws:allowedAccountIds: ["{ACCOUNT}"]\n'
        f"  {_PROJECT}:environmentSuffix: {_STACK}\n"
        f"  {_PROJECT}:partners:\n    acme: {{}}\n    globex: {{}}\n"
        f"  {_PROJECT}:analysts:\n    desk: {{}}\n    fund: {{partners: [acme]}}\n",
        encoding="utf-8",
    )
    (folder / "state").mkdir()
    environment = {
        **local_environment(project),
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_STACK": _STACK,
        "PYTHONPATH": str(project),
    }
    subprocess.run(
        [pulumi(project), "stack", "init", _STACK, "--non-interactive"],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=True,
    )
    return environment
