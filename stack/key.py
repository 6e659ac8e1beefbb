"""The key that encrypts everything the pipeline keeps (SEC-1)."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.documents import Statement, allow, document
from stack.names import Names
from stack.tags import TAGS

# Everything the account needs to use, watch, rotate and remove the key, spelled out: with
# `kms:*` every action that AWS invents later would be granted unseen.
_ACCOUNT_ACTIONS = [
    f"kms:{action}"
    for action in (
        "CancelKeyDeletion",
        "CreateAlias",
        "CreateGrant",
        "Decrypt",
        "DeleteAlias",
        "DescribeKey",
        "DisableKey",
        "DisableKeyRotation",
        "EnableKey",
        "EnableKeyRotation",
        "Encrypt",
        "GenerateDataKey",
        "GenerateDataKeyWithoutPlaintext",
        "GetKeyPolicy",
        "GetKeyRotationStatus",
        "ListGrants",
        "ListKeyPolicies",
        "ListKeyRotations",
        "ListResourceTags",
        "PutKeyPolicy",
        "ReEncryptFrom",
        "ReEncryptTo",
        "RetireGrant",
        "RevokeGrant",
        "RotateKeyOnDemand",
        "ScheduleKeyDeletion",
        "TagResource",
        "UntagResource",
        "UpdateAlias",
        "UpdateKeyDescription",
    )
]
_USE = ["kms:Decrypt", "kms:GenerateDataKey"]
_LOGS = [
    *_USE,
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
]
_THIS_KEY = ["*"]  # in a key policy `*` is the key that carries it


@dataclass(frozen=True, kw_only=True)
class KeyArgs:
    """Arguments of Key.

    Attributes:
        names: the stack's names.
        log_groups: the log groups that CloudWatch Logs may encrypt with the key; `*` allowed.
        failing_functions: functions whose failures travel over the bus of failures.
    """

    names: Names
    log_groups: tuple[str, ...]
    failing_functions: tuple[str, ...]


class Key(pulumi.ComponentResource):
    """A rotated customer-managed key and its alias.

    Attributes:
        arn: the key's own ARN, for the services that take no alias.
        alias: the alias resource; whoever names the alias depends on it.
    """

    def __init__(
        self, name: str, args: KeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Key", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            name,
            description=f"Encrypts the market-data pipeline {args.names.suffix}",
            is_enabled=True,
            enable_key_rotation=True,
            deletion_window_in_days=7,  # the shortest that AWS allows: destruction is not held up
            policy=document(*_statements(args)),
            tags=TAGS,
            opts=child,
        )
        self.alias = aws.kms.Alias(
            name, name=args.names.key_alias, target_key_id=key.key_id, opts=child
        )
        self.arn = key.arn
        self.register_outputs({"arn": self.arn})


def _statements(args: KeyArgs) -> list[Statement]:
    """Who may use the key: the account's own IAM policies, and services for this stack alone."""
    names = args.names
    this_account = {"aws:SourceAccount": names.account}
    return [
        allow(
            "AccountAdministration",
            _ACCOUNT_ACTIONS,
            _THIS_KEY,
            principal={"AWS": names.account_root},
        ),
        allow(
            "Logs",
            _LOGS,
            _THIS_KEY,
            principal={"Service": f"logs.{names.region}.amazonaws.com"},
            condition={
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": [
                        names.log_group_arn(group) for group in args.log_groups
                    ]
                }
            },
        ),
        allow(
            "EventBridgeChecksKey",
            ["kms:DescribeKey"],
            _THIS_KEY,
            principal={"Service": "events.amazonaws.com"},
            condition={"StringEquals": this_account},
        ),
        allow(
            "FailuresBus",
            _USE,
            _THIS_KEY,
            principal={"Service": "events.amazonaws.com"},
            condition={
                "StringEquals": {
                    "kms:EncryptionContext:aws:events:event-bus:arn": names.failures_bus_arn
                }
            },
        ),
        allow(
            "FailuresRulesToQueues",
            _USE,
            _THIS_KEY,
            principal={"Service": "events.amazonaws.com"},
            condition={
                "StringEquals": this_account,
                "ArnEquals": {
                    "aws:SourceArn": [
                        names.failures_rule_arn(function) for function in args.failing_functions
                    ]
                },
            },
        ),
        allow(
            "AlarmsToTopic",
            _USE,
            _THIS_KEY,
            principal={"Service": "cloudwatch.amazonaws.com"},
            condition={
                "StringEquals": this_account,
                "ArnLike": {"aws:SourceArn": names.any_alarm_arn},
            },
        ),
    ]
