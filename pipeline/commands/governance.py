"""Governance: judge the stack, render the evidence, show it to other tools."""

from pathlib import Path
from typing import Annotated

import typer

from compliance import document
from compliance import report as reports
from pipeline import checking
from pipeline.commands.options import Json, Official, Stack
from pipeline.console import answer, say
from pipeline.errors import UsageError
from pipeline.target import target

app = typer.Typer()


export = typer.Typer(help="Show the preview in another tool's terms.")
app.add_typer(export, name="export")


@app.command()
def check(
    stack: Annotated[
        str | None, typer.Option(help="Judge what this stack holds, be it local or on AWS.")
    ] = None,
    preview: Annotated[
        bool, typer.Option("--preview", help="With --stack: judge its preview instead.")
    ] = False,
    state: Annotated[
        Path | None, typer.Option(help="Judge a state that `pulumi stack export` wrote.")
    ] = None,
    checkov: Annotated[bool, typer.Option("--checkov", help="Let Checkov judge as well.")] = False,
    output: Annotated[
        Path | None,
        typer.Option(help="The folder for evidence and reports (reports).", file_okay=False),
    ] = None,
    official_plugins: Official = False,
    as_json: Json = False,
) -> None:
    """Judge the preview of the local stack by the policy pack and the plan gate.

    Exit code 0: compliant; 3: violations; 4: undetermined; 5: waivers; 6: the run is broken.
    """
    chosen = target(stack, official_plugins=official_plugins)
    deployed = state is not None or (stack is not None and not preview)
    if deployed and checkov:
        raise UsageError("Checkov judges previews alone: leave --checkov out, or add --preview.")
    folder = output or chosen.project / "reports"
    reports.prepare(folder)
    if deployed:
        found = checking.check_deployed(chosen, state)
    else:
        found = checking.check(chosen, checking.scanners(chosen, checkov=checkov))
    files = reports.write(found, folder)
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
) -> None:
    """Render a report from evidence, however old."""
    if form not in reports.FORMATS:
        raise UsageError(f"{form!r} is no report: write one of {', '.join(reports.FORMATS)}.")
    text = reports.render(document.load(source), form)
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
) -> None:
    """Write the preview as Terraform configuration for the AWS provider."""
    written = checking.export_terraform(target(stack), output)
    say(f"{written.resources} resources in {written.path}")
    for variable in written.variables:
        say(f"  to be supplied: {variable}")
    for guess in written.guesses:
        say(f"  guessed: {guess}")
    for item in written.left_out:
        say(f"  not exported: {item}")
