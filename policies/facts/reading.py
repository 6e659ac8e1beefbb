"""Safe reading of a resource's properties: nothing unknown, malformed or missing slips through.

The engine hands over JSON with sentinels for unknown values, floats for integers and wrappers
around secrets. `Node` is the one way in which rules read it: every typed read returns the value,
None if it is missing, or raises `UndeterminedError` or `MalformedError`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol

from policies.facts.wire import UNKNOWN


class Owner(Protocol):
    """The resource that a property belongs to."""

    @property
    def urn(self) -> str:
        """Pulumi's identifier."""

    @property
    def name(self) -> str:
        """The name that the program gives it."""

    @property
    def depends_on(self) -> Mapping[str, tuple[str, ...]]:
        """Per property, the URNs of the resources that its value is made from."""


class Taken(str):
    """A value that is unknown, taken for a reference (`facts/references.py`).

    Args:
        text: What it is taken for.
        path: The property, with the name of its resource in front.
    """

    path: str

    def __new__(cls, text: str, path: str) -> "Taken":
        """A text that knows where it stands."""
        made = super().__new__(cls, text)
        made.path = path
        return made


_NOTES: ContextVar[set[str] | None] = ContextVar("notes", default=None)


def note(paths: Iterable[str]) -> None:
    """Keep that what is being judged rests on properties that are taken for references."""
    notes = _NOTES.get()
    if notes is not None:
        notes.update(paths)


@contextmanager
def noting() -> Iterator[set[str]]:
    """Collect the properties, with their resources' names, that are taken for references."""
    notes: set[str] = set()
    before = _NOTES.set(notes)
    try:
        yield notes
    finally:
        _NOTES.reset(before)


class UndeterminedError(Exception):
    """A rule read a value that is unknown.

    Args:
        path: The property.
        because: Why it is unknown.
        remedy: What makes it known.
        owner: The resource whose property it is, where it is one's.
    """

    def __init__(
        self,
        path: str,
        because: str = "it is unknown until it is deployed",
        remedy: str = (
            "Compute it in the program, as ARNs from account, region and name, or pass on one "
            "output of one resource as it is."
        ),
        *,
        owner: Owner | None = None,
    ) -> None:
        super().__init__(path)
        self.path = path
        self.because = because
        self.remedy = remedy
        self.owner = owner


class MalformedError(Exception):
    """A rule read a value of a type that the property cannot have."""

    def __init__(self, path: str, expected: str) -> None:
        super().__init__(f"{path} is not {expected}")


