"""The pack's answers for what is deployed: `pulumi policy analyze` over the stack's state."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compliance.answers import read_answers
from compliance.catalogue import read_catalogue
from compliance.engine import ROOT_TYPE, Preview, resource_from_state, violation_from_event
from compliance.errors import BrokenRunError

_VIOLATED = "one or more mandatory policy violations were found"


def run(
    *,
    pulumi: Path,
    project: Path,
    stack: str,
    env: Mapping[str, str],
    policy_pack: Path,
    config: Path | None,
    state: Path | None,
) -> Preview:
    """Evaluates the pack over a stack's state, in which outputs are known.

    Args:
        pulumi: the command line interface to run.
        project: the folder of `Pulumi.yaml`.
        stack: the stack whose state is read when `state` is None.
        env: variables on top of this process's own.
        policy_pack: the folder of `PulumiPolicy.yaml`.
        config: the pack's configuration (JSON), if any.
        state: a file that `pulumi stack export` wrote; needs no backend.

    Raises:
        BrokenRunError: the state cannot be read, or the analysis did not run to its end.
    """
    with TemporaryDirectory(prefix="deployed-") as folder:
        exported, answers = Path(folder) / "state.json", Path(folder) / "answers.jsonl"
        variables = {
            **os.environ,
            **env,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "POLICY_ANSWERS_FILE": str(answers),
        }
        if state is None:
            command = [str(pulumi), "stack", "export", "--cwd", str(project), "--stack", stack]
            _run([*command, "--file", str(exported)], variables)
            state = exported
        resources = _read_state(state)
        analysis = _run(
            [
                *(str(pulumi), "policy", "analyze", "--json", "--non-interactive"),
                *("--cwd", str(project), "--file", str(state.absolute())),
                *("--policy-pack", str(policy_pack.absolute())),
                *(("--policy-pack-config", str(config.absolute())) if config else ()),
            ],
            variables,
            tolerated=_VIOLATED,
        )
        try:
            events = [json.loads(line) for line in analysis.splitlines() if line.strip()]
        except ValueError as error:
            raise BrokenRunError(f"pulumi policy analyze --json wrote no JSON: {error}") from error
        summary = next((e["summaryEvent"] for e in events if "summaryEvent" in e), None)
        if summary is None:
            raise BrokenRunError("pulumi policy analyze ended without a summary")
        parsed = tuple(resource_from_state(resource) for resource in resources)
        root = next((r.urn for r in parsed if r.type == ROOT_TYPE), "")
        return Preview(
            resources=tuple(sorted(parsed, key=lambda resource: resource.urn)),
            violations=tuple(
                violation_from_event(e["policyEvent"], root) for e in events if "policyEvent" in e
            ),
            answers=read_answers(answers),
            catalogue=read_catalogue(answers),
            config={},
            pack_versions=summary.get("PolicyPacks") or {},
        )


def stack_of(state: Path, *, project: str) -> str:
    """The stack whose state a file holds.

    Args:
        state: a file that `pulumi stack export` wrote.
        project: the name of the project that it has to be of.

    Raises:
        BrokenRunError: it is no exported state, one of nothing, or another project's.
    """
    urn = str(_read_state(state)[0]["urn"])
    stack, _, owner = urn.removeprefix("urn:pulumi:").partition("::")
    owner = owner.partition("::")[0]
    if owner != project:
        raise BrokenRunError(
            f"{state} is of project {owner!r}, not of {project!r}: name the folder of its program "
            "with --project"
        )
    return stack


def _run(command: list[str], variables: Mapping[str, str], *, tolerated: str | None = None) -> str:
    try:
        ended = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BrokenRunError(f"cannot run {command[0]}: {error.strerror}") from error
    errors = [
        line.removeprefix("error: ")
        for line in ended.stderr.splitlines()
        if line.startswith("error: ")
    ]
    if ended.returncode != 0 and errors != [tolerated]:
        words = " ".join(command[1:3])
        raise BrokenRunError(f"pulumi {words} did not complete:\n{ended.stderr.strip()[-4000:]}")
    return ended.stdout


def _read_state(path: Path) -> list[Mapping[str, Any]]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        resources = document["deployment"].get("resources") or []
        if not resources:
            raise BrokenRunError(f"the state in {path.name} has no resources: nothing is deployed")
        return [resource for resource in resources if not resource.get("delete")]
    except FileNotFoundError:
        raise BrokenRunError(f"no state file at {path}; `pulumi stack export` writes it") from None
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise BrokenRunError(
            f"{path} is no exported state ({error!r}); `pulumi stack export` writes one"
        ) from error
