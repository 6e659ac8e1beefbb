"""The role under which a partner uploads and asks."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack import permissions
from stack.documents import document, trust
from stack.names import Names
from stack.routes import METHODS
from stack.settings import PartnerSettings
from stack.tags import TAGS


@dataclass(frozen=True, kw_only=True)
class PartnerArgs:
    """Arguments of Partner.

    Attributes:
        names: the stack's names.
        settings: who may act as the partner.
    """

    names: Names
    settings: PartnerSettings


class Partner(pulumi.ComponentResource):
    """A role limited to the partner's own uploads, reports and API paths.

    Attributes:
        arn: the role's ARN, known at preview.
    """

    def __init__(
        self, name: str, args: PartnerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Partner", f"{name}-partner", {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        names, settings = args.names, args.settings
        role_name = f"{name}-partner-role"
        role = aws.iam.Role(
            role_name,
            name=names.of(role_name),
            description=f"Uploads, reports and status queries of the partner {name}",
            assume_role_policy=trust({"AWS": settings.principal}, external_id=settings.external_id),
            tags=TAGS,
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-partner-policy",
            name=names.of(f"{name}-partner-policy"),
            role=role.name,
            policy=document(*permissions.partner(names, name, METHODS)),
            opts=child,
        )
        self.arn = names.role_arn(role_name)
        self.register_outputs({"arn": self.arn})
