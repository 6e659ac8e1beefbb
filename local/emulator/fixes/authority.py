"""What a role or a service may do, asked of the emulator's own policy evaluator.

Not a fault of its own: the stock emulator asks only when a client signs a call. The fixes ask
here wherever AWS acts on someone's behalf.
"""

from __future__ import annotations

from typing import Any

from ministack.core import iam_evaluator
from ministack.core.responses import get_account_id, get_region


def role_may(
    role_arn: str,
    action: str,
    resource_arn: str,
    *,
    session: str,
    context: dict[str, Any] | None = None,
) -> bool:
    """Whether a session of this role is allowed the action: identity and resource policies.

    Args:
        role_arn: The role, which must exist in the account at hand.
        action: Such as `sqs:ReceiveMessage`.
        resource_arn: What it is done to.
        session: The session's name; a function's name where Lambda assumes the role.
        context: Condition keys of the service, in any case.
    """
    account, name = get_account_id(), role_arn.rsplit("/", 1)[-1]
    principal = f"arn:aws:sts::{account}:assumed-role/{name}/{session}"
    evaluation = iam_evaluator.EvalContext(
        principal_arn=principal,
        principal_type="AssumedRole",
        principal_account=account,
        action=action,
        resource_arn=resource_arn,
        region=get_region(),
        service_context={key.lower(): value for key, value in (context or {}).items()},
    )
    identity = iam_evaluator.evaluate(
        evaluation, iam_evaluator._gather_role_policies(name, account)
    )
    service = action.partition(":")[0]
    found = iam_evaluator._resource_policy(service, resource_arn)
    if found is not None:
        identity = iam_evaluator.combine_resource_policy(
            identity, evaluation, *found, required=service in iam_evaluator._POLICY_REQUIRED
        )
    return bool(identity.decision == "Allow")


def service_may(
    service: str,
    action: str,
    resource_arn: str,
    policy: str | dict[str, Any] | None,
    *,
    source_arn: str,
) -> bool:
    """Whether a resource's policy lets an AWS service, such as `s3.amazonaws.com`, act on it."""
    account = get_account_id()
    evaluation = iam_evaluator.EvalContext(
        principal_arn="*",
        principal_type="Service",
        principal_account="",
        action=action,
        resource_arn=resource_arn,
        region=get_region(),
        service_context={"aws:sourcearn": source_arn, "aws:sourceaccount": account},
    )
    decision = iam_evaluator.evaluate_resource_policy(policy, evaluation, service=service)
    return bool(decision.decision == "Allow")
