"""Dataclasses to JSON and back: snake_case fields become camelCase keys, None is left out."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

_hints: Callable[[Any], Mapping[str, Any]] = cache(typing.get_type_hints)


def encode(value: Any) -> Any:
    """A JSON-ready copy of a dataclass, or of what its fields hold."""
    if isinstance(value, str):
        return str(value)  # an enumeration's member too
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            key: encode(item)
            for name, key in _keys(type(value))
            if (item := getattr(value, name)) is not None
        }
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value


def decode(kind: type[T], document: Mapping[str, Any]) -> T:
    """The dataclass of a document that its schema has accepted."""
    return kind(
        **{name: _value(hint, document.get(_key(name))) for name, hint in _hints(kind).items()}
    )


def _value(hint: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        plain = next(argument for argument in arguments if argument is not types.NoneType)
        return None if value is None else _value(plain, value)
    if origin is tuple:
        return tuple(_value(arguments[0], item) for item in value)
    if origin is not None:
        return dict(value)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return decode(hint, value)
    if hint in (date, datetime):
        return hint.fromisoformat(value)
    return hint(value)


@cache
def _keys(kind: type) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, _key(field.name)) for field in dataclasses.fields(kind))


@cache
def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
