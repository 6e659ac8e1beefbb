"""What every case is told, word for word; `python -m tests.policies.kit.reference` writes it anew.

A message is what someone has to act on. Frozen, none changes, loses a path or tells the wrong
thing without showing in a review.
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
        f"{found.resource}: {found.message or found.reason or found.answer}" for found in ordered
    ]


@cache
def answers() -> dict[str, list[str]]:
    """The frozen words, by case."""
    found: dict[str, list[str]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
