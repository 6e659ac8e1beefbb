"""Where the types of pulumi-aws that take no `name` carry theirs, so far as the pack can tell.

Frozen in names.json, for a newer pulumi-aws to show what it brings; `python -m
tests.policies.kit.reference` writes it anew.
"""

import json
from pathlib import Path

from policies.facts import pulumi_aws
from policies.rules.names import property_of
from tests.policies.kit import aws_types

FILE = Path(__file__).resolve().parent.parent / "names.json"


def table() -> str:
    """Per type its name's property, and what else is called a name there, as JSON."""
    named: dict[str, str] = {}
    others: dict[str, list[str]] = {}
    for token in aws_types.tokens():
        if pulumi_aws.is_deprecated(token):
            continue
        key = property_of(token)
        rest = {other for other in pulumi_aws.properties(token) if other.endswith("Name")} - {key}
        if key is not None and key != "name":
            named[token] = key
        elif key is None and rest:
            others[token] = sorted(rest)
    return json.dumps({"named": named, "called after another": others}, indent=1) + "\n"
