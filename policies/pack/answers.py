"""The four answers that a policy can give about a resource."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from policies.facts.reading import UndeterminedError


class Kind(StrEnum):
    """What a policy found. FAIL and UNKNOWN block a deployment."""

    PASS = "PASS"  # noqa: S105 (an answer, not a password)
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One policy's answer about one resource.

    Attributes:
        kind: Which of the four answers.
        message: For FAIL, what is wrong: property paths, no values but numbers and expected ones.
        reason: For NOT_APPLICABLE and UNKNOWN, why.
        path: For UNKNOWN, the property that could not be read.
        remedy: For UNKNOWN, what makes it known.
        references: The unknown properties that it takes for references, and so rests on.
    """

    kind: Kind
    message: str = ""
    reason: str = ""
    path: str = ""
    remedy: str = ""
    references: tuple[str, ...] = ()


PASSED = Answer(kind=Kind.PASS)


def failed(message: str) -> Answer:
    """The resource breaks the rule: `message` says where and how, in one line."""
    return Answer(kind=Kind.FAIL, message=message)


def not_applicable(reason: str) -> Answer:
    """The rule says nothing about this resource, because of `reason`."""
    return Answer(kind=Kind.NOT_APPLICABLE, reason=reason)


def undetermined(error: UndeterminedError, *, judged: str) -> Answer:
    """A property is unknown, and so whether the rule is kept.

    Args:
        error: What is unknown, and why.
        judged: The URN of what is judged, which need not be the one whose property it is.
    """
    path, because, owner = error.path, error.because, error.owner
    if owner is not None:
        made_from = owner.depends_on.get(re.split(r"[.\[]", path)[0], ())
        if made_from:
            names = sorted({urn.rsplit("::", 1)[-1] for urn in made_from})
            because += f", being made from {', '.join(names)}"
        if owner.urn != judged:
            path = f"{owner.name}.{path}"
    return Answer(kind=Kind.UNKNOWN, path=path, reason=because, remedy=error.remedy)


def verdict(problems: Sequence[str]) -> Answer:
    """PASS without problems, else FAIL with all of them."""
    return failed("; ".join(problems)) if problems else PASSED
