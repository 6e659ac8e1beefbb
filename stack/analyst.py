"""The role under which an analyst reads the data set."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack import permissions
from stack.documents import document, trust
from stack.names import Names
from stack.settings import AnalystSettings
from stack.tags import TAGS


@dataclass(frozen=True, kw_only=True)
class AnalystArgs:
    """Arguments of Analyst.

    Attributes:
        names: the stack's names.
        settings: who may act as the analyst, and whose data it reads.
    """

    names: Names
    settings: AnalystSettings


class Analyst(pulumi.ComponentResource):
    """A role that reads the data set, or a part of it, and nothing else.

    Attributes:
        arn: the role's ARN, known at preview.
    """

    def __init__(
        self, name: str, args: AnalystArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Analyst", f"{name}-analyst", {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        names, settings = args.names, args.settings
        role_name = f"{name}-analyst-role"
        role = aws.iam.Role(
            role_name,
            name=names.of(role_name),
            description=f"Reads the data set for the analyst {name}",
            assume_role_policy=trust({"AWS": settings.principal}, external_id=settings.external_id),
            tags=TAGS,
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-analyst-policy",
            name=names.of(f"{name}-analyst-policy"),
            role=role.name,
            policy=document(*permissions.analyst(names, settings.partners)),
            opts=child,
        )
        self.arn = names.role_arn(role_name)
        self.register_outputs({"arn": self.arn})
