"""How many mutants each policy owns, kept for the traceability table.

`make mutation` records them (`--record`) once every mutant is caught by its owners and by nobody
else, so a number is a number of changes that the policy has caught. A test fails when it is stale.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from tools.mutation.ownership import Rule

FILE = Path(__file__).with_name("owned.json")


def count(rules: Iterable[Rule | None]) -> Mapping[str, int]:
    """Mutants by owning policy, given what the oracle says of each mutant."""
    found = Counter(owner for rule in rules if rule is not None for owner in rule.owners)
    return dict(sorted(found.items()))


def read() -> Mapping[str, int]:
    """What the last full run wrote."""
    numbers: dict[str, int] = json.loads(FILE.read_text(encoding="utf-8"))
    return numbers


def write(numbers: Mapping[str, int]) -> None:
    """Keep the numbers of a full run in which every mutant was caught by its owners alone."""
    FILE.write_text(json.dumps(numbers, indent=1) + "\n", encoding="utf-8")
