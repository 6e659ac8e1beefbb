"""Deploying a stack under its pack, and taking it away again."""

import json
from collections.abc import Mapping
from pathlib import Path

from compliance.evidence import Evidence, Verdict
from local import environment
from local.emulator import process
from local.emulator.process import Emulator
from pipeline import checking, emulator, engine, idle
from pipeline.console import say, step
from pipeline.deployment import OUTPUTS
from pipeline.errors import CommandError, Exit
from pipeline.target import Target


def up(
    target: Target, policy_config: Path | None = None
) -> tuple[Evidence, Mapping[str, str] | None]:
    """Preview under the pack and the plan gate, deploy, write the flat outputs.

    What was unknown in the preview is known in the deployment, which runs under the pack too: it
    judges every resource by the values that were deployed.

    Args:
        target: The stack. The local one is created when it does not exist.
        policy_config: The policies' settings for it, if it has any of its own.

    Raises:
        CommandError: A value turned out otherwise than the preview took it for.

    Returns:
        The evidence of the preview and, where it is compliant, the flat outputs; where it is not,
        nothing was deployed and there are none.
    """
    running = None
    if target.local:
        checking.prepare(target)
        running = emulator.start(target)
    evidence = checking.check(target, policy_config=policy_config)
    if evidence.verdict is not Verdict.COMPLIANT:
        return evidence, None
    with step(f"Deploying stack {target.stack}") as current:
        pack = ["--policy-pack", str(target.policy_pack)]
        if policy_config is not None:
            pack += ["--policy-pack-config", str(policy_config.absolute())]
        try:
            changes = engine.run(target, "up", pack, current)
        except CommandError as error:
            raise _otherwise(error) if error.code is Exit.REFUSED else error from error
        current.result(_tell(changes))
    outputs = engine.outputs(target)
    if running is not None:
        outputs["endpointUrl"] = running.endpoint
        if target.own:
            outputs["statusApiUrl"] = _api(outputs, running)
    where = target.project / OUTPUTS
    where.parent.mkdir(exist_ok=True)
    where.write_text(json.dumps(outputs, indent=2, sort_keys=True) + "\n")
    say(f"Outputs: {OUTPUTS}")
    say(idle.tell(engine.resources(target)))
    return evidence, outputs


def _otherwise(refusal: CommandError) -> CommandError:
    """What to say where the preview was compliant and what came of it is not."""
    return CommandError(
        "What is deployed is not what its preview was taken for: a value turned out otherwise than "
        f"the reference that it was judged as. {refusal} Mend the program and run `pipeline up` "
        "again, or take the stack away with `pipeline destroy`.",
        Exit.OTHERWISE,
    )


def _api(outputs: Mapping[str, str], running: Emulator) -> str:
    """The status API's address at the emulator."""
    api = f"{outputs['statusApiId']}/{outputs['statusApiStage']}"
    return f"{running.endpoint}/_aws/execute-api/{api}"


def deployed(target: Target) -> bool:
    """Whether the local stack has anything deployed."""
    checking.prepare(target)
    return bool(engine.resources(target))


def destroy(target: Target, *, keep_outputs: bool = False) -> None:
    """Delete everything the stack made, and the file of its outputs unless it is to be kept.

    An emulator that did not run is started for it and stopped again.
    """
    ran = True
    if target.local:
        checking.prepare(target)
        ran = process.status(environment.emulator_state(target.project)) is not None
        emulator.start(target)
    try:
        with step(f"Destroying stack {target.stack}") as current:
            current.result(_tell(engine.run(target, "destroy", [], current)))
        if not keep_outputs:
            (target.project / OUTPUTS).unlink(missing_ok=True)
    finally:
        if not ran:
            emulator.stop(target)


def _tell(changes: Mapping[str, int]) -> str:
    """The engine's changes in words, such as "71 create, 2 update"."""
    words = [f"{count} {kind}" for kind, count in sorted(changes.items())]
    return ", ".join(words) or "nothing to change"
