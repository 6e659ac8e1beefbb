"""Reading a feed's results: its trading days per symbol, and their bars."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from botocore.exceptions import ClientError

from pipeline import bars
from pipeline.archive import ArchivedError, is_archived, restore
from pipeline.bars import Bar
from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.names import Feed

SUMMARY_COLUMNS = ("open", "high", "low", "close", "volume", "vwap", "trades")
_DAY = "DAY#"  # how the sort key of a trading day's item begins
_FANOUT = 32  # of the tree that a day is: days.Fanout of the functions


class Results:
    """A feed's results in the bucket, under the operator's rights."""

    def __init__(self, deployment: Deployment, feed: Feed) -> None:
        self._store = deployment.client("s3")
        self._bucket = deployment.output("bucketName")
        self._table = deployment.client("dynamodb")
        self._table_name = deployment.output("tableName")
        self._feed = feed

    def day(self, day: date) -> dict[str, Any]:
        """One trading day per symbol, from fewer than 100 objects however many files it has.

        Raises:
            CommandError: The day has no trades, or it is archived.
        """
        found = self._table.get_item(
            TableName=self._table_name,
            Key={"pk": {"S": str(self._feed)}, "sk": {"S": f"{_DAY}{day}"}},
            ConsistentRead=True,
        )
        if "Item" not in found:
            days = ", ".join(self.days()) or "none yet"
            raise CommandError(f"{self._feed} has no results for {day}. Days with results: {days}.")
        last, levels = int(found["Item"]["last"]["N"]), found["Item"]["open"]["L"]
        keys = objects(self._feed, str(day), last, [int(level["N"]) for level in levels])
        with self._open(keys) as files:
            symbols = {bar.symbol: _figures(bar) for bar in bars.read(files, timed=False)}
        return {
            **{"partner": self._feed.partner, "feed": self._feed.name, "date": str(day)},
            "symbols": symbols,
        }

    def days(self) -> list[str]:
        """The days that have results, in order."""
        pages = self._table.get_paginator("query").paginate(
            TableName=self._table_name,
            KeyConditionExpression="pk = :feed AND begins_with(sk, :day)",
            ExpressionAttributeValues={":feed": {"S": str(self._feed)}, ":day": {"S": _DAY}},
            ConsistentRead=True,
        )
        return [
            item["sk"]["S"].removeprefix(_DAY) for page in pages for item in page.get("Items", ())
        ]

    def bars(self, day: date) -> list[Bar]:
        """The one-minute bars of one trading day, merged where files share a minute.

        Raises:
            ArchivedError: Some of them are archived.
        """
        prefix = f"data/bars/partner={self._feed.partner}/feed={self._feed.name}/date={day}/"
        pages = self._store.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        with self._open(keys) as files:
            return list(bars.read(files, timed=True)) if files else []

    @contextmanager
    def _open(self, keys: Sequence[str]) -> Iterator[list[Path]]:
        """Objects as files, which lie on disk meanwhile; all that is archived is asked for."""
        with TemporaryDirectory() as folder:
            archived = [
                key
                for place, key in enumerate(keys)
                if not self._fetch(key, Path(folder, str(place)))
            ]
            if archived:
                raise ArchivedError(restore(self._store, self._bucket, archived))
            yield [Path(folder, str(place)) for place in range(len(keys))]

    def _fetch(self, key: str, to: Path) -> bool:
        """Write an object into a file; False where it is archived."""
        try:
            body = self._store.get_object(Bucket=self._bucket, Key=key)["Body"]
        except ClientError as error:
            if is_archived(error):
                return False
            raise
        with to.open("wb") as target:
            for piece in body.iter_chunks(1 << 20):
                target.write(piece)
        return True


def objects(feed: Feed, day: str, last: int, levels: Sequence[int]) -> list[str]:
    """What a trading day consists of, in the order of numbers: see `Tree.Objects` of the functions.

    Args:
        feed: The feed.
        day: The day, YYYY-MM-DD.
        last: The highest number that has trades on it.
        levels: Per level of the tree, which children the node has that `last` will be below: the
            lowest bit is the first.
    """
    keys = []
    for level, children in reversed(list(enumerate(levels, 1))):
        width = _FANOUT**level
        for child in range(_FANOUT):
            number = last // width * width + child * (width // _FANOUT)
            if children >> child & 1 and level > 1:
                keys.append(f"aggregates/{feed}/{day}/{level - 1}/{number:018}.parquet")
            elif children >> child & 1:
                table = f"data/days/partner={feed.partner}/feed={feed.name}"
                keys.append(f"{table}/date={day}/{number:018}.parquet")
    return keys


def _figures(bar: Bar) -> dict[str, Any]:
    """A symbol's day as the command writes it: exact, without trailing zeros."""
    decimals = ("open", "high", "low", "close", "volume", "notional", "vwap")
    return {
        **{name: bars.text(name, getattr(bar, name)) for name in decimals},
        "openTime": bars.text("open_time", bar.open_time),
        "closeTime": bars.text("close_time", bar.close_time),
        "trades": bar.trades,
    }


def summary_rows(day: dict[str, Any]) -> Sequence[Sequence[str]]:
    """The day per symbol as rows of text: the symbol, then SUMMARY_COLUMNS."""
    return [
        (symbol, *(str(values[column]) for column in SUMMARY_COLUMNS))
        for symbol, values in sorted(day["symbols"].items())
    ]
