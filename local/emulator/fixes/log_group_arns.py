"""A log group's rights are written with `:*` behind its name.

The stock emulator matches a policy's resource against the group's name alone, so that rights
written as AWS documents them (`…:log-group:NAME:*`) grant nothing. On AWS the ARN of a log
group ends in `:*`, and of a stream in `:log-stream:STREAM`; both forms match here.
"""

from __future__ import annotations

from ministack.core import iam_evaluator


def _forms(arn: str) -> list[str]:
    if not arn.startswith("arn:aws:logs:") or ":log-group:" not in arn:
        return [arn]
    name = arn.removesuffix(":*")
    return [name, f"{name}:*", f"{name}:log-stream:"]


def apply() -> None:
    """Match every form of a log group's ARN."""
    stock = iam_evaluator._resource_matches

    def matches(arn: str, resources: list[str], not_resources: list[str]) -> bool:
        if not_resources:
            return all(stock(form, resources, not_resources) for form in _forms(arn))
        return any(stock(form, resources, not_resources) for form in _forms(arn))

    iam_evaluator._resource_matches = matches