def _members_once(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of a JSON text. Of two members of one name, nobody knows which AWS would take."""
    found = dict(members)
    if len(found) < len(members):
        raise ValueError("a member stands there twice")
    return found


class Node:
    """A value, the path that leads to it, and the resource that it belongs to."""

    __slots__ = ("owner", "path", "value")

    def __init__(self, value: Any, path: str = "", owner: Owner | None = None) -> None:
        self.value = value
        self.path = path
        self.owner = owner

    def at(self, key: str) -> str:
        """The path of a property of this object."""
        return f"{self.path}.{key}" if self.path else key

    def child(self, key: str) -> "Node | None":
        """The property `key`, or None when it is missing or null."""
        value = self._known(self.value, self.path)
        if not isinstance(value, dict):
            raise MalformedError(self.path, "an object")
        found = value.get(key)
        if found is None:
            return None
        return self._below(self._known(found, self.at(key)), self.at(key))

    def has(self, key: str) -> bool:
        """Whether the property is there at all, known or not."""
        value = self._known(self.value, self.path)
        return isinstance(value, dict) and value.get(key) is not None

    def is_unknown(self, key: str) -> bool:
        """Whether the property is there and unknown."""
        return self.has(key) and self.value[key] is UNKNOWN

    def is_empty(self, key: str) -> bool:
        """Whether the property is missing or an empty object, list or string."""
        found = self.child(key)
        return found is None or found.value in ({}, [], "")

    def text(self, key: str) -> str | None:
        """A string property."""
        found = self.child(key)
        return None if found is None else found.as_text()

    def integer(self, key: str) -> int | None:
        """An integer property."""
        found = self.child(key)
        if found is None:
            return None
        if isinstance(found.value, bool) or not isinstance(found.value, int):
            raise MalformedError(found.path, "an integer")
        return found.value

    def number(self, key: str) -> int | float | None:
        """A number property, whole or not."""
        found = self.child(key)
        if found is None:
            return None
        if isinstance(found.value, bool) or not isinstance(found.value, int | float):
            raise MalformedError(found.path, "a number")
        return found.value

    def flag(self, key: str) -> bool | None:
        """A boolean property."""
        found = self.child(key)
        if found is None:
            return None
        if not isinstance(found.value, bool):
            raise MalformedError(found.path, "a boolean")
        return found.value

    def object(self, key: str) -> "Node":
        """An object property; an empty object when it is missing."""
        found = self.child(key)
        if found is None:
            return self._below({}, self.at(key))
        if not isinstance(found.value, dict):
            raise MalformedError(found.path, "an object")
        return found

    def items(self, key: str) -> list["Node"]:
        """The elements of a list property; none when it is missing."""
        found = self.child(key)
        return [] if found is None else found.elements()

    def elements(self) -> list["Node"]:
        """The elements of this list, each of them known."""
        if not isinstance(self.value, list):
            raise MalformedError(self.path, "a list")
        return [
            self._below(self._known(item, f"{self.path}[{index}]"), f"{self.path}[{index}]")
            for index, item in enumerate(self.value)
        ]

    def one_or_many(self, key: str) -> list["Node"]:
        """The elements of a property that may be a list or a single value, as in IAM documents."""
        found = self.child(key)
        if found is None:
            return []
        return found.elements() if isinstance(found.value, list) else [found]

    def texts(self, key: str) -> list[str]:
        """The strings of a property that is a list or a single string; none when missing."""
        return [item.as_text() for item in self.one_or_many(key)]

    def document(self, key: str) -> "Node | None":
        """A property that holds JSON in a string (or already an object), parsed."""
        found = self.child(key)
        if found is None or isinstance(found.value, dict):
            return found
        try:
            parsed = json.loads(found.as_text(), object_pairs_hook=_members_once)
        except ValueError as error:
            raise MalformedError(found.path, "valid JSON") from error
        if not isinstance(parsed, dict):
            raise MalformedError(found.path, "a JSON object")
        return self._below(parsed, found.path)

    def as_text(self) -> str:
        """This value, which has to be a string."""
        value = self._known(self.value, self.path)
        if not isinstance(value, str):
            raise MalformedError(self.path, "a string")
        return value

    def members(self) -> Iterator[tuple[str, "Node"]]:
        """The properties of this object, unknown ones included."""
        if not isinstance(self.value, dict):
            raise MalformedError(self.path, "an object")
        for key, value in self.value.items():
            yield key, self._below(value, self.at(key))

    def leaves(self) -> Iterator["Node"]:
        """Every scalar below this value, unknown ones left out."""
        if isinstance(self.value, dict):
            for _, member in self.members():
                yield from member.leaves()
        elif isinstance(self.value, list):
            for index, item in enumerate(self.value):
                yield from self._below(item, f"{self.path}[{index}]").leaves()
        elif self.value is not UNKNOWN and self.value is not None:
            yield self

    def scalars(self, *, but: tuple[str, ...], key: str = "") -> Iterator[tuple[str, "Node"]]:
        """Every scalar below this value, unknown ones too, each with the name that it stands under.

        Args:
            but: Names of properties that are left out.
            key: The name that this value stands under.
        """
        if isinstance(self.value, dict):
            for name, member in self.members():
                if name not in but:
                    yield from member.scalars(but=but, key=name)
        elif isinstance(self.value, list):
            for index, item in enumerate(self.value):
                yield from self._below(item, f"{self.path}[{index}]").scalars(but=but, key=key)
        else:
            yield key, self

    def _below(self, value: Any, path: str) -> "Node":
        return Node(value, path, self.owner)

    def _known(self, value: Any, path: str) -> Any:
        if value is UNKNOWN:
            raise UndeterminedError(path, owner=self.owner)
        if value.__class__ is Taken:
            note((value.path,))
        return value
