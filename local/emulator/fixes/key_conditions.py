"""A query looks at the items that its key condition names, not at its whole partition.

Not a difference in behaviour but in speed: the stock emulator sorts all items of the partition and
parses the key condition anew for each. Here a query is given the table with no more of the
partition than its condition lets through, or one item if that is nothing; the first of these is
judged by the stock evaluation, which refuses what is malformed. Only conditions on string keys of
the table itself are known; any other goes the stock way.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.core.responses import AccountRegionScopedDict
from ministack.services import dynamodb

_SLOT = "KeyConditionExpression"
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "EQ": operator.eq,
    "LT": operator.lt,
    "LE": operator.le,
    "GT": operator.gt,
    "GE": operator.ge,
}
_NAMES = ("IDENT", "NAME_REF")
_WORDS = ("BETWEEN", "AND", "BEGINS_WITH")


@dataclass(frozen=True)
class _Comparison:
    """What is asked of one key: a test, and the one value that passes it if there is but one."""

    holds: Callable[[str], bool]
    equals: str | None = None


@dataclass
class _Query:
    """A query under way: its comparisons by key, and whether one has judged what it is given."""

    comparisons: dict[str, _Comparison]
    narrowed: bool = False
    judged: bool = False

    def table(self, stock: dict[str, Any]) -> dict[str, Any]:
        """The table as this query sees it: of all its items, those that it asks for."""
        partition, sort = stock["pk_name"], stock["sk_name"]
        wanted = self.comparisons.get(partition)
        if (
            wanted is None
            or wanted.equals is None
            or not self.comparisons.keys() <= {partition, sort}
            or dynamodb._get_attr_type(stock, sort) != "S"
        ):
            return stock
        items = list(stock["items"].get(wanted.equals, {}).items())
        found = items
        if sort in self.comparisons:
            holds = self.comparisons[sort].holds
            found = [(key, item) for key, item in items if holds(key)]
        # Where nothing is found, the stock evaluation turns down the one item given instead.
        self.narrowed = bool(found)
        return {**stock, "items": {wanted.equals: dict(found or items[:1])}}


_query: ContextVar[_Query | None] = ContextVar("query", default=None)


class _Tables(AccountRegionScopedDict):  # type: ignore[misc]  # an untyped base
    """The emulator's tables, narrowed for whoever asks within a query."""

    __slots__ = ()

    def get(self, key: str, default: Any = None) -> Any:
        table, query = super().get(key, default), _query.get()
        return query.table(table) if query is not None and table else table


def _narrow(stock: Any) -> Any:
    def query(data: dict[str, Any]) -> Any:
        comparisons = None if data.get("IndexName") else _read(data)
        token = _query.set(_Query(comparisons) if comparisons else None)
        try:
            return stock(data)
        finally:
            _query.reset(token)

    return query


def _judge_once(stock: Any) -> Any:
    def evaluate(
        expression: str, item: Any, values: Any, names: Any, slot: str = "ConditionExpression"
    ) -> Any:
        query = _query.get()
        if slot != _SLOT or query is None or not query.narrowed:
            return stock(expression, item, values, names, slot)
        if query.judged:
            return True
        judged = stock(expression, item, values, names, slot)
        query.judged = True
        return judged

    return evaluate


def _read(data: Mapping[str, Any]) -> dict[str, _Comparison] | None:
    """The comparisons of a query's key condition, or None if one is of another form."""
    values = data.get("ExpressionAttributeValues") or {}
    names = data.get("ExpressionAttributeNames") or {}
    try:
        clauses = dynamodb._key_condition_clauses(dynamodb._tokenize(data.get(_SLOT) or ""))
        read = [_comparison(clause, values, names) for clause in clauses]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None  # malformed: the stock evaluation says how
    known = dict(comparison for comparison in read if comparison is not None)
    return known if len(known) == len(read) else None


def _comparison(
    clause: list[tuple[str, str]], values: Mapping[str, Any], names: Mapping[str, str]
) -> tuple[str, _Comparison] | None:
    """`key = :v` and the like, `key BETWEEN :a AND :b`, or `begins_with(key, :v)`, of strings."""
    form = [text.upper() if text.upper() in _WORDS else kind for kind, text in clause]
    named = [names.get(text, text) for kind, text in clause if kind in _NAMES]
    bounds = [values[text].get("S") for kind, text in clause if kind == "VALUE_REF"]
    if not bounds or not all(isinstance(bound, str) for bound in bounds):
        return None
    low, high = bounds[0], bounds[-1]
    match form:
        case [("IDENT" | "NAME_REF"), "EQ", "VALUE_REF"]:
            return named[0], _Comparison(low.__eq__, low)
        case [("IDENT" | "NAME_REF"), comparison, "VALUE_REF"] if comparison in _COMPARISONS:
            compare = _COMPARISONS[comparison]
            return named[0], _Comparison(lambda value: compare(value, low))
        case [("IDENT" | "NAME_REF"), "BETWEEN", "VALUE_REF", "AND", "VALUE_REF"]:
            return named[0], _Comparison(lambda value: low <= value <= high)
        case ["BEGINS_WITH", "LPAREN", ("IDENT" | "NAME_REF"), "COMMA", "VALUE_REF", "RPAREN"]:
            return named[1], _Comparison(lambda value: value.startswith(low))
    return None


def apply() -> None:
    """Give every query the part of the table that it asks for."""
    dynamodb._tables = _Tables()
    dynamodb._query = _narrow(dynamodb._query)
    dynamodb._evaluate_condition = _judge_once(dynamodb._evaluate_condition)
