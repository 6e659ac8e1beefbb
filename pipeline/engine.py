"""Running the Pulumi CLI: its events as they happen, its errors as one message."""

import json
import re
import signal
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from compliance.evidence import logical_name
from pipeline.console import Step
from pipeline.errors import CommandError, Exit
from pipeline.target import Target

Event = Mapping[str, Any]
_COLOURS = re.compile(r"<\{%.*?%\}>")
_DONE = {"create": "created", "update": "updated", "replace": "replaced", "delete": "deleted"}


def call(target: Target, arguments: Sequence[str]) -> str:
    """Run a short Pulumi command and return what it printed.

    Raises:
        CommandError: It failed; the message is Pulumi's own.
    """
    finished = subprocess.run(
        [str(target.pulumi()), *arguments, "--stack", target.stack, "--non-interactive"],
        cwd=target.project,
        env=target.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        raise CommandError(f"pulumi {' '.join(arguments)} failed: {finished.stderr.strip()}")
    return finished.stdout


def outputs(target: Target) -> dict[str, str]:
    """The stack's outputs, all flat strings; none of one that exports or holds nothing."""
    found = json.loads(call(target, ["stack", "output", "--json"]))
    return {name: str(value) for name, value in found.items()}


def resources(target: Target) -> list[str]:
    """The URNs of what the stack's state holds."""
    state = json.loads(call(target, ["stack", "export"]))
    return [resource["urn"] for resource in (state["deployment"] or {}).get("resources") or ()]


def run(target: Target, operation: str, arguments: Sequence[str], step: Step) -> dict[str, int]:
    """Run `pulumi up` or `pulumi destroy` and show its resources as they are done.

    Args:
        target: The stack.
        operation: "up" or "destroy".
        arguments: Further arguments of that command.
        step: Where to show progress.

    Returns:
        How many resources were changed, by the kind of change.

    Raises:
        CommandError: It failed, with the errors and policy violations that the engine reported.
    """
    command = [str(target.pulumi()), operation, "--yes", "--skip-preview", "--json"]
    command += ["--stack", target.stack, "--non-interactive", *arguments]
    with subprocess.Popen(
        command,
        cwd=target.project,
        env=target.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # the terminal's Ctrl-C is passed on below, once
    ) as process:
        assert process.stdout is not None and process.stderr is not None  # noqa: S101
        record = Record(step)
        try:
            for line in process.stdout:
                record.read(line)
            errors = process.stderr.read()
        except (KeyboardInterrupt, SystemExit):
            let_go(process)
            raise
    if process.returncode != 0:
        raise record.failure(operation, errors)
    return record.changes


def let_go(process: subprocess.Popen[str]) -> None:
    """Have Pulumi stop, and wait: it holds the stack's lock until its last step is done.

    Interrupted a second time, it does not wait for that step.
    """
    process.send_signal(signal.SIGINT)
    try:
        process.communicate()
    except (KeyboardInterrupt, SystemExit):
        process.send_signal(signal.SIGINT)
        process.communicate()
        raise


class Record:
    """What one run of the engine told so far."""

    def __init__(self, step: Step) -> None:
        self.changes: dict[str, int] = {}
        self._step = step
        self._errors: list[str] = []
        self._refusals: list[str] = []

    def read(self, line: str) -> None:
        """Take in one line of the engine's standard output, an event as JSON."""
        try:
            event: Event = json.loads(line)
        except ValueError:
            self._errors.append(line.strip())
            return
        if "resOutputsEvent" in event:
            done = event["resOutputsEvent"]["metadata"]
            if done["op"] in _DONE:
                self._step.note(f"{_DONE[done['op']]} {logical_name(done['urn'])}")
        elif "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] == "error":
            diagnostic = event["diagnosticEvent"]
            where = logical_name(diagnostic.get("urn", ""))
            text = plain(diagnostic["message"])
            self._errors.append(f"{where}: {text}" if where else text)
        elif "policyEvent" in event:
            violation = event["policyEvent"]
            if violation["enforcementLevel"] == "mandatory":
                where = logical_name(violation.get("resourceUrn", "the stack"))
                message = plain(violation["message"])
                self._refusals.append(f"{violation['policyName']}: {where}: {message}")
        elif "summaryEvent" in event:
            changes = event["summaryEvent"]["resourceChanges"]
            self.changes = {kind: n for kind, n in changes.items() if kind != "same"}

    def failure(self, operation: str, errors: str) -> CommandError:
        """The error to raise for a run that failed."""
        reasons = self._refusals + self._errors or [errors.strip()]
        return CommandError(
            f"pulumi {operation} failed:\n  " + "\n  ".join(reasons),
            Exit.REFUSED if self._refusals else Exit.NOT_CARRIED_OUT,
        )


def plain(message: str) -> str:
    """An engine's message without its colour marks."""
    return _COLOURS.sub("", message).strip()
