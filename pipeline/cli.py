"""The command line: its commands together, and how it ends."""

import sys
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

from compliance.errors import BrokenRunError
from local.emulator.process import EmulatorError
from pipeline.commands import feeds, files, governance, stack
from pipeline.console import complain
from pipeline.errors import CommandError, Exit

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="The market-data pipeline: deployed under its policy pack, here or on AWS.",
)
for group in (stack, governance, files, feeds):
    app.add_typer(group.app)


@app.callback()
def options(
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
) -> None:
    """The options of every command; `main` looks for this one itself, as errors end there."""
    del debug


def main() -> None:
    """Run the command line and end the process with the exit code of docs/architecture.md."""
    sys.exit(_run())


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
