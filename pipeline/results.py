"""Reading a feed's results: the day's summary, and where its counted files' bars lie."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import pyarrow.parquet
from botocore.exceptions import ClientError

from pipeline.bars import Bar, read
from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.names import Feed

SUMMARY_COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trades")
_RESTORED_FOR = 7  # days
_DAY = 86_400 * 1_000_000_000  # nanoseconds


class ArchivedError(CommandError):
    """Objects are in Glacier; the message names them and says that their restore was asked for."""


class Results:
    """A feed's results in the bucket, under the operator's rights."""

    def __init__(self, deployment: Deployment, feed: Feed) -> None:
        self._store = deployment.client("s3")
        self._bucket = deployment.output("bucketName")
        self._feed = feed

    def day(self, day: date) -> dict[str, Any]:
        """The aggregate of one trading day (UTC).

        Raises:
            CommandError: The day has no aggregate, or it is archived.
        """
        data = self._read(f"aggregates/{self._feed}/{day}.json")
        if data is None:
            days = ", ".join(self.days()) or "none yet"
            raise CommandError(f"{self._feed} has no results for {day}. Days with results: {days}.")
        document: dict[str, Any] = json.loads(data)
        return document

    def days(self) -> list[str]:
        """The days that have an aggregate, in order."""
        prefix = f"aggregates/{self._feed}/"
        pages = self._store.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        return sorted(key.removeprefix(prefix).removesuffix(".json") for key in keys)

    def bars(self, aggregate: dict[str, Any]) -> list[Bar]:
        """The one-minute bars of the files that an aggregate counts, in the files' order."""
        bars: list[Bar] = []
        archived: list[str] = []
        midnight = datetime.combine(date.fromisoformat(aggregate["date"]), time(), UTC)
        begins = int(midnight.timestamp()) * 1_000_000_000
        for file in aggregate["files"]:
            if not file["counted"]:
                continue
            where = f"results/{self._feed}/{file['number']:018}/{file['revision']:06}/bars.parquet"
            try:
                data = self._read(where)
            except ArchivedError as error:  # the rest is asked for as well: it takes hours
                archived.append(str(error))
                continue
            if data is None:
                raise CommandError(f"The bars of {file['file']} are gone: {where} does not exist.")
            bars += read(pyarrow.parquet.read_table(io.BytesIO(data)))
        if archived:
            raise ArchivedError("\n".join(archived))
        return [bar for bar in bars if 0 <= bar.minute - begins < _DAY]

    def reject_report(self, location: str, limit: int) -> list[dict[str, Any]]:
        """The first faults in a rejected file's report, each with line, column, value, reason."""
        lines = map(json.loads, (self._read(location) or b"").splitlines())
        return [line for line in lines if "line" in line][:limit]

    def _read(self, key: str) -> bytes | None:
        """An object's bytes, or None; an archived object's restore is asked for and said."""
        try:
            return bytes(self._store.get_object(Bucket=self._bucket, Key=key)["Body"].read())
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("NoSuchKey", "404"):
                return None
            if code == "InvalidObjectState":
                raise ArchivedError(self._restore(key)) from error
            raise

    def _restore(self, key: str) -> str:
        """Ask for an archived object's restore; what to tell the caller."""
        try:
            self._store.restore_object(
                Bucket=self._bucket,
                Key=key,
                RestoreRequest={
                    "Days": _RESTORED_FOR,
                    "GlacierJobParameters": {"Tier": "Standard"},
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "RestoreAlreadyInProgress":
                raise
        return (
            f"{key} is older than 90 days and archived in Glacier. Its restore has been asked for "
            f"and takes 3 to 5 hours; it then stays readable for {_RESTORED_FOR} days. Ask again."
        )


def summary_rows(aggregate: dict[str, Any]) -> Sequence[Sequence[str]]:
    """The day per symbol as rows of text: the symbol, then SUMMARY_COLUMNS."""
    return [
        (symbol, *(str(values[column]) for column in SUMMARY_COLUMNS))
        for symbol, values in sorted(aggregate["symbols"].items())
    ]
