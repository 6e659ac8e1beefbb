"""One run of `pulumi preview` under the policy pack, seen from every side.

The engine's digest (`--json`) knows where each resource comes from in the program, what it depends
on and which changes it ignores, but drops what the policies said; the engine's event log knows
the policies' side and the providers. Both come from the same run, so nothing is previewed twice.
The event log is read while it grows, for progress.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from compliance.answers import read_answers
from compliance.catalogue import read_catalogue
from compliance.engine import (
    ROOT_TYPE,
    EngineResource,
    Preview,
    resource_from_state,
    violation_from_event,
)
from compliance.errors import BrokenRunError

OnEvent = Callable[[Mapping[str, Any]], None]

# The hidden flag `--event-log` exists only when this is set; the streaming display would replace
# the digest.
_ENGINE_SWITCHES = {
    "PULUMI_DEBUG_COMMANDS": "true",
    "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "false",
    "PULUMI_SKIP_UPDATE_CHECK": "true",
}
_VIOLATED = "preview failed"
_POLL_SECONDS = 0.02


def run(
    *,
    pulumi: Path,
    project: Path,
    stack: str,
    env: Mapping[str, str],
    policy_pack: Path,
    config: Path | None,
    on_event: OnEvent,
) -> Preview:
    """Previews the stack once, under the pack.

    Args:
        pulumi: the command line interface to run.
        project: the folder of `Pulumi.yaml`.
        stack: the stack's name; it must exist.
        env: variables on top of this process's own.
        policy_pack: the folder of `PulumiPolicy.yaml`.
        config: the pack's configuration (JSON), if any.
        on_event: is called with each engine event as it comes.

    Raises:
        BrokenRunError: the program, a policy, a plugin or the engine failed, or what the engine
            reports does not fit together. A stack that breaks policies is no error.
    """
    with TemporaryDirectory(prefix="preview-") as folder:
        scratch = Path(folder)
        log, answers = scratch / "events.jsonl", scratch / "answers.jsonl"
        digest, complaints = scratch / "digest.json", scratch / "stderr.txt"
        log.touch()
        command = [
            *(str(pulumi), "preview", "--json", "--show-sames", "--non-interactive"),
            *("--color", "never", "--cwd", str(project), "--stack", stack),
            *("--event-log", str(log), "--policy-pack", str(policy_pack.absolute())),
            *(("--policy-pack-config", str(config.absolute())) if config else ()),
        ]
        variables = {**os.environ, **env, **_ENGINE_SWITCHES, "POLICY_ANSWERS_FILE": str(answers)}
        with digest.open("wb") as stdout, complaints.open("wb") as stderr:
            try:
                process = subprocess.Popen(command, env=variables, stdout=stdout, stderr=stderr)
            except OSError as error:
                raise BrokenRunError(f"cannot run {pulumi}: {error.strerror}") from error
            try:
                events = list(_follow(log, process, on_event))
            finally:
                if process.poll() is None:
                    process.terminate()
                    process.wait()
        return _interpret(
            events,
            digest=digest.read_text(encoding="utf-8"),
            complaints=complaints.read_text(encoding="utf-8", errors="replace"),
            answers=answers,
            status=process.returncode,
        )


def _follow(
    log: Path, process: subprocess.Popen[bytes], on_event: OnEvent
) -> Iterator[Mapping[str, Any]]:
    with log.open(encoding="utf-8") as lines:
        pending = ""
        while True:
            ended = process.poll() is not None
            while line := lines.readline():
                pending += line
                if not pending.endswith("\n"):
                    break
                event = _parse(pending)
                pending = ""
                # Debug messages print outputs as they are, secrets among them.
                if event.get("diagnosticEvent", {}).get("severity") != "debug":
                    on_event(event)
                    yield event
            if ended:
                break
            time.sleep(_POLL_SECONDS)
    if pending:
        raise BrokenRunError("the engine's event log ends inside an event: the preview was cut off")


def _parse(line: str) -> Mapping[str, Any]:
    try:
        event = json.loads(line)
    except ValueError as error:
        raise BrokenRunError(f"the engine wrote an event that is not JSON: {error}") from error
    if not isinstance(event, dict):
        raise BrokenRunError("the engine wrote an event that is not an object")
    return event


def _interpret(
    events: list[Mapping[str, Any]], *, digest: str, complaints: str, answers: Path, status: int
) -> Preview:
    errors = [
        event["diagnosticEvent"]["message"].strip()
        for event in events
        if event.get("diagnosticEvent", {}).get("severity") == "error"
    ]
    errors = [message for message in errors if message != _VIOLATED]
    summary = next((e["summaryEvent"] for e in events if "summaryEvent" in e), None)
    if errors or summary is None:
        detail = "\n".join(errors) or complaints.strip() or f"exit status {status}, no message"
        raise BrokenRunError(f"the preview did not complete:\n{detail[-4000:]}")

    resources = _resources(events, _digest_states(digest))
    root = next((r.urn for r in resources if r.type == ROOT_TYPE), "")
    violations = tuple(
        violation_from_event(event["policyEvent"], root)
        for event in events
        if "policyEvent" in event
    )
    if any(violation.mandatory for violation in violations) != (status != 0):
        raise BrokenRunError(
            f"pulumi preview exited {status} with {len(violations)} policy violations:\n"
            + complaints.strip()[-4000:]
        )
    prelude: Mapping[str, Any] = next(
        (e["preludeEvent"] for e in events if "preludeEvent" in e), {}
    )
    return Preview(
        resources=resources,
        violations=violations,
        answers=read_answers(answers),
        catalogue=read_catalogue(answers),
        config=prelude.get("config") or {},
        pack_versions=summary.get("PolicyPacks") or {},
    )


def _digest_states(text: str) -> Mapping[str, Mapping[str, Any]]:
    try:
        steps = json.loads(text)["steps"]
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenRunError(f"pulumi preview --json wrote no digest: {error!r}") from error
    return {step["urn"]: step["newState"] for step in steps if step.get("newState")}


def _resources(
    events: list[Mapping[str, Any]], digest: Mapping[str, Mapping[str, Any]]
) -> tuple[EngineResource, ...]:
    """What will exist after the deployment, by URN: digest's detail over the events' outline."""
    states: dict[str, Mapping[str, Any]] = {}
    for event in events:
        outline = event.get("resourcePreEvent") or event.get("resOutputsEvent")
        if outline is None or not outline["metadata"].get("new"):
            continue
        metadata = outline["metadata"]
        if metadata["op"] in ("delete", "delete-replaced"):
            continue
        urn = metadata["urn"]
        states[urn] = {**metadata["new"], **digest.get(urn, {})}
        if metadata["op"] in ("read", "read-replacement"):
            states[urn] = {**states[urn], "external": True}
        if outputs := metadata["new"].get("outputs"):
            states[urn] = {**states[urn], "outputs": outputs}
    return tuple(resource_from_state(states[urn]) for urn in sorted(states))
