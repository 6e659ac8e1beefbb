"""The command line: its commands together, and how it ends."""

import io
import signal
import sys
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError
from typer.core import TyperGroup
from typer.main import get_group

from compliance.errors import BrokenRunError
from local.emulator.process import EmulatorError
from pipeline import guide
from pipeline.commands import governance
from pipeline.console import answer, complain
from pipeline.errors import CommandError, Exit


class _Commands(TyperGroup):
    """All commands; those that talk to AWS are imported when one of them is asked for.

    AWS's clients take as long to import as everything else together, and governance, which runs
    on every change, needs none of them.
    """

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in self.commands:
            self._import_all()
        return super().get_command(ctx, cmd_name)

    def list_commands(self, ctx: Any) -> list[str]:
        self._import_all()
        return super().list_commands(ctx)

    def _import_all(self) -> None:
        from pipeline.commands import data, feeds, files, inspection, stack

        everything = typer.Typer(rich_markup_mode=None)
        for module in (stack, governance, inspection, files, data, feeds):  # the order of the help
            everything.add_typer(module.app)
        self.commands = get_group(everything).commands


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The market-data pipeline: deployed under its policy pack, here or on AWS.",
)
app.add_typer(governance.app)


@app.callback()
def options(
    context: typer.Context,
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """The options of every command; `main` looks for this one itself, as errors end there."""
    del debug
    if context.invoked_subcommand is None:
        for line in guide.lines():
            answer(line)


def main() -> None:
    """Run the command line and end the process with the exit code of docs/architecture.md."""
    signal.signal(signal.SIGTERM, _terminate)
    # Who starts a command in the background of a script has it ignore Ctrl-C, and Pulumi with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if isinstance(sys.stdout, io.TextIOWrapper):
        # JSON and the reports are UTF-8, whatever the locale is; no file's name is too strange.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(_run())


def _terminate(number: int, _frame: object) -> None:
    """End as Ctrl-C does: what was begun is let go of, or taken down, on the way out."""
    sys.exit(128 + number)


def _run() -> int:
    failure: Exception
    try:
        app()
    except CommandError as error:
        failure, code = error, error.code
    except BrokenRunError as error:
        failure, code = error, Exit.BROKEN
    except EndpointConnectionError as error:
        hint = "For the local stack, run `pipeline up`: its emulator does not answer."
        failure, code = CommandError(f"{error} {hint}"), Exit.NOT_CARRIED_OUT
    except (BotoCoreError, ClientError, EmulatorError, OSError) as error:
        failure, code = error, Exit.NOT_CARRIED_OUT
    except KeyboardInterrupt:
        return 130
    if "--debug" in sys.argv:
        raise failure
    complain(str(failure))
    return code
