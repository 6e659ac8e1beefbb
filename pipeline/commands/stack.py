"""The stack: deploy it, take it away, look into it, show it off."""

import os
from pathlib import Path
from typing import Annotated

import typer

from pipeline import checking, emulator, logs, up
from pipeline import demo as demonstration
from pipeline import doctor as examination
from pipeline.commands.options import Json, Local, Official, PolicyConfig, Project, Stack
from pipeline.console import answer, answer_json, ask, say
from pipeline.deployment import FUNCTIONS, load
from pipeline.errors import Exit
from pipeline.target import nearest, target

app = typer.Typer()

_KEPT = 7 * 24 * 60  # minutes


@app.command("up")
def up_(
    stack: Stack = None,
    project: Project = None,
    policy_config: PolicyConfig = None,
    local: Local = False,
    official_plugins: Official = False,
    as_json: Json = False,
) -> None:
    """Preview under the pack and the plan gate, deploy, write cfn-outputs/flat-outputs.json."""
    chosen = target(stack, folder=project, local=local, official_plugins=official_plugins)
    checking.introduce(chosen, "judging its preview, then deploying it")
    evidence, outputs = up.up(chosen, policy_config)
    if outputs is None:
        checking.show(evidence)
        raise typer.Exit(checking.exit_code(evidence))
    if as_json:
        answer_json(dict(outputs))


@app.command()
def destroy(
    stack: Stack = None,
    yes: Annotated[bool, typer.Option(help="Do it without asking.")] = False,
    project: Project = None,
    local: Local = False,
    official_plugins: Official = False,
) -> None:
    """Delete everything the stack made."""
    chosen = target(stack, folder=project, local=local, official_plugins=official_plugins)
    checking.introduce(chosen, "deleting it")
    if not yes:
        ask(
            f"Delete stack {chosen.stack} with every file and result?",
            otherwise="destroy deletes every file and result; say --yes to do it.",
        )
    up.destroy(chosen)


@app.command()
def stop() -> None:
    """Stop the emulator; its state stays for the next `pipeline up`."""
    say("Stopped." if emulator.stop(target(None, local=True)) else "The emulator was not running.")


@app.command()
def doctor(as_json: Json = False) -> None:
    """What this machine has, what is wrong, and what to do; starts and changes nothing."""
    findings = examination.examine(nearest())
    if as_json:
        answer_json(examination.documents(findings))
    else:
        examination.show(findings)
    if any(one.state is examination.State.WRONG for one in findings):
        raise typer.Exit(Exit.NOT_CARRIED_OUT)


@app.command()
def outputs(stack: Stack = None, as_json: Json = False) -> None:
    """The stack's outputs."""
    found = load(target(stack)).outputs
    if as_json:
        answer_json(dict(found))
    else:
        for name, value in found.items():
            answer(f"{name}={value}")


@app.command()
def env(stack: Stack = None, project: Project = None, local: Local = False) -> None:
    """Print `export` lines: after eval, pulumi and AWS clients talk to this stack."""
    caller = dict(os.environ)
    chosen = target(stack, folder=project, local=local)
    checking.prepare(chosen)
    for line in chosen.exports(caller):
        answer(line)


@app.command("logs")
def logs_(
    function: Annotated[str, typer.Argument(help=f"One of {', '.join(FUNCTIONS)}.")],
    follow: Annotated[bool, typer.Option(help="Go on with new lines until interrupted.")] = False,
    since: Annotated[
        float,
        typer.Option(min=0, max=_KEPT, help="Minutes back to begin; a log keeps seven days."),
    ] = 60.0,
    stack: Stack = None,
) -> None:
    """A function's log."""
    for line in logs.lines(load(target(stack)), function, since=since * 60, follow=follow):
        answer(line)


@app.command()
def demo(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE...]", help="Your own files.")
    ] = None,
) -> None:
    """Deploy here, process files, show everything, and leave nothing running."""
    raise typer.Exit(demonstration.run(target(None, local=True), paths or []))
