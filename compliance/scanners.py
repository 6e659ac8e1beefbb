"""The seam for scanners beside the policy pack, such as Checkov.

A scanner looks at the same preview as the pack and reports findings under rules of its own,
named `{scanner}:{rule}`. They join the evidence and every report under the same waivers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from compliance.engine import Preview
from compliance.evidence import Finding, Gap

# Every scanner there is, with the form of its rules, so that a waiver can be judged even in a run
# without the scanner.
RULE_FORMS: Mapping[str, re.Pattern[str]] = {
    "checkov": re.compile(r"CKV2?_[A-Z0-9]+_[0-9]+"),
}


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """A rule's answer about a resource, where a policy of the pack judges the same fact."""

    rule: str
    policy: str
    urn: str
    accepts: bool


@dataclass(frozen=True, kw_only=True)
class Scan:
    """What one scanner found.

    `rules` are all the identifiers that the scanner knows (without its name in front), found or
    not, so that a waiver of a rule that does not exist is noticed. `gaps` is what it could not
    look at, `opinions` its answers about facts that the pack judges too.
    """

    version: str
    rules: Collection[str]
    findings: Sequence[Finding]
    gaps: Sequence[Gap] = ()
    opinions: Sequence[Opinion] = ()


class Scanner(Protocol):
    """One scanner."""

    @property
    def name(self) -> str:
        """The name in front of its rules, a key of `RULE_FORMS`."""

    def scan(self, preview: Preview) -> Scan:
        """Looks at the preview.

        Raises:
            BrokenRunError: the scanner did not run to its end.
        """
