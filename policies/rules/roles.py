"""Rules on roles: whose they are, and where their rights come from (FN-5)."""

import re

from policies.facts.functions import users_of_roles
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import FUNCTION, POLICY, ROLE, ROLE_ATTACHMENT
from policies.iam.statements import statements
from policies.pack.answers import PASSED, Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only

_LAMBDA = "lambda.amazonaws.com"

MANAGED = Rule(
    name="iam-managed-policies",
    sentence="Roles get their rights from policies of this stack, never from AWS's broad ones.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    fix="Write the actions that the role needs into an inline policy of this stack.",
    governs=only(ROLE, ROLE_ATTACHMENT),
    passes=(
        "Role: {}",
        """
        RolePolicyAttachment: {policyArn: '${Policy}'}
        Policy: {}
        """,
    ),
    fails=("Role: {managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess']}",),
)


def _judge_managed(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    if resource.type == ROLE_ATTACHMENT:
        own = stack.target(resource, "policyArn", POLICY) is not None
        return PASSED if own else failed("policyArn is no policy of this stack")
    return verdict(
        [
            f"managedPolicyArns[{index}] is no policy of this stack"
            for index, arn in enumerate(resource.inputs.texts("managedPolicyArns"))
            if (policy := stack.owner_of(arn)) is None or policy.type != POLICY
        ]
    )


_PRINCIPAL = re.compile(r"\d{12}|arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role)/[^*?]+)")

TRUST = Rule(
    name="iam-trust",
    sentence=(
        "A role trusts the one service that works with it; a partner's or analyst's role trusts "
        "the accounts, users or roles that it names."
    ),
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    fix="Let assumeRolePolicy allow sts:AssumeRole to that service, or that principal.",
    governs=only(ROLE),
    schema={
        "services": {
            "type": "array",
            "description": "Services that may assume a role which no function uses.",
            "items": {"type": "string"},
            "default": ["apigateway.amazonaws.com", "lambda.amazonaws.com"],
        },
        "assumedByAccounts": {
            "type": "string",
            "description": "Regular expression for the names of roles that AWS principals assume.",
            "default": "-(partner|analyst)-role-",
        },
    },
    passes=(
        """
        Role: {assumeRolePolicy: {Statement: {Effect: Allow,
          Principal: {Service: lambda.amazonaws.com}, Action: 'sts:AssumeRole'}}}
        """,
    ),
    fails=(
        """
        Role: {assumeRolePolicy: {Statement: {Effect: Allow, Principal: {AWS: '*'},
          Action: 'sts:AssumeRole'}}}
        """,
        "Role: {}",
    ),
)


def _judge_trust(role: Resource, stack: Stack, settings: Settings) -> Answer:
    document = role.inputs.document("assumeRolePolicy")
    if document is None:
        return failed("assumeRolePolicy is missing")
    services = set(settings["services"])
    if stack.once(users_of_roles).get(role.urn):
        services = {_LAMBDA}
    by_accounts = re.search(settings["assumedByAccounts"], role.inputs.text("name") or "")
    allowing = [statement for statement in statements(document) if statement.allows]
    problems = [] if allowing else ["assumeRolePolicy lets nobody assume it"]
    for statement in allowing:
        at = statement.path
        if statement.inverted or not statement.principals:
            problems.append(f"{at} names no principal that is allowed")
        if statement.actions != ("sts:assumerole",):
            problems.append(f"{at}.Action is not sts:AssumeRole alone")
        for kind, value in statement.principals:
            if by_accounts is not None:
                if kind != "AWS" or not _PRINCIPAL.fullmatch(value):
                    problems.append(f"{at}.Principal.{kind} is no single AWS account, user or role")
            elif kind != "Service" or value not in services:
                problems.append(f"{at}.Principal.{kind} is not among {', '.join(sorted(services))}")
    return verdict(problems)


OWN_ROLE = Rule(
    name="function-role",
    sentence="Every function has a role of its own in this stack.",
    severity=Severity.HIGH,
    requirements=("FN-5",),
    fix="Declare one role per function and set the function's role to its ARN.",
    governs=only(FUNCTION),
    passes=(
        """
        Function: {role: '${Role}'}
        Role: {}
        """,
    ),
    fails=(
        """
        Function: {role: '${Role}'}
        Function second: {role: '${Role}'}
        Role: {}
        """,
        "Function: {}",
    ),
)


def _judge_own_role(function: Resource, stack: Stack, _settings: Settings) -> Answer:
    role = stack.target(function, "role", ROLE)
    if role is None:
        return failed("role is no role of this stack")
    if len(stack.once(users_of_roles)[role.urn]) > 1:
        return failed("role is another function's too")
    return PASSED


POLICIES = (
    MANAGED.judged_in_stack(_judge_managed),
    TRUST.judged_in_stack(_judge_trust),
    OWN_ROLE.judged_in_stack(_judge_own_role),
)
