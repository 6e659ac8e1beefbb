"""The policy pack's catalogue, read from the pack itself without starting it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from compliance.errors import BrokenRunError
from compliance.evidence import Policy

_FIELDS = ("name", "sentence", "severity", "requirements", "remediation", "waivable")
_QUESTION = f"""
import json
from policies.catalogue import POLICIES
print(json.dumps([{{name: getattr(policy, name) for name in {_FIELDS}}} for policy in POLICIES]))
"""


def read_catalogue(policy_pack: Path) -> tuple[Policy, ...]:
    """Asks the pack, in a process of its own, for `policies.catalogue.POLICIES`.

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
        policies = tuple(
            Policy(
                name=entry["name"],
                sentence=entry["sentence"],
                severity=entry["severity"],
                requirements=tuple(entry["requirements"]),
                remediation=entry["remediation"],
                waivable=bool(entry["waivable"]),
            )
            for entry in json.loads(asked.stdout)
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenRunError(
            f"the catalogue of the policy pack in {policy_pack} is broken: {error!r}"
        ) from error
    if not policies:
        raise BrokenRunError(f"the policy pack in {policy_pack} has no policies")
    return tuple(sorted(policies, key=lambda policy: policy.name))
