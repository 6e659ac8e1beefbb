"""Dataclasses to JSON and back: snake_case fields become camelCase keys, None is left out."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")

_hints: Callable[[Any], Mapping[str, Any]] = cache(typing.get_type_hints)


def encode(value: Any) -> Any:
    """A JSON-ready copy of a dataclass, or of what its fields hold."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            _key(field.name): encode(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if getattr(value, field.name) is not None
        }
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


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
def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
