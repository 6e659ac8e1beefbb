"""Roles: whose they are, and where their rights come from."""

from typing import Any

from tests.policies.baseline import trust
from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

POLICY = "processor-policy"


ROLE = "processor-role"


OWN = "arn:aws:iam::123456789012:policy/own-policy-dev"


ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


def _attachment(arn: str, role: str = "processor-role-dev") -> Any:
    return declare(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment", "attachment", role=role, policyArn=arn
    )


def _attached(
    stack: Declarations, policy: str = POLICY, role: str = "processor-role-dev"
) -> Declarations:
    """A policy of the stack as one that is attached to a role, by an ARN that only AWS knows."""
    own = declare(
        "aws:iam/policy:Policy",
        "own",
        name="own-policy-dev",
        policy=stack[policy].inputs["policy"],
        tags={"Environment": "Production", "Team": "Analytics"},
    )
    attachment = _attachment("unknown", role)
    stack = stack.add(own, attachment).hide("attachment", "policyArn")
    return stack.redepend("attachment", "policyArn", (own.urn,))


def _attached_as(arn: str) -> Change:
    return lambda stack: _attached(stack).set("attachment", "policyArn", arn)


ROLES = [
    not_applicable("a role without inline policy", "iam-actions", ROLE, lambda s: s, "no inline"),
    passes("a policy of this stack attached", "iam-managed-policies", "attachment", _attached),
    passes(
        "a policy of this stack attached by its computed ARN",
        "iam-managed-policies",
        "attachment",
        lambda s: _attached(s).set("attachment", "policyArn", OWN),
    ),
    passes(
        "a policy of this stack attached on the role itself",
        "iam-managed-policies",
        ROLE,
        lambda s: _attached(s).remove("attachment").set(ROLE, "managedPolicyArns", [OWN]),
    ),
    *(
        fails(
            f"the policy {arn} attached",
            "iam-managed-policies",
            "attachment",
            _attached_as(arn),
            iam_actions={"own"},
        )
        for arn in (OWN.replace("123456789012", "999999999999"), OWN.replace("own-", "other-"))
    ),
    undetermined(
        "iam-managed-policies",
        "attachment",
        "policyArn",
        lambda s: _attached(s).hide("attachment", "policyArn"),
        iam_actions={"own"},
        iam_resources={"own"},
        function_dead_letter={"validator-function", "status-function"},
    ),
    fails(
        "AdministratorAccess attached",
        "iam-managed-policies",
        "attachment",
        lambda s: s.add(_attachment(ADMINISTRATOR)),
    ),
    fails(
        "AdministratorAccess on the role itself",
        "iam-managed-policies",
        ROLE,
        setting(ROLE, "managedPolicyArns", [ADMINISTRATOR]),
    ),
    undetermined("iam-managed-policies", ROLE, "managedPolicyArns"),
    *(
        fails(
            f"{kind} {principal} trusted by {name}",
            "iam-trust",
            name,
            setting(name, "assumeRolePolicy", trust(kind, principal)),
        )
        for name, kind, principal in (
            (ROLE, "AWS", "arn:aws:iam::999999999999:root"),
            (ROLE, "AWS", "*"),
            (ROLE, "Service", "ec2.amazonaws.com"),
            (ROLE, "Service", "apigateway.amazonaws.com"),
            (ROLE, "Federated", "accounts.google.com"),
            ("acme-role", "AWS", "*"),
            ("acme-role", "Service", "lambda.amazonaws.com"),
            ("acme-role", "AWS", "arn:aws:iam::210987654321:role/*"),
        )
    ),
    fails(
        "everyone trusted",
        "iam-trust",
        ROLE,
        setting(ROLE, "assumeRolePolicy.Statement[0].Principal", "*"),
    ),
    fails(
        "a service that the API's log role is not for",
        "iam-trust",
        "api-logs-role",
        setting("api-logs-role", "assumeRolePolicy", trust("Service", "ec2.amazonaws.com")),
        iam_resources={"api-logs-policy"},
        api_logs={"status-stage"},
    ),
    fails(
        "every action of the security token service",
        "iam-trust",
        ROLE,
        setting(ROLE, "assumeRolePolicy.Statement[0].Action", "sts:*"),
    ),
    fails(
        "nobody trusted",
        "iam-trust",
        ROLE,
        setting(ROLE, "assumeRolePolicy.Statement[0].Effect", "Deny"),
        "nobody",
    ),
    fails("no trust", "iam-trust", ROLE, dropping(ROLE, "assumeRolePolicy"), "missing"),
    fails(
        "no principal",
        "iam-trust",
        ROLE,
        dropping(ROLE, "assumeRolePolicy.Statement[0].Principal"),
        "no principal",
    ),
    undetermined("iam-trust", ROLE, "assumeRolePolicy"),
]


@parametrized(ROLES)
def test_roles(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
