"""The deployed roles: what they are granted, and the same without one of it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.integration.cloud import Cloud

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True, order=True)
class Grant:
    """One action on one resource, as a role's policy allows it.

    Attributes:
        role: the role's name without suffix; `{partner}` stands for a partner's name.
        action: such as `s3:PutObject`.
        resource: the ARN behind account and region, likewise without suffix and partner.
    """

    role: str
    action: str
    resource: str


@dataclass(frozen=True, kw_only=True)
class _Inline:
    """The one inline policy of a role."""

    role: str
    name: str
    document: Document


class Roles:
    """The roles of a deployment and their policies, as IAM holds them."""

    def __init__(self, cloud: Cloud) -> None:
        self._iam = cloud.client("iam")
        self._suffix = f"-{cloud.outputs['environmentSuffix']}"
        self._partners = cloud.outputs["partners"].split(",")
        self._found = [
            self._inline(role["RoleName"])
            for page in self._iam.get_paginator("list_roles").paginate()
            for role in page["Roles"]
            if role["RoleName"].endswith(self._suffix)
        ]

    def granted(self) -> set[Grant]:
        """Everything that any role may do; what partners may do is the same for each."""
        return {grant for inline in self._found for grant in self._grants(inline)}

    @contextmanager
    def without(self, grant: Grant, partner: str) -> Iterator[None]:
        """Take one right from its role; from this partner's, if it is a partner's."""
        name = grant.role.replace("{partner}", partner) + self._suffix
        inline = next(found for found in self._found if found.role == name)
        assert grant in self._grants(inline), f"{name} has no {grant}"
        self._put(inline, self._reduced(inline.document, grant))
        try:
            yield
        finally:
            self._put(inline, inline.document)

    def _inline(self, role: str) -> _Inline:
        (name,) = self._iam.list_role_policies(RoleName=role)["PolicyNames"]
        attached = self._iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
        assert attached == [], f"{role} has policies that are not its own: {attached}"
        answer = self._iam.get_role_policy(RoleName=role, PolicyName=name)
        return _Inline(role=role, name=name, document=answer["PolicyDocument"])

    def _put(self, inline: _Inline, document: Document) -> None:
        self._iam.put_role_policy(
            RoleName=inline.role, PolicyName=inline.name, PolicyDocument=json.dumps(document)
        )

    def _grants(self, inline: _Inline) -> set[Grant]:
        return {
            Grant(role=self._plain(inline.role), action=action, resource=self._resource(arn))
            for statement in inline.document["Statement"]
            for action in statement["Action"]
            for arn in statement["Resource"]
        }

    def _reduced(self, document: Document, grant: Grant) -> Document:
        statements = []
        for statement in document["Statement"]:
            others = [action for action in statement["Action"] if action != grant.action]
            kept = [arn for arn in statement["Resource"] if self._resource(arn) != grant.resource]
            if others:
                statements.append({**statement, "Action": others})
            if kept and len(others) < len(statement["Action"]):
                alone = {"Sid": f"{statement['Sid']}Kept", "Action": [grant.action]}
                statements.append({**statement, **alone, "Resource": kept})
        return {**document, "Statement": statements}

    def _resource(self, arn: str) -> str:
        return self._plain(arn.split(":", 5)[-1])

    def _plain(self, name: str) -> str:
        name = name.replace(self._suffix, "")
        for partner in self._partners:
            name = name.replace(f"{partner}-partner", "{partner}-partner")
            name = name.replace(f"{partner}-research", "{partner}-research")
            name = name.replace(f"/{partner}/", "/{partner}/")
            name = name.replace(f"/partner={partner}/", "/partner={partner}/")
        return name
