"""What each role may do, no more and no less."""

import pytest

from stack import permissions
from stack.names import Names
from tests.stack.recorder import Recorded, Recording

Grants = set[tuple[str, str]]

BUCKET = "arn:aws:s3:::uploads-bucket-dev"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/status-table-dev"
PROCESSOR_QUEUE = "arn:aws:sqs:us-east-1:123456789012:processor-queue-dev.fifo"
AGGREGATOR_QUEUE = "arn:aws:sqs:us-east-1:123456789012:aggregator-queue-dev.fifo"
BUS = "arn:aws:events:us-east-1:123456789012:event-bus/failures-bus-dev"
KEYS = "arn:aws:kms:us-east-1:123456789012:key/*"
API = "arn:aws:execute-api:us-east-1:123456789012:*/status-stage-dev"

READ_TABLE = {("dynamodb:GetItem", TABLE), ("dynamodb:Query", TABLE)}
USE_TABLE = {
    ("dynamodb:GetItem", TABLE),
    ("dynamodb:PutItem", TABLE),
    ("dynamodb:ConditionCheckItem", TABLE),
}
READ_KEY = {("kms:Decrypt", KEYS)}
USE_KEY = READ_KEY | {("kms:GenerateDataKey", KEYS)}
READ_UPLOADS = {
    ("s3:GetObjectVersion", f"{BUCKET}/uploads/*"),
    ("s3:RestoreObject", f"{BUCKET}/uploads/*"),
}


def use_queue(queue: str) -> Grants:
    return {
        ("sqs:ReceiveMessage", queue),
        ("sqs:DeleteMessage", queue),
        ("sqs:GetQueueAttributes", queue),
        ("sqs:ChangeMessageVisibility", queue),
        ("sqs:SendMessage", queue),
    }


def observe(function: str) -> Grants:
    logs = f"arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/{function}-function-dev:*"
    return {
        ("logs:CreateLogStream", logs),
        ("logs:PutLogEvents", logs),
        ("xray:PutTraceSegments", "*"),
        ("xray:PutTelemetryRecords", "*"),
    }


EXPECTED: dict[str, Grants] = {
    "validator": READ_UPLOADS
    | {("s3:PutObject", f"{BUCKET}/rejects/*")}
    | USE_TABLE
    | {("sqs:SendMessage", PROCESSOR_QUEUE), ("events:PutEvents", BUS)}
    | USE_KEY
    | observe("validator"),
    "processor": READ_UPLOADS
    | {("s3:GetObject", f"{BUCKET}/data/*"), ("s3:PutObject", f"{BUCKET}/data/*")}
    | USE_TABLE
    | use_queue(PROCESSOR_QUEUE)
    | {("sqs:SendMessage", AGGREGATOR_QUEUE)}
    | USE_KEY
    | observe("processor"),
    "aggregator": {
        ("s3:GetObject", f"{BUCKET}/data/days/*"),
        ("s3:GetObject", f"{BUCKET}/aggregates/*"),
        ("s3:RestoreObject", f"{BUCKET}/data/days/*"),
        ("s3:RestoreObject", f"{BUCKET}/aggregates/*"),
        ("s3:PutObject", f"{BUCKET}/aggregates/*"),
    }
    | USE_TABLE
    | use_queue(AGGREGATOR_QUEUE)
    | USE_KEY
    | observe("aggregator"),
    "status": READ_TABLE | {("events:PutEvents", BUS)} | READ_KEY | observe("status"),
    "acme-partner": {
        ("s3:PutObject", f"{BUCKET}/uploads/acme/*"),
        ("s3:GetObject", f"{BUCKET}/rejects/acme/*"),
        ("execute-api:Invoke", f"{API}/GET/status/acme/*"),
        ("execute-api:Invoke", f"{API}/HEAD/status/acme/*"),
    }
    | USE_KEY,
    "globex-partner": {
        ("s3:PutObject", f"{BUCKET}/uploads/globex/*"),
        ("s3:GetObject", f"{BUCKET}/rejects/globex/*"),
        ("execute-api:Invoke", f"{API}/GET/status/globex/*"),
        ("execute-api:Invoke", f"{API}/HEAD/status/globex/*"),
    }
    | USE_KEY,
    "desk-analyst": {
        ("s3:GetObject", f"{BUCKET}/data/bars/*"),
        ("s3:GetObject", f"{BUCKET}/data/days/*"),
        ("s3:ListBucket", BUCKET),
    }
    | READ_KEY,
    "fund-analyst": {
        ("s3:GetObject", f"{BUCKET}/data/bars/partner=acme/*"),
        ("s3:GetObject", f"{BUCKET}/data/days/partner=acme/*"),
        ("s3:ListBucket", BUCKET),
    }
    | READ_KEY,
    "api-logs": {
        (f"logs:{action}", "arn:aws:logs:us-east-1:123456789012:log-group:*")
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
}


def grants(policy: Recorded) -> Grants:
    statements = policy.document("policy")["Statement"]
    assert {statement["Effect"] for statement in statements} == {"Allow"}
    return {
        (action, resource)
        for statement in statements
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_may_do_exactly_this(stack: Recording, role: str) -> None:
    policy = stack.one("aws:iam/rolePolicy:RolePolicy", f"{role}-policy")
    assert policy.inputs["role"] == f"{role}-role-dev"
    assert grants(policy) == EXPECTED[role]


def test_no_other_role_has_a_policy(stack: Recording) -> None:
    policies = stack.of_type("aws:iam/rolePolicy:RolePolicy")
    assert {policy.name for policy in policies} == {f"{role}-policy" for role in EXPECTED}


def test_a_partner_is_limited_to_the_methods_that_the_api_has() -> None:
    names = Names(account="123456789012", region="us-east-1", suffix="dev")
    (*_, ask) = permissions.partner(names, "acme", ("GET",))
    assert ask["Resource"] == [f"{API}/GET/status/acme/*"]
