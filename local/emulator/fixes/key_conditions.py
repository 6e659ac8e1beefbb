"""A query tests its key condition on the items of a partition without parsing it for each.

Not a difference in behaviour but in speed: the stock emulator checks and parses the key condition
anew for every item of the partition, most of what a query takes. Here the first item is judged by
the stock evaluation, which refuses what is malformed; for the others, the comparisons that were
read once are enough. They know string keys; a condition on numbers or bytes stays with the stock
evaluation.
"""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import dynamodb

_Test = Callable[[Mapping[str, Any]], bool]

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


class _Last(threading.local):
    """The condition that this thread tested last, and how: by identity, so never another's."""

    condition: tuple[Any, Any, Any] = (None, None, None)
    test: _Test | None = None


def _remember(stock: Any) -> Any:
    last = _Last()

    def evaluate(
        expression: str, item: Any, values: Any, names: Any, slot: str = "ConditionExpression"
    ) -> Any:
        if slot != _SLOT:
            return stock(expression, item, values, names, slot)
        condition = (expression, values, names)
        if any(a is not b for a, b in zip(condition, last.condition, strict=True)):
            judged = stock(expression, item, values, names, slot)
            last.condition, last.test = condition, _test(expression, values, names)
            return judged
        if last.test is None:
            return stock(expression, item, values, names, slot)
        return last.test(item)

    return evaluate


def _test(expression: str, values: Mapping[str, Any], names: Mapping[str, str]) -> _Test | None:
    """All the condition's comparisons in one, or None if one of them is of another form."""
    clauses = dynamodb._key_condition_clauses(dynamodb._tokenize(expression))
    tests = [_comparison(clause, values, names) for clause in clauses]
    known = [test for test in tests if test is not None]
    if len(known) < len(tests):
        return None
    return lambda item: all(test(item) for test in known)


def _comparison(
    clause: list[tuple[str, str]], values: Mapping[str, Any], names: Mapping[str, str]
) -> _Test | None:
    """`key = :v` and the like, `key BETWEEN :a AND :b`, or `begins_with(key, :v)`, of strings."""
    form = [text.upper() if text.upper() in _WORDS else kind for kind, text in clause]
    named = [names.get(text, text) for kind, text in clause if kind in _NAMES]
    bounds = [values[text].get("S") for kind, text in clause if kind == "VALUE_REF"]
    if not bounds or not all(isinstance(bound, str) for bound in bounds):
        return None
    low, high = bounds[0], bounds[-1]
    match form:
        case [("IDENT" | "NAME_REF"), comparison, "VALUE_REF"] if comparison in _COMPARISONS:
            compare = _COMPARISONS[comparison]
            return _of_string(named[0], lambda value: compare(value, low))
        case [("IDENT" | "NAME_REF"), "BETWEEN", "VALUE_REF", "AND", "VALUE_REF"]:
            return _of_string(named[0], lambda value: low <= value <= high)
        case ["BEGINS_WITH", "LPAREN", ("IDENT" | "NAME_REF"), "COMMA", "VALUE_REF", "RPAREN"]:
            return _of_string(named[1], lambda value: value.startswith(low))
    return None


def _of_string(name: str, holds: Callable[[str], bool]) -> _Test:
    def test(item: Mapping[str, Any]) -> bool:
        value = item.get(name, {}).get("S")
        return value is not None and holds(value)

    return test


def apply() -> None:
    """Test key conditions by what was read of them once."""
    dynamodb._evaluate_condition = _remember(dynamodb._evaluate_condition)
