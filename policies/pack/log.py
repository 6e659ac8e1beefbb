"""Every answer as a line of JSON, because the engine drops reasons and paths on the way.

The first lines introduce the policies, with the settings by which they judge.
"""

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from policies.facts.resource import Resource
from policies.facts.types import KNOWN, PLAIN
from policies.pack.answers import Answer, Kind
from policies.pack.policy import Policy, Settings
from policies.pack.requirements import REQUIREMENTS

VARIABLE = "POLICY_ANSWERS_FILE"
"""Names the file that answers are appended to; unset or empty, none are kept."""


class Batch:
    """The answers of one call, which are kept together."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self.answers: list[dict[str, Any]] = []

    def add(self, policy: Policy, resource: Resource, answer: Answer, settings: Settings) -> None:
        """Keep one answer. Nothing of the resource but its URN and type is written."""
        if not self._enabled:
            return
        blocks = answer.kind in (Kind.FAIL, Kind.UNKNOWN)
        self.answers.append(
            {
                "policy": policy.name,
                "urn": resource.urn,
                "type": resource.type,
                "answer": answer.kind.value,
                "reason": answer.reason,
                "path": answer.path,
                "message": policy.message(answer, settings) if blocks else "",
                **(
                    {"basis": "reference", "references": answer.references}
                    if answer.references
                    else {}
                ),
            }
        )


class AnswerLog:
    """Appends answers to a file; one call's answers are never torn apart by another's.

    Args:
        path: The file, or None to keep nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()

    @classmethod
    def from_environment(cls) -> "AnswerLog":
        """The log that the variable `POLICY_ANSWERS_FILE` asks for."""
        name = os.environ.get(VARIABLE)
        return cls(Path(name) if name else None)

    def introduce(self, policies: Iterable[tuple[Policy, Settings]]) -> None:
        """Write a line for each policy, one for the types with rules of their own, the clauses."""
        if self._path is None:
            return
        with self.batch() as batch:
            batch.answers += [{"introduces": p.introduction(settings)} for p, settings in policies]
            batch.answers.append({"rulesFor": sorted(KNOWN - PLAIN)})
            batch.answers.append({"clauses": [one.introduction() for one in REQUIREMENTS]})

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Collect answers, then append them all at once."""
        batch = Batch(enabled=self._path is not None)
        yield batch
        if self._path is not None:
            lines = (json.dumps(answer, ensure_ascii=False) + "\n" for answer in batch.answers)
            text = "".join(lines)
            with self._lock, self._path.open("a", encoding="utf-8") as file:
                file.write(text)
