"""Governance: judge the stack, render the evidence, show it to other tools."""

from pathlib import Path
from typing import Annotated

import typer

from compliance import document
from compliance import report as reports
from local import environment
from pipeline import checking
from pipeline.commands.options import Json, Local, Official, PolicyConfig, Project, Stack
from pipeline.console import answer, say
from pipeline.errors import UsageError
from pipeline.target import target

app = typer.Typer()

WithWaived = Annotated[
    bool,
    typer.Option(
        "--with-waived",
        help="Put what is waived into SARIF too; GitHub would open an alert for each.",
    ),
]

export = typer.Typer(help="Show the preview in another tool's terms.")
app.add_typer(export, name="export")


@app.command()
def check(
    stack: Annotated[
        str | None,
        typer.Option(help="The stack; this project's local one, or the selected one, without it."),
    ] = None,
    deployed: Annotated[
        bool, typer.Option("--deployed", help="Judge what is deployed, not what is planned.")
    ] = False,
    state: Annotated[
        Path | None,
        typer.Option(help="Judge a state that `pulumi stack export` wrote.", dir_okay=False),
    ] = None,
    project: Project = None,
    policy_config: PolicyConfig = None,
    local: Local = False,
    checkov: Annotated[bool, typer.Option("--checkov", help="Let Checkov judge as well.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="The folder for evidence and reports (reports).", file_okay=False),
    ] = None,
    with_waived: WithWaived = False,
    official_plugins: Official = False,
    as_json: Json = False,
) -> None:
    """Judge a Pulumi program, by its preview, under the policy pack and the plan gate.

    The program is that of the nearest folder upwards with a Pulumi.yaml, or of --project. It runs
    in your own Pulumi environment, but for this project's local stack and with --local.
    Exit code 0: compliant; 3: violations; 4: undetermined; 5: waivers; 6: the run is broken.
    """
    if deployed and state is not None:
        raise UsageError("--deployed and --state both say what to judge: leave one of them out.")
    if (deployed or state) and checkov:
        raise UsageError("Checkov judges previews alone: leave --checkov or --deployed out.")
    # A state names its stack itself, and needs none that is selected.
    named = stack or environment.STACK if state else stack
    chosen = target(named, folder=project, local=local, official_plugins=official_plugins)
    folder = output or chosen.project / "reports"
    reports.prepare(folder)
    if state:
        chosen = checking.holding(chosen, state, stack)
    what = f"the state in {state}" if state else "what is deployed" if deployed else "its preview"
    checking.introduce(chosen, f"judging {what}")
    if deployed or state:
        found = checking.check_deployed(chosen, state, policy_config)
    else:
        scanners = checking.scanners(chosen, checkov=checkov)
        found = checking.check(chosen, scanners, policy_config)
    files = reports.write(found, folder, with_waived=with_waived)
    checking.show(found)
    say(f"Evidence and reports: {', '.join(map(str, files))}")
    if as_json:
        answer(document.dumps(found).rstrip())
    raise typer.Exit(checking.exit_code(found))


@app.command()
def report(
    source: Annotated[Path, typer.Option("--from", help="The evidence.")],
    form: Annotated[str, typer.Option("--format", help="junit, sarif, markdown or html.")],
    output: Annotated[Path | None, typer.Option(help="Standard output without it.")] = None,
    with_waived: WithWaived = False,
) -> None:
    """Render a report from evidence, however old."""
    if form not in reports.FORMATS:
        raise UsageError(f"{form!r} is no report: write one of {', '.join(reports.FORMATS)}.")
    text = reports.render(document.load(source), form, with_waived=with_waived)
    if output is None:
        answer(text.removesuffix("\n"))
    else:
        output.write_text(text, encoding="utf-8")


@export.command("terraform")
def export_terraform(
    output: Annotated[
        Path, typer.Option(help="The folder to write main.tf.json into.", file_okay=False)
    ],
    stack: Stack = None,
    project: Project = None,
    local: Local = False,
) -> None:
    """Write the preview as Terraform configuration for the AWS provider."""
    chosen = target(stack, folder=project, local=local)
    checking.introduce(chosen, "writing its preview as Terraform configuration")
    written = checking.export_terraform(chosen, output)
    say(f"{written.resources} resources in {written.path}")
    for variable in written.variables:
        say(f"  to be supplied: {variable}")
    for guess in written.guesses:
        say(f"  guessed: {guess}")
    for item in written.left_out:
        say(f"  not exported: {item}")
