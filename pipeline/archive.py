"""Objects that are in Glacier: their restore, and what to tell who wants to read them."""

from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from pipeline.errors import CommandError

_RESTORED_FOR = 7  # days


class ArchivedError(CommandError):
    """Objects are in Glacier; the message names them and says what is to be done, or was."""


def is_archived(error: ClientError) -> bool:
    """Whether an object could not be read because it is archived."""
    return bool(error.response["Error"]["Code"] == "InvalidObjectState")


def restore(store: Any, bucket: str, keys: Iterable[str]) -> str:
    """Ask for the restore of archived objects; what to tell the caller.

    Args:
        store: A client of S3.
        bucket: Where they are.
        keys: Which they are; at least one.
    """
    lines = []
    for key in keys:
        try:
            store.restore_object(
                Bucket=bucket,
                Key=key,
                RestoreRequest={
                    "Days": _RESTORED_FOR,
                    "GlacierJobParameters": {"Tier": "Standard"},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "RestoreAlreadyInProgress":
                raise
        lines.append(
            f"{key} is older than 90 days and archived in Glacier. Its restore has been asked for "
            f"and takes 3 to 5 hours; it then stays readable for {_RESTORED_FOR} days. Ask again."
        )
    return "\n".join(lines)
