"""Rules on what a role may do, and on what: least privilege (FN-5)."""

import re
from fnmatch import fnmatchcase

from policies.facts.functions import log_group_of, users_of_roles
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import ROLE
from policies.iam import grants, identity
from policies.iam.statements import Statement, statements
from policies.pack.answers import Answer, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only

_KEY = ("kms:Decrypt", "kms:GenerateDataKey")
_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
_TRACES = ("xray:PutTelemetryRecords", "xray:PutTraceSegments")
_TABLE = ("dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem")
_QUEUE = (
    *("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    *("sqs:ReceiveMessage", "sqs:SendMessage"),
)
_VERSIONS = ("s3:GetObjectVersion", "s3:PutObject", "s3:RestoreObject")
_OBJECTS = ("s3:GetObject", "s3:PutObject", "s3:RestoreObject")
# The table of docs/architecture.md, "What each role may do".
_ROLES = {
    "validator-role": (
        *(*_TABLE, "events:PutEvents", *_KEY, *_LOGS, *_VERSIONS),
        *("sqs:SendMessage", *_TRACES),
    ),
    "processor-role": (
        *(*_TABLE, *_KEY, *_LOGS, *_VERSIONS, "s3:GetObject"),
        *(*_QUEUE, *_TRACES),
    ),
    "aggregator-role": (*_TABLE, *_KEY, *_LOGS, *_OBJECTS, *_QUEUE, *_TRACES),
    "status-role": (
        *("dynamodb:GetItem", "dynamodb:Query", "events:PutEvents", "kms:Decrypt"),
        *(*_LOGS, *_TRACES),
    ),
    # AWS tries all of these out when it is told the role (decision 0011).
    "api-logs-role": (
        *("logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogGroups"),
        *("logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"),
        "logs:PutLogEvents",
    ),
    "*-analyst-role": ("kms:Decrypt", "s3:GetObject", "s3:ListBucket"),
    "*-partner-role": ("execute-api:Invoke", *_KEY, "s3:GetObject", "s3:PutObject"),
}
_UPLOADS, _DATA, _BARS, _DAYS, _AGGREGATES, _REJECTS = (
    f"uploads-bucket-{{suffix}}/{prefix}/*"
    for prefix in ("uploads", "data", "data/bars", "data/days", "aggregates", "rejects")
)
_PROCESSOR, _AGGREGATOR = (f"{name}-queue-{{suffix}}.fifo" for name in ("processor", "aggregator"))

PLACES: dict[str, dict[str, list[str]]] = {
    "validator-role": {
        "s3:GetObjectVersion": [_UPLOADS],
        "s3:RestoreObject": [_UPLOADS],
        "s3:PutObject": [_REJECTS],
        "sqs:SendMessage": [_PROCESSOR],
    },
    "processor-role": {
        "s3:GetObjectVersion": [_UPLOADS],
        "s3:RestoreObject": [_UPLOADS],
        "s3:GetObject": [_DATA],
        "s3:PutObject": [_DATA],
        **{action: [_PROCESSOR] for action in _QUEUE},
        "sqs:SendMessage": [_PROCESSOR, _AGGREGATOR],
    },
    "aggregator-role": {
        "s3:GetObject": [_DAYS, _AGGREGATES],
        "s3:RestoreObject": [_DAYS, _AGGREGATES],
        "s3:PutObject": [_AGGREGATES],
        **{action: [_AGGREGATOR] for action in _QUEUE},
    },
    "*-analyst-role": {
        "s3:GetObject": [_BARS, _DAYS],
        "s3:ListBucket": ["uploads-bucket-{suffix}"],
    },
    "*-partner-role": {"s3:GetObject": [_REJECTS], "s3:PutObject": [_UPLOADS]},
}
"""What a role's work uses an action on, where the stack has more than one of the kind."""

ACTIONS = Rule(
    name="iam-actions",
    sentence="IAM policies name each action that they allow, and allow a role its own work alone.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    fix=(
        "List the exact actions that the role's work needs, in the policy without wildcard and "
        "NotAction, and in setting `actions` under the role's name without the suffix; what "
        "makes, changes or deletes resources is for whoever deploys."
    ),
    governs=only(*identity.CARRIERS),
    schema={
        "actions": {
            "type": "object",
            "description": (
                "Actions that each role may use, by its name without the environment suffix, in "
                "which * stands for any text; a role that is not listed may use none."
            ),
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
            "default": {role: list(actions) for role, actions in _ROLES.items()},
        }
    },
    passes=(
        """
        RolePolicy: {role: status-role-dev, policy: {Statement: {Effect: Allow,
          Action: 'dynamodb:GetItem'}}}
        Role: {name: status-role-dev}
        """,
    ),
    fails=(
        """
        RolePolicy: {role: status-role-dev, policy: {Statement: {Effect: Allow,
          Action: 'dynamodb:PutItem'}}}
        Role: {name: status-role-dev}
        """,
        """
        RolePolicy: {role: status-role-dev, policy: {Statement: {Effect: Allow,
          Action: 'dynamodb:*'}}}
        Role: {name: status-role-dev}
        """,
    ),
)


