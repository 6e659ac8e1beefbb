"""What each role may do, and what needs it: the source of docs/permissions.md.

Every right that is granted stands here, with the scene that fails without it or, where the
emulator does not ask for it, with the reason in writing.
"""

from dataclasses import dataclass
from functools import partial

from tests.permissions import scenes
from tests.permissions.roles import Grant
from tests.permissions.scenes import Scene


@dataclass(frozen=True, kw_only=True)
class Right:
    """A right and its justification: exactly one of `scene` and `reason` is given.

    Attributes:
        grant: what is granted.
        scene: what fails without it.
        reason: why it is granted, where no scene can fail on the emulator.
    """

    grant: Grant
    scene: Scene | None = None
    reason: str | None = None

    @property
    def needed_by(self) -> str:
        """What needs the right, in words."""
        if self.reason is not None:
            return self.reason
        told = self.scene.func if isinstance(self.scene, partial) else self.scene
        return str(told.__doc__)


TABLE = "table/status-table"
KEY = "key/*"
BUS = "event-bus/failures-bus"
UPLOADS = "uploads-bucket/uploads/*"
REJECTS = "uploads-bucket/rejects/*"
DATA = "uploads-bucket/data/*"
DAYS = "uploads-bucket/data/days/*"
AGGREGATES = "uploads-bucket/aggregates/*"
PROCESSOR_QUEUE = "processor-queue.fifo"
AGGREGATOR_QUEUE = "aggregator-queue.fifo"

_TRACES = (
    "the function's calls are traced; the emulator has no X-Ray, and AWS defines no resource "
    "for this action."
)
_API_LOGS = (
    "API Gateway refuses a log role without it ([decision 0011](decisions/0011-api-logs.md)); "
    "the emulator writes no API logs."
)


def _rights(role: str, needs: dict[tuple[str, str], Scene | str]) -> list[Right]:
    return [
        Right(
            grant=Grant(role=role, action=action, resource=resource),
            scene=None if isinstance(need, str) else need,
            reason=need if isinstance(need, str) else None,
        )
        for (action, resource), need in needs.items()
    ]


def _observed(function: str) -> dict[tuple[str, str], Scene | str]:
    group = f"log-group:/aws/lambda/{function}-function:*"
    return {
        ("logs:CreateLogStream", group): partial(scenes.log_anew, function=function),
        ("logs:PutLogEvents", group): partial(scenes.log, function=function),
        ("xray:PutTraceSegments", "*"): _TRACES,
        ("xray:PutTelemetryRecords", "*"): _TRACES,
    }


VALIDATOR = _rights(
    "validator-role",
    {
        ("s3:GetObjectVersion", UPLOADS): scenes.validate,
        ("s3:RestoreObject", UPLOADS): scenes.validate_archived,
        ("s3:PutObject", REJECTS): scenes.reject,
        ("dynamodb:GetItem", TABLE): scenes.validate,
        ("dynamodb:PutItem", TABLE): scenes.validate,
        ("dynamodb:ConditionCheckItem", TABLE): scenes.validate_correction,
        ("sqs:SendMessage", PROCESSOR_QUEUE): scenes.validate,
        ("events:PutEvents", BUS): partial(scenes.give_up, function="validator"),
        ("kms:Decrypt", KEY): scenes.validate,
        ("kms:GenerateDataKey", KEY): scenes.validate,
        **_observed("validator"),
    },
)

PROCESSOR = _rights(
    "processor-role",
    {
        ("s3:GetObjectVersion", UPLOADS): scenes.process,
        ("s3:RestoreObject", UPLOADS): scenes.process_archived,
        ("s3:GetObject", DATA): scenes.process_correction,
        ("s3:PutObject", DATA): scenes.process,
        ("dynamodb:GetItem", TABLE): scenes.process,
        ("dynamodb:PutItem", TABLE): scenes.process,
        ("dynamodb:ConditionCheckItem", TABLE): scenes.process_by_arrival,
        ("sqs:ReceiveMessage", PROCESSOR_QUEUE): scenes.feed_processor,
        ("sqs:DeleteMessage", PROCESSOR_QUEUE): scenes.feed_processor,
        ("sqs:GetQueueAttributes", PROCESSOR_QUEUE): scenes.feed_processor,
        ("sqs:ChangeMessageVisibility", PROCESSOR_QUEUE): partial(
            scenes.retry_soon, stage="processor"
        ),
        ("sqs:SendMessage", PROCESSOR_QUEUE): scenes.wake_in_processor,
        ("sqs:SendMessage", AGGREGATOR_QUEUE): scenes.process,
        ("kms:Decrypt", KEY): scenes.process,
        ("kms:GenerateDataKey", KEY): scenes.process,
        **_observed("processor"),
    },
)

