"""Dataclasses to JSON and back: snake_case fields become camelCase keys, None is left out."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


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
    hint: Any = kind
    decoded: T = _reader(hint)(document)
    return decoded


@cache
def _reader(hint: Any) -> Any:
    """The function that makes a value of this type from JSON; each type is looked at once."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        plain = _reader(next(a for a in arguments if a is not types.NoneType))
        return lambda value: None if value is None else plain(value)
    if origin is tuple:
        item = _reader(arguments[0])
        return lambda value: tuple(map(item, value))
    if origin is not None:
        return dict
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        fields = [
            (field.name, _key(field.name), _reader(hints[field.name]), _has_default(field))
            for field in dataclasses.fields(hint)
        ]
        return lambda value: hint(
            **{
                name: read(value.get(key))
                for name, key, read, optional in fields
                if key in value or not optional
            }
        )
    if hint in (date, datetime):
        return hint.fromisoformat
    return hint


def _has_default(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is not missing or field.default_factory is not missing


@cache
def _keys(kind: type) -> tuple[tuple[str, str], ...]:
    return tuple((field.name, _key(field.name)) for field in dataclasses.fields(kind))


@cache
def _key(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
