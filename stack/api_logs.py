"""The API's two logs, which exist before API Gateway would create them without an end (FN-4)."""

import json
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from stack import logs
from stack.documents import allow, document, trust
from stack.key import Key
from stack.names import Names
from stack.tags import TAGS

# The role serves every REST API of the account and region, and AWS tries it out when it is set,
# by creating a log group of its own (decision 0011): it wants all of these, on any log group.
_WRITE_LOGS: Final = [
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:FilterLogEvents",
    "logs:GetLogEvents",
    "logs:PutLogEvents",
]


@dataclass(frozen=True, kw_only=True)
class ApiLogsArgs:
    """Arguments of ApiLogs.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the logs.
        api_id: the API's identifier, part of a name that AWS fixes.
    """

    names: Names
    key: Key
    api_id: pulumi.Output[str]


class ApiLogs(pulumi.ComponentResource):
    """Access log, execution log, and the role under which API Gateway writes them."""

    def __init__(
        self, name: str, args: ApiLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:ApiLogs", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        names = args.names
        aws.cloudwatch.LogGroup(
            "status-access-log-group",
            name=names.api_access_log_group,
            retention_in_days=logs.RETENTION,
            kms_key_id=args.key.arn,
            tags=TAGS,
            opts=child,
        )
        aws.cloudwatch.LogGroup(
            "status-execution-log-group",
            name=args.api_id.apply(names.api_execution_log_group),
            retention_in_days=logs.RETENTION,
            kms_key_id=args.key.arn,
            tags=TAGS,
            opts=child,
        )
        role = aws.iam.Role(
            "api-logs-role",
            name=names.of("api-logs-role"),
            description="Lets API Gateway write the logs of this account's APIs",
            assume_role_policy=trust({"Service": "apigateway.amazonaws.com"}),
            tags=TAGS,
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            "api-logs-policy",
            name=names.of("api-logs-policy"),
            role=role.name,
            policy=document(allow("Logs", _WRITE_LOGS, [names.log_group_arn("*")])),
            opts=child,
        )
        aws.apigateway.Account(
            "api-account",
            cloudwatch_role_arn=names.role_arn("api-logs-role"),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[role, policy]),
        )
        self.register_outputs({})


def access_log_format() -> str:
    """One JSON object per request: who asked what, what came back, and how long it took."""
    return json.dumps(
        {
            "requestId": "$context.requestId",
            "requestTime": "$context.requestTime",
            "caller": "$context.identity.userArn",
            "sourceIp": "$context.identity.sourceIp",
            "method": "$context.httpMethod",
            "path": "$context.path",
            "status": "$context.status",
            "responseLength": "$context.responseLength",
            "latency": "$context.responseLatency",
            "integrationError": "$context.integrationErrorMessage",
            "tlsVersion": "$context.tlsVersion",
            "trace": "$context.xrayTraceId",
        }
    )