AGGREGATOR = _rights(
    "aggregator-role",
    {
        ("s3:GetObject", DAYS): scenes.aggregate_node,
        ("s3:GetObject", AGGREGATES): scenes.aggregate_correction,
        ("s3:RestoreObject", DAYS): scenes.aggregate_archived,
        ("s3:RestoreObject", AGGREGATES): scenes.aggregate_archived_nodes,
        ("s3:PutObject", AGGREGATES): scenes.aggregate_node,
        ("dynamodb:GetItem", TABLE): scenes.aggregate,
        ("dynamodb:PutItem", TABLE): scenes.aggregate,
        ("dynamodb:ConditionCheckItem", TABLE): scenes.aggregate_correction_of_one_that_waits,
        ("sqs:ReceiveMessage", AGGREGATOR_QUEUE): scenes.feed_aggregator,
        ("sqs:DeleteMessage", AGGREGATOR_QUEUE): scenes.feed_aggregator,
        ("sqs:GetQueueAttributes", AGGREGATOR_QUEUE): scenes.feed_aggregator,
        ("sqs:ChangeMessageVisibility", AGGREGATOR_QUEUE): partial(
            scenes.retry_soon, stage="aggregator"
        ),
        ("sqs:SendMessage", AGGREGATOR_QUEUE): scenes.wake_in_aggregator,
        ("kms:Decrypt", KEY): scenes.aggregate_node,
        ("kms:GenerateDataKey", KEY): scenes.aggregate_node,
        **_observed("aggregator"),
    },
)

STATUS = _rights(
    "status-role",
    {
        ("dynamodb:GetItem", TABLE): scenes.ask_for_file,
        ("dynamodb:Query", TABLE): scenes.ask_for_feed,
        ("events:PutEvents", BUS): partial(scenes.give_up, function="status"),
        ("kms:Decrypt", KEY): scenes.ask_for_file,
        **_observed("status"),
    },
)

_PATHS = "*/status-stage/{method}/status/{{partner}}/*"

PARTNER = _rights(
    "{partner}-partner-role",
    {
        ("s3:PutObject", "uploads-bucket/uploads/{partner}/*"): scenes.put,
        ("s3:GetObject", "uploads-bucket/rejects/{partner}/*"): scenes.read_report,
        ("kms:GenerateDataKey", KEY): scenes.put,
        ("kms:Decrypt", KEY): scenes.read_report,
        ("execute-api:Invoke", _PATHS.format(method="GET")): scenes.ask_for_file,
        ("execute-api:Invoke", _PATHS.format(method="HEAD")): scenes.ask_for_head,
    },
)

RESEARCH = _rights(
    "research-analyst-role",
    {
        ("s3:GetObject", "uploads-bucket/data/bars/*"): partial(
            scenes.read_data, analyst="research", table="bars"
        ),
        ("s3:GetObject", "uploads-bucket/data/days/*"): partial(
            scenes.read_data, analyst="research", table="days"
        ),
        ("s3:ListBucket", "uploads-bucket"): partial(scenes.list_data, analyst="research"),
        ("kms:Decrypt", KEY): partial(scenes.read_data, analyst="research", table="bars"),
    },
)

_OF_PARTNER = "uploads-bucket/data/{table}/partner={{partner}}/*"

PARTNER_RESEARCH = _rights(
    "{partner}-research-analyst-role",
    {
        ("s3:GetObject", _OF_PARTNER.format(table="bars")): partial(
            scenes.read_data, analyst="{partner}-research", table="bars"
        ),
        ("s3:GetObject", _OF_PARTNER.format(table="days")): partial(
            scenes.read_data, analyst="{partner}-research", table="days"
        ),
        ("s3:ListBucket", "uploads-bucket"): partial(
            scenes.list_data, analyst="{partner}-research"
        ),
        ("kms:Decrypt", KEY): partial(scenes.read_data, analyst="{partner}-research", table="bars"),
    },
)

API_LOGS = _rights(
    "api-logs-role",
    {
        (f"logs:{action}", "log-group:*"): _API_LOGS
        for action in (
            "CreateLogGroup",
            "CreateLogStream",
            "DescribeLogGroups",
            "DescribeLogStreams",
            "FilterLogEvents",
            "GetLogEvents",
            "PutLogEvents",
        )
    },
)

RIGHTS = [
    *(*VALIDATOR, *PROCESSOR, *AGGREGATOR, *STATUS),
    *(*PARTNER, *RESEARCH, *PARTNER_RESEARCH, *API_LOGS),
]
