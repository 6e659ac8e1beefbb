"""An operator's hand on a feed: look at its order, skip a number, try one again."""

import getpass
import unicodedata
from typing import Any

from pipeline.deployment import Deployment
from pipeline.errors import CommandError, UsageError
from pipeline.names import Feed
from pipeline.operator import Answer, RefusedError, ask

_MOST_REASON = 500  # characters: an item of the table holds 400 kB
_NO_TEXT = {"Cc", "Cs", "Zl", "Zp"}  # controls, bytes that are not UTF-8, ends of lines


class Operator:
    """What an operator does to one feed, under rights of their own.

    The ledger's own code decides and writes (`handlers/internal/feed`).

    Args:
        deployment: The stack.
        feed: The feed.
    """

    def __init__(self, deployment: Deployment, feed: Feed) -> None:
        self._deployment = deployment
        self._feed = feed

    def show(self) -> Answer:
        """The cursors, the numbers not behind all of them, and what operators did to the feed."""
        return {"feed": str(self._feed), **self._ask("show")}

    def skip(self, numbers: range, reason: str) -> list[str]:
        """Let the feed go on without some numbers, and record why and by whom.

        It takes the same time for any number of numbers that nothing has come for. A call that was
        interrupted may be repeated, and does the rest.

        Args:
            numbers: Numbers that hold the feed up: rejected, failed or missing.
            reason: Kept with the feed, and in the history of each file that is dropped.

        Returns:
            What was woken, in words.

        Raises:
            UsageError: The reason cannot be kept, or a number is beyond the highest seen.
            CommandError: A number is complete, or counts though not every stage has recorded it.
        """
        _check_reason("skip", reason)
        found = self._ask("skip", number=numbers[0], through=numbers[-1], **_note(reason))
        return [f"{woken['stage']}: {woken['file']}" for woken in found["woken"]]

    def retry(self, number: int, reason: str) -> str:
        """Take a number up again where it stopped; what is complete stays as it is.

        Args:
            number: The number.
            reason: Kept with the feed.

        Raises:
            UsageError: The reason cannot be kept.
            CommandError: Nothing with that number has come, or it must be sent anew.
        """
        _check_reason("retry", reason)
        sent = self._ask("retry", number=number, **_note(reason))
        return f"{sent['file']} is taken up again by the {sent['stage']}"

    def _ask(self, command: str, **arguments: object) -> Answer:
        try:
            return ask(self._deployment, command, feed=str(self._feed), **arguments)
        except RefusedError as refused:
            raise _in_words(self._feed, refused.refusal) from None


def _note(reason: str) -> dict[str, str]:
    return {"by": getpass.getuser(), "reason": reason}


def _in_words(feed: Feed, refusal: dict[str, Any]) -> CommandError:
    """Why the ledger does not do what it was asked for, and what to do instead."""
    number, file = refusal.get("number"), refusal.get("file")
    match refusal["why"]:
        case "no-feed":
            return CommandError(f"The feed {feed} has had no file yet.")
        case "undecided":
            return CommandError(
                f"No file of {feed} has been found valid yet: nothing waits, so there is nothing "
                "to skip."
            )
        case "beyond":
            return UsageError(
                f"{feed} has no number above {number} yet: what lies beyond holds nothing up."
            )
        case "passed":
            return CommandError(f"Number {number} of {feed} holds nothing up.")
        case "counts":
            return CommandError(
                f"Number {number} of {feed} counts already: take it up again with "
                f"`pipeline feed retry {feed} {number} --reason …`."
            )
        case "nothing-has":
            return CommandError(f"Nothing with number {number} has come in {feed}.")
        case "invalid":
            return CommandError(
                f"{file} was rejected, and would be again: send a valid version of it, "
                f"or skip it with `pipeline feed skip {feed} {number} --reason …`."
            )
        case "never-valid":
            return CommandError(
                f"{file} was skipped before it was found valid: send it anew, and it is "
                "taken after all."
            )
        case other:
            return CommandError(f"The ledger refuses number {number} of {feed}: {other}.")


def _check_reason(what: str, reason: str) -> None:
    """A UsageError unless a reason can be kept: the functions carry it on, and tables show it."""
    if not reason.strip():
        raise UsageError(f"A {what} needs a reason: it is kept with the feed.")
    if len(reason) > _MOST_REASON or not _NO_TEXT.isdisjoint(map(unicodedata.category, reason)):
        raise UsageError(
            f"This reason ({len(reason)} characters) cannot be kept: write one line of UTF-8, "
            f"without control characters, of at most {_MOST_REASON}."
        )
