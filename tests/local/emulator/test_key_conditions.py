"""A query that looks at its range alone finds what the stock evaluation finds."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.emulator.kit import Account, unique

SORT_KEYS = ("FEED", "FILE#a", "FILE#a#b", "FILE#b", "NUMBER#1", "NUMBER#2", "é", "\U0001f4c8")
CONDITIONS = (
    ("#s = :a", "FILE#a", None),
    ("#s < :a", "FILE#b", None),
    ("#s <= :a", "FILE#b", None),
    ("#s > :a", "FILE#b", None),
    ("#s >= :a", "FILE#b", None),
    (":a <= #s", "FILE#b", None),
    ("#s BETWEEN :a AND :b", "FILE#a#", "NUMBER#1"),
    ("#s between :a and :b", "FILE#a", "FILE#a"),
    ("begins_with(#s, :a)", "FILE#", None),
    ("begins_with ( #s , :a )", "none", None),
)


def _table(
    account: Account, sort_type: str, items: list[dict[str, Any]], sort_key: str = "sk"
) -> str:
    dynamodb = account.client("dynamodb")
    name = unique("table")
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "pk", "AttributeType": "S"},
            {"AttributeName": sort_key, "AttributeType": sort_type},
        ],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": sort_key, "KeyType": "RANGE"},
        ],
    )
    for item in items:
        dynamodb.put_item(TableName=name, Item=item)
    return name


def _holds(condition: str, low: str, high: str | None, value: str) -> bool:
    """The condition as Python has it: its strings are in the order of their UTF-8 bytes."""
    if condition.startswith("begins_with"):
        return value.startswith(low)
    if high is not None:
        return low <= value <= high
    operator = condition.split()[1]
    left, right = (low, value) if condition.startswith(":a") else (value, low)
    return {
        "=": left == right,
        "<": left < right,
        "<=": left <= right,
        ">": left > right,
        ">=": left >= right,
    }[operator]


@pytest.mark.parametrize(("condition", "low", "high"), CONDITIONS)
def test_query_gives_the_items_whose_key_is_in_range(
    account: Account, condition: str, low: str, high: str | None
) -> None:
    partitions = ("one", "another")
    items = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk in partitions for sk in SORT_KEYS]
    table = _table(account, "S", items)
    bounds = {":a": {"S": low}, **({":b": {"S": high}} if high is not None else {})}

    found = account.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression=f"#p = :p AND {condition}",
        ExpressionAttributeNames={"#p": "pk", "#s": "sk"},
        ExpressionAttributeValues={":p": {"S": "one"}, **bounds},
    )["Items"]

    expected = sorted(key for key in SORT_KEYS if _holds(condition, low, high, key))
    assert [(item["pk"]["S"], item["sk"]["S"]) for item in found] == [
        ("one", key) for key in expected
    ]


def test_numbers_are_compared_as_numbers(account: Account) -> None:
    table = _table(
        account, "N", [{"pk": {"S": "one"}, "sk": {"N": n}} for n in ("-1", "9", "10", "100")]
    )

    found = account.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :p AND sk BETWEEN :a AND :b",
        ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"N": "9"}, ":b": {"N": "10.0"}},
    )["Items"]

    assert [item["sk"]["N"] for item in found] == ["9", "10"]


def test_each_query_has_its_own_bounds(account: Account) -> None:
    table = _table(account, "S", [{"pk": {"S": "one"}, "sk": {"S": sk}} for sk in SORT_KEYS])
    dynamodb = account.client("dynamodb")

    def ask(prefix: str) -> list[str]:
        found = dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
            ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": prefix}},
        )
        return [item["sk"]["S"] for item in found["Items"]]

    assert ask("NUMBER#") == ["NUMBER#1", "NUMBER#2"]
    assert ask("FILE#a") == ["FILE#a", "FILE#a#b"]
    assert ask("NUMBER#") == ["NUMBER#1", "NUMBER#2"]


@pytest.mark.parametrize("forward", [True, False])
def test_pages_of_a_query_are_its_items_one_by_one(account: Account, forward: bool) -> None:
    table = _table(account, "S", [{"pk": {"S": "one"}, "sk": {"S": sk}} for sk in SORT_KEYS])
    pages = (
        account.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=table,
            KeyConditionExpression="pk = :p AND sk BETWEEN :a AND :b",
            ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": "FILE#"}, ":b": {"S": "é"}},
            ScanIndexForward=forward,
            PaginationConfig={"PageSize": 1},
        )
    )

    found = [[item["sk"]["S"] for item in page["Items"]] for page in pages]

    expected = sorted(SORT_KEYS[1:-1], reverse=not forward)
    assert found == [*([key] for key in expected), []]


def test_partition_alone_gives_all_of_it(account: Account) -> None:
    items = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk in ("one", "another") for sk in SORT_KEYS]
    table = _table(account, "S", items)

    found = account.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :p",
        ExpressionAttributeValues={":p": {"S": "one"}},
    )["Items"]

    assert [item["sk"]["S"] for item in found] == sorted(SORT_KEYS)
    assert {item["pk"]["S"] for item in found} == {"one"}


def test_filter_judges_every_item_in_range(account: Account) -> None:
    items = [
        {"pk": {"S": "one"}, "sk": {"S": sk}, "n": {"N": str(n)}} for n, sk in enumerate(SORT_KEYS)
    ]
    table = _table(account, "S", items)

    answer = account.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
        FilterExpression="n > :n",
        ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": "FILE#"}, ":n": {"N": "1"}},
    )

    assert [item["sk"]["S"] for item in answer["Items"]] == ["FILE#a#b", "FILE#b"]
    assert answer["ScannedCount"] == 3


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("pk = :p AND other = :a", "Query condition missed key schema element"),
        ("pk = :p AND sk = :a AND sk = :a", "only contain one condition per key"),
        ("begins_with(pk, :p) AND sk = :a", "."),
        ("pk = :p AND sk IN (:a)", "."),
    ],
)
def test_condition_that_is_none_is_refused(account: Account, condition: str, message: str) -> None:
    table = _table(account, "S", [{"pk": {"S": "one"}, "sk": {"S": sk}} for sk in SORT_KEYS])

    with pytest.raises(ClientError, match=message):
        account.client("dynamodb").query(
            TableName=table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": "FILE#a"}},
        )


@pytest.mark.parametrize(
    "start", [{}, {"ExclusiveStartKey": {"pk": {"S": "one"}, "name": {"S": "y"}}}]
)
@pytest.mark.parametrize("name", ["FILE#a", "none"])
def test_condition_is_refused_whether_or_not_anything_is_in_range(
    account: Account, name: str, start: dict[str, Any]
) -> None:
    table = _table(
        account, "S", [{"pk": {"S": "one"}, "name": {"S": sk}} for sk in SORT_KEYS], "name"
    )

    with pytest.raises(ClientError, match="reserved keyword: name"):
        account.client("dynamodb").query(
            TableName=table,
            KeyConditionExpression="pk = :p AND name = :a",
            ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": name}},
            **start,
        )


def test_start_key_in_a_range_without_items_gives_none(account: Account) -> None:
    table = _table(account, "S", [{"pk": {"S": "one"}, "sk": {"S": "FILE#a"}}])

    found = account.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
        ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": "FEED"}},
        ExclusiveStartKey={"pk": {"S": "one"}, "sk": {"S": "FEED#0"}},
    )

    assert (found["Items"], found["ScannedCount"]) == ([], 0)


def test_items_of_a_query_are_those_of_the_moment(account: Account) -> None:
    table = _table(account, "S", [{"pk": {"S": "one"}, "sk": {"S": "FILE#a"}}])
    dynamodb = account.client("dynamodb")

    def ask() -> list[str]:
        found = dynamodb.query(
            TableName=table,
            KeyConditionExpression="pk = :p AND begins_with(sk, :a)",
            ExpressionAttributeValues={":p": {"S": "one"}, ":a": {"S": "FILE#"}},
        )
        return [item["sk"]["S"] for item in found["Items"]]

    assert ask() == ["FILE#a"]
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "one"}, "sk": {"S": "FILE#b"}})
    assert ask() == ["FILE#a", "FILE#b"]
    dynamodb.delete_item(TableName=table, Key={"pk": {"S": "one"}, "sk": {"S": "FILE#a"}})
    assert ask() == ["FILE#b"]
