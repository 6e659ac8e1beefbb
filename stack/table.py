"""The table that remembers feeds, numbers, files and versions (DB-1 to DB-4)."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.key import Key
from stack.names import Names
from stack.tags import TAGS


@dataclass(frozen=True, kw_only=True)
class TableArgs:
    """Arguments of Table.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the items.
    """

    names: Names
    key: Key


class Table(pulumi.ComponentResource):
    """The status table, on demand, recoverable to any second of the last 35 days.

    Attributes:
        table: the table itself.
    """

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Table", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.table = aws.dynamodb.Table(
            name,
            name=args.names.table,
            billing_mode="PAY_PER_REQUEST",
            hash_key="pk",
            range_key="sk",
            attributes=[{"name": "pk", "type": "S"}, {"name": "sk", "type": "S"}],
            ttl={"attribute_name": "expiresAt", "enabled": True},
            point_in_time_recovery={"enabled": True, "recovery_period_in_days": 35},
            server_side_encryption={"enabled": True, "kms_key_arn": args.key.arn},
            deletion_protection_enabled=False,
            tags=TAGS,
            opts=child,
        )
        aws.dynamodb.ContributorInsights(name, table_name=self.table.name, opts=child)
        self.register_outputs({})
