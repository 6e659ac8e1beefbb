"""The policy pack's catalogue, read from the pack itself without starting it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from compliance.errors import BrokenRunError
from compliance.evidence import Policy

_FIELDS = ("name", "sentence", "severity", "requirements", "remediation", "waivable")
_QUESTION = f"""
import json
from policies.pack import catalogue
policies = catalogue.POLICIES
print(json.dumps({{
    "policies": [{{name: getattr(policy, name) for name in {_FIELDS}}} for policy in policies],
    "general": [policy.name for policy in policies if getattr(policy, "general", False)],
    "types": getattr(catalogue, "READ_TYPES", ()),
}}))
"""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """A pack's policies, by name; those that hold for every service alike; the types it reads."""

    policies: tuple[Policy, ...]
    general: frozenset[str]
    types: frozenset[str]


def read_catalogue(policy_pack: Path) -> Catalogue:
    """Asks the pack, in a process of its own, for `policies.pack.catalogue`.

    Raises:
        BrokenRunError: the pack has no catalogue, or it is not the list of policies it should be.
    """
    asked = subprocess.run(
        [sys.executable, "-c", _QUESTION],
        cwd=policy_pack,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode != 0:
        raise BrokenRunError(
            f"the policy pack in {policy_pack} has no catalogue:\n{asked.stderr.strip()[-2000:]}"
        )
    try:
        answer = json.loads(asked.stdout)
        policies = tuple(
            Policy(
                name=entry["name"],
                sentence=entry["sentence"],
                severity=entry["severity"],
                requirements=tuple(entry["requirements"]),
                remediation=entry["remediation"],
                waivable=bool(entry["waivable"]),
            )
            for entry in answer["policies"]
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenRunError(
            f"the catalogue of the policy pack in {policy_pack} is broken: {error!r}"
        ) from error
    if not policies:
        raise BrokenRunError(f"the policy pack in {policy_pack} has no policies")
    return Catalogue(
        policies=tuple(sorted(policies, key=lambda policy: policy.name)),
        general=frozenset(answer["general"]),
        types=frozenset(answer["types"]),
    )
