"""What every case is told, word for word; `make regenerate` writes it anew.

A message is what someone has to act on. Frozen, none changes, loses a path or tells the wrong
thing without showing in a review. A policy's remedy is left out: it is the same in all its
messages, and docs/policies.md has it.
"""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.policies.kit.engine import Found

FILE = Path(__file__).resolve().parent.parent / "answers.json"


def told(answers: Iterable[Found]) -> list[str]:
    """What the answers say, one line each, in the order of their resources."""
    ordered = sorted(answers, key=lambda found: found.resource)
    return [
        f"{found.resource}: {_without_remedy(found.message) or found.reason or found.answer}"
        for found in ordered
    ]


def _without_remedy(message: str) -> str:
    return message.partition("\nFix: ")[0]


@cache
def answers() -> dict[str, list[str]]:
    """The frozen words, by case."""
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
