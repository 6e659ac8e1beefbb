"""Roles: who may assume them, and who may hand them on.

The stock emulator asks a caller of the role's own account for `sts:AssumeRole` even when the
trust policy names that very caller; runs a function under a role that does not trust Lambda; and
never asks for `iam:PassRole`.

On AWS a trust policy that names a principal of the same account suffices; Lambda must be trusted
by a function's role, at its creation and when an environment starts; and whoever creates or
updates a function needs `iam:PassRole` on its role.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator, lambda_runtime
from ministack.core.responses import get_account_id, get_region
from ministack.services import iam, lambda_svc

from local.emulator.fixes.authority import service_may

LAMBDA = "lambda.amazonaws.com"
_NOT_TRUSTED = "The role defined for the function cannot be assumed by Lambda."


def _trust(role_arn: str) -> dict[str, Any] | None:
    role = iam._roles.get(role_arn.rsplit("/", 1)[-1])
    if role is None:
        return None
    trust = role.get("AssumeRolePolicyDocument") or "{}"
    return trust if isinstance(trust, dict) else dict(json.loads(trust))


def _trusted_callers(role_arn: str) -> tuple[dict[str, Any], str] | None:
    """The trust policy as a resource policy; STS weighs its conditions itself afterwards."""
    trust = _trust(role_arn)
    if trust is None:
        return None
    statements = trust.get("Statement", [])
    statements = [statements] if isinstance(statements, dict) else statements
    allowing = [
        {key: value for key, value in statement.items() if key != "Condition"}
        for statement in statements
        if statement.get("Effect") == "Allow"
    ]
    return {"Statement": allowing}, get_account_id()


def _trusts_lambda(role_arn: str) -> bool:
    function = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:*"
    return service_may(LAMBDA, "sts:AssumeRole", role_arn, _trust(role_arn), source_arn=function)


def _with_role_checked(create: Callable[..., Any]) -> Callable[..., Any]:
    """Check the role that a request gives to a function before the request is carried out."""

    def checked(*args: Any) -> Any:
        data: dict[str, Any] = args[-1]
        role = data.get("Role")
        if not role:
            return create(*args)
        refused = iam_evaluator.enforce(
            lambda_svc._request_access_key.get(),
            "iam:PassRole",
            "iam",
            get_region(),
            role,
            {"iam:PassedToService": LAMBDA},
        )
        if refused is not None:
            message = (
                f"User: {refused.principal_arn} is not authorized to perform: iam:PassRole "
                f"on resource: {role}"
            )
            return lambda_svc.error_response_json("AccessDeniedException", message, 403)
        if _trust(role) is not None and not _trusts_lambda(role):
            return lambda_svc.error_response_json(
                "InvalidParameterValueException", _NOT_TRUSTED, 400
            )
        return create(*args)

    return checked


def apply() -> None:
    """Weigh trust policies wherever AWS does."""
    stock_credentials = lambda_runtime.execution_credentials

    def credentials(config: dict[str, Any]) -> Any:
        if not _trusts_lambda(config["Role"]):
            raise lambda_runtime.ProvidedRuntimeError(_NOT_TRUSTED, "AccessDeniedException")
        return stock_credentials(config)

    iam.trusted_callers = _trusted_callers
    iam_evaluator._RESOURCE_POLICY_LOOKUPS["sts"] = ("iam", "trusted_callers")
    lambda_svc.execution_credentials = lambda_runtime.execution_credentials = credentials
    lambda_svc._create_function = _with_role_checked(lambda_svc._create_function)
    lambda_svc._update_config = _with_role_checked(lambda_svc._update_config)
