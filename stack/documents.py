"""IAM policy documents and other JSON as text, known in full at preview."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

Statement = dict[str, Any]
Condition = Mapping[str, Mapping[str, str | Sequence[str]]]

EVERYONE = "*"


def allow(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principal: Mapping[str, str] | None = None,
    condition: Condition | None = None,
) -> Statement:
    """A statement that allows; `principal` is for resource and trust policies only."""
    return _statement("Allow", sid, actions, resources, principal, condition)


def deny(
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principal: Mapping[str, str] | str,
    condition: Condition,
) -> Statement:
    """A statement of a resource policy that denies."""
    return _statement("Deny", sid, actions, resources, principal, condition)


def deny_plain_transport(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    """Denies everyone `actions` that do not come over TLS (SEC-2)."""
    return deny(
        "DenyPlainTransport",
        actions,
        resources,
        principal=EVERYONE,
        condition={"Bool": {"aws:SecureTransport": "false"}},
    )


def trust(principal: Mapping[str, str], *, external_id: str | None = None) -> str:
    """A role's trust policy for one principal, and what it must present, if anything."""
    condition = {"StringEquals": {"sts:ExternalId": external_id}} if external_id else None
    return document(
        allow("Trust", ["sts:AssumeRole"], [], principal=principal, condition=condition)
    )


def document(*statements: Statement) -> str:
    """The policy document of `statements`."""
    return compact({"Version": "2012-10-17", "Statement": list(statements)})


def compact(value: Mapping[str, Any]) -> str:
    """JSON without spaces, as SQS returns it: with them every queue would seem changed."""
    return json.dumps(value, separators=(",", ":"))


def _statement(
    effect: str,
    sid: str,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str] | str | None,
    condition: Condition | None,
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect}
    if principal is not None:
        statement["Principal"] = principal
    statement["Action"] = list(actions)
    if resources:
        statement["Resource"] = list(resources)
    if condition is not None:
        statement["Condition"] = condition
    return statement
