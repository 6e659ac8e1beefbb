"""The functions of the AWS package that a program may call (``aws.get_caller_identity()``, …)."""

from collections.abc import Callable
from typing import Any

from local.provider.aws import Aws, account
from local.provider.properties import Properties


def call(token: str, arguments: Properties, aws: Aws) -> Properties:
    """Answers a function call; none of them needs the emulator.

    Args:
        token: the function, such as ``aws:index/getRegion:getRegion``.
        arguments: its arguments.
        aws: the provider's region.

    Returns:
        The function's result.

    Raises:
        LookupError: the function is not known here.
    """
    if token not in _FUNCTIONS:
        raise LookupError(
            f"{token} is not known to the local provider; "
            "use --official-plugins to call Pulumi's own"
        )
    return _FUNCTIONS[token](arguments, aws.within(arguments.get("region")))


def _caller_identity(_arguments: Properties, aws: Aws) -> Properties:
    arn = aws.arn("iam", "root", regional=False)
    return {"accountId": account(), "arn": arn, "userId": account(), "id": account()}


def _region(_arguments: Properties, aws: Aws) -> Properties:
    return {
        "region": aws.region,
        "name": aws.region,
        "id": aws.region,
        "description": aws.region,
        "endpoint": f"ec2.{aws.region}.amazonaws.com",
    }


def _partition(_arguments: Properties, _aws: Aws) -> Properties:
    return {
        "partition": "aws",
        "id": "aws",
        "dnsSuffix": "amazonaws.com",
        "reverseDnsPrefix": "com.amazonaws",
    }


_FUNCTIONS: dict[str, Callable[[Properties, Aws], dict[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
}
