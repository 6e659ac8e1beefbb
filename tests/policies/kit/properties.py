"""Each property of the compliant stack, dropped, unknown and of a type that it cannot have.

What the pack answers then is frozen in properties.json, by resource; `make
regenerate` writes it anew.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from tests.policies.kit.declarations import UNKNOWN, Declaration, Declarations
from tests.policies.kit.engine import Found, judge

FILE = Path(__file__).resolve().parent.parent / "properties.json"

Steps = tuple[str | int, ...]


def kinds(stack: Declarations) -> list[str]:
    """The names of resources that stand for all: one of each type and form."""
    known: dict[object, str] = {}
    for resource in sorted(stack.resources, key=lambda resource: resource.name):
        form = frozenset(steps for steps, _ in _properties(resource.inputs))
        if form:
            known.setdefault((resource.type, form), resource.name)
    return list(known.values())


def answers(stack: Declarations, name: str) -> dict[str, list[str]]:
    """What changes in the answers about the stack, by what is done to a property of a resource."""
    before = _told(stack)
    changed = {}
    for title, variant in _variants(stack, stack[name]):
        if new := sorted(_told(variant) - before):
            changed[title] = new
    return changed


@cache
def frozen() -> dict[str, dict[str, list[str]]]:
    """The frozen answers, by resource."""
    found: dict[str, dict[str, list[str]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def _told(stack: Declarations) -> set[str]:
    return {_line(found) for found in judge(stack).answers}


def _line(found: Found) -> str:
    words = found.message.partition("\n")[0] or found.reason or found.answer
    return f"{found.policy} of {found.resource}: {words}"


def _variants(stack: Declarations, resource: Declaration) -> Iterator[tuple[str, Declarations]]:
    name = resource.name
    for steps, _ in _properties(resource.inputs):
        *head, last = steps

        def drop(holder: Any, last: str | int = last) -> Any:
            if isinstance(holder, str):  # a text of JSON
                return json.dumps(drop(json.loads(holder)))
            del holder[last]
            return holder

        yield f"{_path(steps)} dropped", stack.alter(name, head, drop)
        yield f"{_path(steps)} malformed", stack.alter(name, steps, _of_another_type)
        if not _inside_text(resource.inputs, steps):
            hidden = stack.alter(name, steps, lambda _: UNKNOWN)
            yield f"{_path(steps)} unknown", hidden.redepend(name, str(steps[0]), ())


def _of_another_type(value: Any) -> Any:
    return ["x"] if isinstance(value, dict | str) else {"x": "x"}


def _properties(value: Any, steps: Steps = ()) -> Iterator[tuple[Steps, Any]]:
    """Every property below a value, inside JSON too, and every element of a list."""
    if steps:
        yield steps, value
    parsed = _parsed(value)
    members: Sequence[tuple[str | int, Any]] = ()
    if isinstance(parsed, dict):
        members = list(parsed.items())
    elif isinstance(parsed, list):
        members = list(enumerate(parsed))
    for key, member in members:
        yield from _properties(member, (*steps, key))


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def _inside_text(inputs: Any, steps: Steps) -> bool:
    for step in steps:
        if isinstance(inputs, str):
            return True
        inputs = inputs[step]
    return False


def _path(steps: Steps) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)[1:]