def _judge_actions(resource: Resource, stack: Stack, settings: Settings) -> Answer:
    documents = list(identity.documents(resource))
    if not documents:
        return not_applicable("This role carries no inline policy.")
    owners = identity.owners(resource, stack)
    problems = []
    for document in documents:
        for statement in statements(document):
            if statement.allows:
                problems += _vague(statement)
                for owner in owners:
                    problems += _beyond(statement, owner, stack, settings)
    return verdict(list(dict.fromkeys(problems)))


def _vague(statement: Statement) -> list[str]:
    """What keeps a reader from telling which actions are allowed."""
    problems = []
    if "NotAction" in statement.inverted:
        problems.append(f"{statement.path}.NotAction allows all but what it names")
    elif not statement.actions:
        problems.append(f"{statement.path}.Action is missing")
    if any("*" in action or "?" in action for action in statement.actions):
        problems.append(f"{statement.path}.Action has a wildcard")
    return problems


def _beyond(
    statement: Statement, owner: Resource | None, stack: Stack, settings: Settings
) -> list[str]:
    """The actions that the owner's work does without."""
    name = (owner.inputs.text("name") if owner and owner.type == ROLE else None) or ""
    listed = [
        actions
        for role, actions in settings["actions"].items()
        if fnmatchcase(name, f"{role}-{stack.suffix}")
    ]
    if name and not listed:
        word = name.removesuffix(f"-{stack.suffix}")
        return [f"{statement.path} gives rights to {name}: setting `actions` has no entry {word}"]
    needed = {action.lower() for actions in listed for action in actions}
    return [
        f"{statement.path}.Action[{index}] is not among those that setting `actions` lists for "
        f"{name or 'a policy that no role has'}"
        for index, action in enumerate(statement.actions)
        if action not in needed
    ]


RESOURCES = Rule(
    name="iam-resources",
    sentence="IAM policies name exact resources of this stack, but where AWS allows no other way.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    fix="Name the ARNs of this stack's resources that the role works on.",
    governs=only(*identity.CARRIERS),
    schema={
        "places": {
            "type": "object",
            "description": (
                "Per role, by its name without the environment suffix, in which * stands for any "
                "text, and per action: the ends of the ARNs that it is used on, in which {suffix} "
                "stands for the suffix; what is not listed may be used on all of the stack."
            ),
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": "array", "items": {"type": "string"}},
            },
            "default": PLACES,
        }
    },
    passes=(
        """
        RolePolicy: {role: status-role-dev, policy: {Statement: {Effect: Allow,
          Action: 'dynamodb:GetItem',
          Resource: 'arn:aws:dynamodb:us-east-1:123456789012:table/status-table-dev'}}}
        Role: {name: status-role-dev}
        Table: {name: status-table-dev}
        """,
    ),
    fails=(
        """
        RolePolicy: {role: status-role-dev, policy: {Statement: {Effect: Allow,
          Action: 'dynamodb:GetItem', Resource: '*'}}}
        Role: {name: status-role-dev}
        """,
    ),
)


def _judge_resources(resource: Resource, stack: Stack, settings: Settings) -> Answer:
    documents = list(identity.documents(resource))
    if not documents:
        return not_applicable("This role carries no inline policy.")
    owners = identity.owners(resource, stack)
    problems = (
        [] if all(owners) else ["it is attached to something that is not a role of this stack"]
    )
    allowing = [s for document in documents for s in statements(document) if s.allows]
    for owner in owners:
        holder = _holder(owner, stack, settings) if owner is not None else grants.Holder()
        for statement in allowing:
            problems += grants.too_wide(statement, stack, holder)
    return verdict(list(dict.fromkeys(problems)))


def _holder(owner: Resource, stack: Stack, settings: Settings) -> grants.Holder:
    functions = stack.once(users_of_roles).get(owner.urn)
    if functions:
        return grants.Holder(
            trusted=frozenset({("Service", "lambda.amazonaws.com")}),
            log_groups=frozenset(map(log_group_of, functions)),
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
        trusted=frozenset(principals),
        partner=partner["partner"] if partner else None,
        places=_places(owner, stack, settings),
    )


def _places(role: Resource, stack: Stack, settings: Settings) -> dict[str, list[str]]:
    """What a role's work uses each action on, named as in this stack."""
    name = role.inputs.text("name") or ""
    return {
        action.lower(): [place.replace("{suffix}", stack.suffix) for place in places]
        for role, used in settings["places"].items()
        if fnmatchcase(name, f"{role}-{stack.suffix}")
        for action, places in used.items()
    }


_PARTNER_ROLE = re.compile(r"(?P<partner>.+)-partner-role-")

POLICIES = (ACTIONS.judged_in_stack(_judge_actions), RESOURCES.judged_in_stack(_judge_resources))
