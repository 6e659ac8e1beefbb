"""The policy pack's catalogue, as the pack introduces itself before its answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.errors import BrokenRunError
from compliance.evidence import Clause, Policy

INTRODUCTIONS = ("introduces", "rulesFor", "clauses")
"""What marks a line of the answers file that is no answer."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A pack's policies, by name, with the settings that are in effect.

    Attributes:
        policies: All of them.
        general: Names of those that hold for every service alike.
        types: Types that have rules of their own.
        clauses: The requirements that the policies cite.
    """

    policies: tuple[Policy, ...]
    general: frozenset[str]
    types: frozenset[str]
    clauses: tuple[Clause, ...] = ()


def read_catalogue(path: Path) -> Catalogue:
    """Reads the lines in which the pack introduces its policies.

    Args:
        path: The answers file (docs/architecture.md, "The policy pack's answers").

    Raises:
        BrokenRunError: there are none, or one is not what it should be.
    """
    policies: dict[str, Policy] = {}
    general: set[str] = set()
    types: set[str] = set()
    clauses: dict[str, Clause] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
            if not line.startswith(_BEGINNINGS):
                continue
            fields = json.loads(line)
            types.update(fields.get("rulesFor", ()))
            clauses.update({entry["id"]: _clause(entry) for entry in fields.get("clauses", ())})
            if (entry := fields.get("introduces")) is not None:
                policies[entry["name"]] = _policy(entry)
                general.update([entry["name"]] if entry["general"] else ())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BrokenRunError(f"the policy pack introduces itself wrongly: {error!r}") from error
    if not policies:
        raise BrokenRunError(
            "the policy pack did not introduce its policies; it must do so in the first lines of "
            "the file that POLICY_ANSWERS_FILE names"
        )
    return Catalogue(
        policies=tuple(sorted(policies.values(), key=lambda policy: policy.name)),
        general=frozenset(general),
        types=frozenset(types),
        clauses=tuple(clauses.values()),
    )


_BEGINNINGS = tuple(f'{{"{mark}":' for mark in INTRODUCTIONS)


def _clause(entry: Mapping[str, Any]) -> Clause:
    return Clause(
        id=entry["id"],
        text=entry["text"],
        constraint=bool(entry["constraint"]),
        proof=entry["proof"] or None,
    )


def _policy(entry: Mapping[str, Any]) -> Policy:
    return Policy(
        name=entry["name"],
        sentence=entry["sentence"],
        severity=entry["severity"],
        requirements=tuple(entry["requirements"]),
        remediation=entry["remediation"],
        waivable=bool(entry["waivable"]),
        settings=dict(entry["settings"]),
    )
