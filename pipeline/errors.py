"""What ends a command early, and the exit codes of docs/architecture.md."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes; one meaning each, the same in every command."""

    DONE = 0
    NOT_CARRIED_OUT = 1
    USAGE = 2
    REFUSED = 3
    UNSETTLED = 4
    WAIVER = 5
    BROKEN = 6
    OTHERWISE = 7


class CommandError(Exception):
    """A command that cannot be carried out; the message says why and what to do.

    Args:
        message: The file, the value and the remedy, for a person to read.
        code: The exit code to end with.
    """

    def __init__(self, message: str, code: Exit = Exit.NOT_CARRIED_OUT) -> None:
        super().__init__(message)
        self.code = code


class UsageError(CommandError):
    """The call's own words are wrong: a name, a number or a path that can never be right."""

    def __init__(self, message: str) -> None:
        super().__init__(message, Exit.USAGE)
