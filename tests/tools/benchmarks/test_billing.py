"""What a call is billed as: the sizes and units of the services' own documentation."""

from typing import Any

import pytest

from tools.benchmarks.billing import Table, item_bytes, s3, sqs

KEY = {"pk": {"S": "acme/x"}, "sk": {"S": "FEED"}}


def item(size: int) -> dict[str, Any]:
    """An item of so many bytes."""
    return {**KEY, "a": {"S": "x" * (size - item_bytes(KEY) - 1)}}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "äb"}, 3),
        ({"N": "1"}, 2),
        ({"N": "123"}, 3),
        ({"BOOL": True}, 1),
        ({"L": [{"S": "ab"}]}, 3 + 1 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
    ],
)
def test_attribute_takes_its_name_and_its_value(value: dict[str, Any], size: int) -> None:
    assert item_bytes({"name": value}) == 4 + size


@pytest.mark.parametrize(("size", "units"), [(100, 1), (1024, 1), (1025, 2)])
def test_write_takes_a_unit_for_each_kilobyte(size: int, units: int) -> None:
    bill = Table().bill("PutItem", {"Item": item(size)}, {})
    assert bill.units == {"write unit": units}


def test_smaller_item_in_the_place_of_a_larger_is_billed_as_the_larger() -> None:
    table = Table()
    table.bill("PutItem", {"Item": item(3000)}, {})
    assert table.bill("PutItem", {"Item": item(100)}, {}).units == {"write unit": 3}
    assert table.bill("PutItem", {"Item": item(100)}, {}).units == {"write unit": 1}


def test_transaction_takes_twice_as_much_for_what_it_writes_and_what_it_checks() -> None:
    table = Table()
    other = {"pk": {"S": "acme/x"}, "sk": {"S": "NUMBER#1"}}
    table.bill("GetItem", {"Key": other}, {"Item": {**other, "a": {"S": "x" * 2000}}})
    parts = [{"Put": {"Item": item(1025)}}, {"ConditionCheck": {"Key": other}}]
    bill = table.bill("TransactWriteItems", {"TransactItems": parts}, {})
    assert bill.units == {"write unit": 2 * 2 + 2 * 2}


@pytest.mark.parametrize(
    ("size", "consistent", "units"), [(100, True, 1), (100, False, 0.5), (4097, True, 2)]
)
def test_read_takes_a_unit_for_four_kilobytes(size: int, consistent: bool, units: float) -> None:
    request = {"Key": KEY, "ConsistentRead": consistent}
    assert Table().bill("GetItem", request, {"Item": item(size)}).units == {"read unit": units}


def test_missing_item_takes_a_unit_to_read() -> None:
    bill = Table().bill("GetItem", {"Key": KEY, "ConsistentRead": True}, {})
    assert bill.units == {"read unit": 1}


def test_other_services_are_billed_by_request() -> None:
    assert s3("PUT").units == {"S3 write": 1}
    assert s3("HEAD").units == {"S3 read": 1}
    assert sqs("SendMessage").units == {"queue request": 1}
