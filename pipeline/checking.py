"""The policy pack and the plan gate over a stack, shown to the person who asked."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from compliance import check as judge
from compliance.check import Setting
from compliance.evidence import Evidence, now
from compliance.scanners import Scanner
from compliance.summary import summary, verdict_line
from pipeline.console import progress, step
from pipeline.errors import Exit
from pipeline.target import Target

WAIVERS = "waivers.yaml"


def setting(target: Target) -> Setting:
    """What is checked for a stack, and with what."""
    return Setting(
        pulumi=target.pulumi(),
        project=target.project,
        stack=target.stack,
        env=target.environment(),
        policy_pack=target.project,
        waivers=target.project / WAIVERS,
    )


def check(target: Target, beside: Sequence[Scanner] = ()) -> Evidence:
    """Preview a stack under the pack and the plan gate.

    Args:
        target: The stack.
        beside: Scanners that judge the same preview.

    Raises:
        BrokenRunError: There can be no verdict.
    """
    moment = now()
    with step(f"Previewing stack {target.stack} under the policy pack") as current:

        def note(event: Mapping[str, Any]) -> None:
            if "resourcePreEvent" in event:
                current.note(event["resourcePreEvent"]["metadata"]["urn"].rsplit("::", 1)[-1])

        evidence = judge.check(
            setting(target),
            today=moment.date(),
            generated_at=moment,
            on_event=note,
            beside=beside,
        )
        current.result(verdict_line(evidence))
    return evidence


def check_deployed(target: Target, state: Path | None) -> Evidence:
    """Judge what is deployed: a state file, or the stack's own state when there is none.

    Raises:
        BrokenRunError: There can be no verdict.
    """
    moment = now()
    with step(f"Judging what {state or f'stack {target.stack}'} holds") as current:
        evidence = judge.check_deployed(
            setting(target), state=state, today=moment.date(), generated_at=moment
        )
        current.result(verdict_line(evidence))
    return evidence


def exit_code(evidence: Evidence) -> Exit:
    """The exit code that evidence ends a command with."""
    return Exit(judge.exit_code(evidence))


def show(evidence: Evidence) -> None:
    """Print the verdict, what failed and a line per policy, on standard error."""
    progress.print(summary(evidence))
