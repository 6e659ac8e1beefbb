"""The policy pack and the plan gate over a stack: judged, shown, written down."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from compliance import check as judge
from compliance import deployed, preview
from compliance.check import CheckRequest
from compliance.checkov.scanner import Checkov
from compliance.evidence import Evidence, Outcome, logical_name, now
from compliance.scanners import Scanner
from compliance.summary import summary, verdict_line
from compliance.terraform.export import Export, export
from compliance.terraform.view import map_preview
from local import environment
from pipeline import emulator
from pipeline.console import Step, answer, progress, say, step
from pipeline.errors import Exit, UsageError
from pipeline.target import Target

WAIVERS = "waivers.yaml"


_WORDS = {
    Outcome.FAIL: "failed",
    Outcome.UNKNOWN: "undetermined",
    Outcome.WAIVED: "waived",
    Outcome.PASS: "passed",
    Outcome.NOT_APPLICABLE: "without a resource to judge",
}


def prepare(target: Target) -> None:
    """Make what a preview of the local stack needs; a stack on AWS must exist."""
    if target.local:
        environment.prepare(target.project, name=target.name, stack=target.stack)
        if target.official_plugins:  # which ask AWS whose account it is
            emulator.start(target)


def holding(target: Target, state: Path, stack: str | None) -> Target:
    """The stack whose state a file holds; judging it needs no login, so this project's is local.

    Args:
        target: What the command line names without that file.
        state: A file that `pulumi stack export` wrote.
        stack: What `--stack` says.

    Raises:
        UsageError: `--stack` says another stack.
        BrokenRunError: It is no state of the project.
    """
    found = deployed.stack_of(state, project=target.name)
    if stack not in (None, found):
        raise UsageError(f"{state} holds stack {found!r}, not {stack!r}: leave --stack out.")
    return replace(target, stack=found)


def introduce(target: Target, what: str) -> None:
    """Say which project and stack a command is about, before it begins.

    Args:
        target: The stack.
        what: What is looked at, such as "its preview".
    """
    where = "on this machine" if target.local else "in your Pulumi environment"
    say(f"Project {target.name} in {target.project}, stack {target.stack} {where}: {what}.")


def progress_of(current: Step) -> Callable[[Mapping[str, Any]], None]:
    """Shows, for each event of the engine, the resource it is about."""

    def note(event: Mapping[str, Any]) -> None:
        if "resourcePreEvent" in event:
            current.note(logical_name(event["resourcePreEvent"]["metadata"]["urn"]))

    return note


def request(target: Target, policy_config: Path | None = None) -> CheckRequest:
    """What is checked for a stack, and with what.

    Args:
        target: The stack.
        policy_config: The policies' settings for it, if it has any of its own.

    Raises:
        UsageError: There is no such file of settings.
    """
    if policy_config is not None and not policy_config.is_file():
        raise UsageError(f"{policy_config}: there is no such file of policy settings.")
    return CheckRequest(
        pulumi=target.pulumi(),
        project=target.project,
        stack=target.stack,
        env=target.environment(),
        policy_pack=target.policy_pack,
        config=policy_config,
        waivers=target.project / WAIVERS,
    )


def scanners(target: Target, *, checkov: bool) -> tuple[Scanner, ...]:
    """The scanners asked for."""
    executable = target.policy_pack / ".cache" / "checkov" / "bin" / "checkov"
    return (Checkov(executable),) if checkov else ()


def check(
    target: Target, beside: Sequence[Scanner] = (), policy_config: Path | None = None
) -> Evidence:
    """Preview a stack under the pack and the plan gate.

    Args:
        target: The stack.
        beside: Scanners that judge the same preview.
        policy_config: The policies' settings for it, if it has any of its own.

    Raises:
        BrokenRunError: There can be no verdict.
    """
    moment = now()
    chosen = request(target, policy_config)
    prepare(target)
    with step(f"Previewing stack {target.stack} under the policy pack") as current:
        evidence = judge.check(
            chosen,
            today=moment.date(),
            generated_at=moment,
            on_event=progress_of(current),
            beside=beside,
        )
        current.result(verdict_line(evidence))
    return evidence


def check_deployed(
    target: Target, state: Path | None, policy_config: Path | None = None
) -> Evidence:
    """Judge what is deployed: a state file, or the stack's own state when there is none.

    Raises:
        BrokenRunError: There can be no verdict.
    """
    moment = now()
    chosen = request(target, policy_config)
    with step(f"Judging what {state or f'stack {target.stack}'} holds") as current:
        evidence = judge.check_deployed(
            chosen, state=state, today=moment.date(), generated_at=moment
        )
        current.result(verdict_line(evidence))
    return evidence


def exit_code(evidence: Evidence) -> Exit:
    """The exit code that evidence ends a command with."""
    return Exit(judge.exit_code(evidence))


def show(evidence: Evidence) -> None:
    """Print the verdict, what failed and a line per policy, on standard error."""
    progress.print(summary(evidence))


def show_counts(evidence: Evidence) -> None:
    """Print how many policies passed, failed or had nothing to judge."""
    worst = Counter(_worst(tally) for tally in evidence.tallies.values())
    counts = ", ".join(f"{worst[outcome]} {word}" for outcome, word in _WORDS.items())
    answer(f"\nCompliance: {len(evidence.policies)} policies: {counts}")
    answer(verdict_line(evidence))


def _worst(tally: Mapping[Outcome, int]) -> Outcome:
    return next((outcome for outcome in _WORDS if tally.get(outcome)), Outcome.NOT_APPLICABLE)


def export_terraform(target: Target, output: Path) -> Export:
    """Write a stack's preview as Terraform configuration; the folder is made before the preview."""
    output.mkdir(parents=True, exist_ok=True)
    chosen = request(target)
    prepare(target)
    with step(f"Previewing stack {target.stack}") as current:
        seen = preview.run(
            pulumi=chosen.pulumi,
            project=chosen.project,
            stack=chosen.stack,
            env=chosen.env,
            policy_pack=chosen.policy_pack,
            config=chosen.config,
            on_event=progress_of(current),
        )
    view = map_preview(seen.resources)
    return export(view, program=target.program, output=output)
