"""What a call of an AWS service is billed as, told from its request and its answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KB = 1024
_WRITE, _READ = KB, 4 * KB  # bytes of one unit


@dataclass(frozen=True, kw_only=True)
class Bill:
    """What one call comes to.

    Attributes:
        kind: The service and what is done, such as "DynamoDB TransactWriteItems".
        units: How many of which of `pipeline.prices` it takes, by the price's name.
    """

    kind: str
    units: Mapping[str, float] = field(default_factory=dict)


def item_bytes(item: Mapping[str, Any]) -> int:
    """The size of an item in DynamoDB's JSON, as it is billed.

    Source: "DynamoDB item sizes and formats" in the DynamoDB developer guide. A number takes one
    byte for two digits and one more, a list or map three and one for each element.
    """
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return (len(content.strip("-0.")) + 1) // 2 + 1
        case "L":
            return 3 + sum(1 + _value_bytes(element) for element in content)
        case "M":
            return 3 + sum(
                1 + len(name.encode()) + _value_bytes(element) for name, element in content.items()
            )
        case "B":
            return len(content) * 3 // 4
        case _:  # BOOL and NULL
            return 1


def _rounded_up(size: float, unit: int) -> float:
    return max(1, -(-size // unit))


class Table:
    """The bill of a table's calls. It remembers items' sizes, for what only checks them."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}

    def bill(self, action: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Bill:
        """What a call comes to, whether or not its condition held: DynamoDB bills both."""
        kind = f"DynamoDB {action}"
        match action:
            case "GetItem":
                size = item_bytes(answer.get("Item", {}))
                self._sizes[_key(request["Key"])] = size
                units = _rounded_up(size, _READ)
                consistent = request.get("ConsistentRead", False)
                return Bill(kind=kind, units={"read unit": units if consistent else units / 2})
            case "Query":
                size = sum(map(item_bytes, answer.get("Items", [])))
                units = _rounded_up(size, _READ)
                consistent = request.get("ConsistentRead", False)
                return Bill(kind=kind, units={"read unit": units if consistent else units / 2})
            case "PutItem":
                return Bill(kind=kind, units={"write unit": self._put(request["Item"])})
            case "TransactWriteItems":
                parts = request["TransactItems"]
                return Bill(kind=kind, units={"write unit": 2 * sum(map(self._part, parts))})
        return Bill(kind=kind)

    def _put(self, item: Mapping[str, Any]) -> float:
        key, size = _key(item), item_bytes(item)
        larger = max(size, self._sizes.get(key, 0))
        self._sizes[key] = size
        return _rounded_up(larger, _WRITE)

    def _part(self, part: Mapping[str, Any]) -> float:
        """A part of a transaction; what is only checked is billed like what is written."""
        if "Put" in part:
            return self._put(part["Put"]["Item"])
        return _rounded_up(self._sizes.get(_key(part["ConditionCheck"]["Key"]), 0), _WRITE)


def _key(item: Mapping[str, Any]) -> str:
    return json.dumps([item["pk"], item["sk"]])


def s3(method: str) -> Bill:
    """What a call of S3 comes to."""
    unit = "S3 read" if method in ("GET", "HEAD") else "S3 write"
    return Bill(kind=f"S3 {method}", units={unit: 1})


def sqs(action: str) -> Bill:
    """What a call of SQS comes to: a message of this pipeline is far below 64 KB."""
    return Bill(kind=f"SQS {action}", units={"queue request": 1})
