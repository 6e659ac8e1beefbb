"""Rules on roles and what they may do: least privilege (FN-5)."""

import re
from collections import defaultdict
from contextlib import suppress

from policies import actions, grants, rights
from policies.answers import PASSED, Answer, failed, not_applicable, verdict
from policies.logs import group_of
from policies.policy import Settings, Severity, StackPolicy, only
from policies.reading import UndeterminedError
from policies.resource import Resource, Stack
from policies.statements import statements
from policies.types import (
    FUNCTION,
    POLICY,
    POLICY_ATTACHMENT,
    ROLE,
    ROLE_ATTACHMENT,
    ROLE_ATTACHMENTS,
)


def _judge_resources(resource: Resource, stack: Stack, settings: Settings) -> Answer:
    documents = list(rights.documents(resource))
    if not documents:
        return not_applicable("This role carries no inline policy.")
    owners = rights.owners(resource, stack)
    problems = [] if all(owners) else ["it gives rights to others than roles of this stack"]
    allowing = [s for document in documents for s in statements(document) if s.allows]
    for owner in owners:
        holder = _holder(owner, stack, settings) if owner is not None else grants.Holder()
        for statement in allowing:
            problems += grants.too_wide(statement, stack, holder)
    return verdict(list(dict.fromkeys(problems)))


def _holder(owner: Resource, stack: Stack, settings: Settings) -> grants.Holder:
    functions = stack.once(_role_users).get(owner.urn)
    if functions:
        log_groups = None
        with suppress(UndeterminedError):  # is told by the policy on functions' log groups
            log_groups = frozenset(map(group_of, functions))
        return grants.Holder(
            trusted=frozenset({("Service", _LAMBDA)}),
            log_groups=log_groups,
            places=_places(owner, stack, settings),
        )
    document = owner.inputs.document("assumeRolePolicy") if owner.type == ROLE else None
    if document is None:
        return grants.Holder()
    principals = (
        principal for statement in statements(document) for principal in statement.principals
    )
    partner = _PARTNER_ROLE.match(owner.inputs.text("name") or "")
    return grants.Holder(
        trusted=frozenset(principals), partner=partner["partner"] if partner else None
    )


def _places(role: Resource, stack: Stack, settings: Settings) -> dict[str, list[str]]:
    """What a role's work uses each action on, named as in this stack."""
    name = role.inputs.text("name") or ""
    word = name.removesuffix(f"-{stack.suffix}")
    return {
        action.lower(): [place.replace("{suffix}", stack.suffix) for place in places]
        for action, places in settings["places"].get(word, {}).items()
    }


_LAMBDA = "lambda.amazonaws.com"
_PARTNER_ROLE = re.compile(r"(?P<partner>.+)-partner-role-")

RESOURCES = StackPolicy(
    name="iam-resources",
    sentence="IAM policies name exact resources of this stack, but where AWS allows no other way.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    remediation="Name the ARNs of this stack's resources that the role works on.",
    governs=only(*rights.CARRIERS),
    schema={
        "places": {
            "type": "object",
            "description": (
                "Per role of a function, by its name without the environment suffix, and per "
                "action: the ends of the ARNs that it is used on, in which {suffix} stands for the "
                "suffix and * for any text; what is not listed may be used on all of the stack."
            ),
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            "default": actions.PLACES,
        }
    },
    judge=_judge_resources,
)


def _judge_managed(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    inputs = resource.inputs
    if resource.type == ROLE:
        if inputs.is_empty("managedPolicyArns"):
            return PASSED
        return failed("managedPolicyArns attaches policies that this stack does not declare")
    if resource.type in _EXCLUSIVE:
        arns = inputs.items("policyArns")
        return failed("policyArns attaches policies of elsewhere") if arns else PASSED
    attached = stack.depends_only_on(resource, "policyArn", POLICY)
    return PASSED if attached else failed("policyArn is no policy of this stack")


_EXCLUSIVE = (
    ROLE_ATTACHMENTS,
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
)

MANAGED = StackPolicy(
    name="iam-managed-policies",
    sentence="Roles get their rights from policies of this stack, never from AWS's broad ones.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    remediation="Write the actions that the role needs into an inline policy of this stack.",
    governs=only(
        ROLE,
        ROLE_ATTACHMENT,
        POLICY_ATTACHMENT,
        *_EXCLUSIVE,
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    ),
    judge=_judge_managed,
)

_PRINCIPAL = re.compile(r"\d{12}|arn:aws:(iam|sts)::\d{12}:(root|(user|role|assumed-role)/[^*?]+)")


def _judge_trust(role: Resource, stack: Stack, settings: Settings) -> Answer:
    document = role.inputs.document("assumeRolePolicy")
    if document is None:
        return failed("assumeRolePolicy is missing")
    services = set(settings["services"])
    if stack.once(_role_users).get(role.urn):
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


TRUST = StackPolicy(
    name="iam-trust",
    sentence="A role trusts the one service that works with it, a partner's role the partner.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    remediation="Let assumeRolePolicy allow sts:AssumeRole to that service, or that principal.",
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
            "default": "-partner-role-",
        },
    },
    judge=_judge_trust,
)


def _judge_own_role(function: Resource, stack: Stack, _settings: Settings) -> Answer:
    role = stack.target(function, "role", ROLE)
    if role is None:
        return failed("role is no role of this stack")
    if len(stack.once(_role_users)[role.urn]) > 1:
        return failed("role is another function's too")
    return PASSED


def _role_users(stack: Stack) -> dict[str, list[Resource]]:
    """The functions that work under each role, those apart of which it cannot be told."""
    users: defaultdict[str, list[Resource]] = defaultdict(list)
    for function in stack.of(FUNCTION):
        with suppress(UndeterminedError):
            role = stack.target(function, "role", ROLE)
            if role is not None:
                users[role.urn].append(function)
    return dict(users)


OWN_ROLE = StackPolicy(
    name="function-role",
    sentence="Every function has a role of its own in this stack.",
    severity=Severity.HIGH,
    requirements=("FN-5",),
    remediation="Declare one role per function and set the function's role to its ARN.",
    governs=only(FUNCTION),
    judge=_judge_own_role,
)

POLICIES = (actions.ACTIONS, RESOURCES, MANAGED, TRUST, OWN_ROLE)
