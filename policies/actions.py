"""Rules on which actions a role may use: its own work's, and no other role's (FN-5)."""

from fnmatch import fnmatchcase

from policies import rights
from policies.answers import Answer, not_applicable, verdict
from policies.policy import Settings, Severity, StackPolicy, only
from policies.resource import Resource, Stack
from policies.statements import Statement, statements
from policies.types import ROLE

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
    "processor-role": (*_TABLE, *_KEY, *_LOGS, *_VERSIONS, *_QUEUE, *_TRACES),
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
    "*-partner-role": ("execute-api:Invoke", *_KEY, "s3:PutObject"),
}

_UPLOADS, _RESULTS, _AGGREGATES, _REJECTS = (
    f"uploads-bucket-{{suffix}}/{prefix}/*"
    for prefix in ("uploads", "results", "aggregates", "rejects")
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
        "s3:PutObject": [_RESULTS],
        **{action: [_PROCESSOR] for action in _QUEUE},
        "sqs:SendMessage": [_PROCESSOR, _AGGREGATOR],
    },
    "aggregator-role": {
        "s3:GetObject": [_RESULTS, _AGGREGATES],
        "s3:RestoreObject": [_RESULTS, _AGGREGATES],
        "s3:PutObject": [_AGGREGATES],
        **{action: [_AGGREGATOR] for action in _QUEUE},
    },
}
"""What the functions use an action on, where the stack has more than one of the kind."""


def _judge_actions(resource: Resource, stack: Stack, settings: Settings) -> Answer:
    documents = list(rights.documents(resource))
    if not documents:
        return not_applicable("This role carries no inline policy.")
    owners = rights.owners(resource, stack)
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
    needed = {
        action.lower()
        for role, actions in settings["actions"].items()
        if fnmatchcase(name, f"{role}-{stack.suffix}")
        for action in actions
    }
    return [
        f"{statement.path}.Action[{index}] is none that {name or 'whoever holds it'} needs"
        for index, action in enumerate(statement.actions)
        if action not in needed
    ]


ACTIONS = StackPolicy(
    name="iam-actions",
    sentence="IAM policies name each action that they allow, and allow a role its own work alone.",
    severity=Severity.CRITICAL,
    requirements=("FN-5",),
    remediation=(
        "List the exact actions that the role's work needs, without wildcard and NotAction; what "
        "makes, changes or deletes resources is for whoever deploys."
    ),
    governs=only(*rights.CARRIERS),
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
    judge=_judge_actions,
)
