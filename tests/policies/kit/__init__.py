"""A kit to test policies as the engine runs them.

`record` runs a program of pulumi-aws resources and keeps its declarations; `set`, `drop`, `hide`
and the like change one thing; `judge` drives the pack's real servicer; `fails`, `undetermined`,
`passes` and `not_applicable` say in one line what a change has to lead to.
"""

from tests.policies.kit.cases import (
    Case,
    Change,
    adding,
    check,
    dropping,
    fails,
    hiding,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
    without,
)
from tests.policies.kit.declarations import (
    ACCOUNT,
    PROVIDER,
    REGION,
    UNKNOWN,
    Declaration,
    Declarations,
    declare,
)
from tests.policies.kit.engine import Found, Judgement, analyze, judge, request, whole
from tests.policies.kit.recording import record

__all__ = [
    "ACCOUNT",
    "PROVIDER",
    "REGION",
    "UNKNOWN",
    "Case",
    "Change",
    "Declaration",
    "Declarations",
    "Found",
    "Judgement",
    "adding",
    "analyze",
    "check",
    "declare",
    "dropping",
    "fails",
    "hiding",
    "judge",
    "not_applicable",
    "parametrized",
    "passes",
    "record",
    "request",
    "setting",
    "undetermined",
    "whole",
    "without",
]
