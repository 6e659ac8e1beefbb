"""The status table as an operator changes it: read items, write them if nothing moved meanwhile.

As in the functions, an item has a `generation`, raised by each write; a write takes effect only if
every item it names still has the generation at which it was read.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import ClientError

from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.names import Feed

Item = dict[str, Any]
T = TypeVar("T")
_TRIES = 20
MOST_ITEMS = 100  # that DynamoDB writes at once


def number_key(number: int) -> str:
    """The sort key of a number in the order."""
    return f"NUMBER#{number:018}"


class Table:
    """The items of one feed.

    Args:
        deployment: The stack, under the operator's rights.
        feed: The feed.
    """

    def __init__(self, deployment: Deployment, feed: Feed) -> None:
        self._client = deployment.client("dynamodb")
        self._name = deployment.output("tableName")
        self._feed = str(feed)
        self._read, self._write = TypeDeserializer(), TypeSerializer()

    def get(self, sort: str) -> Item:
        """One item as it is now; an absent one has no attributes but its key and generation 0."""
        key = self._key(sort)
        found = self._client.get_item(TableName=self._name, Key=key, ConsistentRead=True)
        return self._item(found.get("Item", key))

    def numbers(self, first: int = 1, last: int = 10**18 - 1) -> Iterator[Item]:
        """The numbers of the order from `first` to `last`, without those that are missing."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :feed AND sk BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":feed": {"S": self._feed},
                ":first": {"S": number_key(first)},
                ":last": {"S": number_key(last)},
            },
            ConsistentRead=True,
        )
        for page in pages:
            yield from map(self._item, page["Items"])

    def each(self, numbers: range) -> Iterator[tuple[int, Item]]:
        """Some numbers, each with its item as `get` gives it, read at once."""
        found = {item["sk"]: item for item in self.numbers(numbers[0], numbers[-1])}
        for number in numbers:
            sort = number_key(number)
            yield number, found.get(sort) or self._item(self._key(sort))

    def change(self, work: Callable[[], tuple[T, Iterable[Item]]]) -> T:
        """Read, decide and write as one step, anew while others write the same items.

        Args:
            work: Reads items and returns its answer and the items to write as they are to be,
                `MOST_ITEMS` at most.
        """
        for _ in range(_TRIES):
            answer, items = work()
            puts = [{"Put": self._put(item)} for item in items]
            try:
                if puts:
                    self._client.transact_write_items(TransactItems=puts)
            except ClientError as error:
                if error.response["Error"]["Code"] != "TransactionCanceledException":
                    raise
                continue
            return answer
        raise CommandError(f"The feed {self._feed} is changing too fast; try again in a moment.")

    def _key(self, sort: str) -> dict[str, Any]:
        return {"pk": {"S": self._feed}, "sk": {"S": sort}}

    def _item(self, attributes: dict[str, Any]) -> Item:
        item = {name: self._read.deserialize(value) for name, value in attributes.items()}
        return {"generation": 0, **item}

    def _put(self, item: Item) -> dict[str, Any]:
        generation = item["generation"]
        new = {**item, "generation": generation + 1}
        put = {
            "TableName": self._name,
            "Item": {name: self._write.serialize(value) for name, value in new.items()},
        }
        if generation == 0:
            return {**put, "ConditionExpression": "attribute_not_exists(pk)"}
        return {
            **put,
            "ConditionExpression": "generation = :generation",
            "ExpressionAttributeValues": {":generation": self._write.serialize(generation)},
        }
