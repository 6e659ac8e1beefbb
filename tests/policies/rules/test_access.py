"""Resource policies, permissions, and what else lets someone in."""

from typing import Any

from tests.policies.baseline import TOPIC_ARN, allow, deny_plain, document, queue_arn
from tests.policies.kit import (
    ACCOUNT,
    Case,
    Change,
    Declarations,
    adding,
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

_DEAD_LETTERS = {"processor-dlq", "status-dlq", "validator-dlq"}
_ASYNCHRONOUS = {"status-function", "validator-function"}
# Whose policy's second statement lets a service in, and what comes loose when it does not.
_HOLDERS: dict[str, dict[str, set[str]]] = {
    "pipeline-key": {"function_dead_letter": _ASYNCHRONOUS},
    "alarms-topic": {"dead_letter_alarm": _DEAD_LETTERS},
    "validator-dlq": {"function_dead_letter": {"validator-function"}},
}
_OTHER_ACCOUNT = {"StringEquals": {"aws:SourceAccount": ["123456789012", "999999999999"]}}
_SERVICES = ("*", "events.amazonaws.com-x", "logs.us-west-2.amazonaws.com", "amazonaws.com")
_SOURCES = (
    "*",
    "arn:aws:events:us-east-1:999999999999:rule/failures-bus-dev/validator-failures-rule-dev",
    "arn:aws:events:us-west-2:123456789012:rule/failures-bus-dev/validator-failures-rule-dev",
    "arn:aws:s3:::other-bucket",
    "999999999999",
)


def _with_policy(type_: str, key: str, **inputs: Any) -> Change:
    """One more resource that carries a policy, which lets a service in from anywhere."""
    statement = allow(["kms:Decrypt"], ["*"], Principal={"Service": "logs.amazonaws.com"})
    return lambda s: s.add(declare(type_, "added", **{key: document(statement)}, **inputs))


def _granting(type_: str, **inputs: Any) -> Change:
    return lambda s: s.add(declare(type_, "added", **inputs))


def _permitting(service: str, source: str) -> Change:
    """One more permission to invoke the processor."""
    return adding(
        "aws:lambda/permission:Permission",
        "added",
        action="lambda:InvokeFunction",
        function="processor-function-dev",
        principal=f"{service}.amazonaws.com",
        sourceArn=source,
    )


def _denying(*actions: str, **more: Any) -> Change:
    """A second denial in the topic's policy, to everyone unless `more` says otherwise."""
    denial = {"Effect": "Deny", "Principal": "*", "Action": list(actions), "Resource": "*", **more}
    return setting("alarms-topic", "policy", document(*_TOPIC_STATEMENTS, denial))


_TOPIC_STATEMENTS = (
    deny_plain("sns:Publish", TOPIC_ARN),
    allow(
        ["sns:Publish"],
        [TOPIC_ARN],
        Principal={"Service": "cloudwatch.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    ),
)
_ROOT = f"arn:aws:iam::{ACCOUNT}:root"

OPEN = [
    *(
        fails(
            f"{name} is open to {service}",
            "resource-policy",
            name,
            setting(name, "policy.Statement[1].Principal", {"Service": service}),
            "",
            **also,
        )
        for name, also in _HOLDERS.items()
        for service in _SERVICES
    ),
    *(
        fails(
            f"{name} is open to calls for {source}",
            "resource-policy",
            name,
            setting(
                name,
                "policy.Statement[1].Condition",
                {"ArnLike": {"aws:SourceArn": ["arn:aws:s3:::uploads-bucket-dev", source]}},
            ),
            "",
            **({} if source == "*" else also),
        )
        for name, also in _HOLDERS.items()
        for source in _SOURCES
    ),
    fails(
        "another account among its own",
        "resource-policy",
        "alarms-topic",
        setting("alarms-topic", "policy.Statement[1].Condition", _OTHER_ACCOUNT),
    ),
    fails(
        "a key with AWS's policy",
        "resource-policy",
        "pipeline-key",
        dropping("pipeline-key", "policy"),
        "policy is missing",
        function_dead_letter=_ASYNCHRONOUS,
        dead_letter_alarm=_DEAD_LETTERS,
    ),
    *(
        fails(f"a {type_.rsplit(':', 1)[1]} for all", "resource-policy", "added", change)
        for type_, change in (
            ("a:Q", _with_policy("aws:sqs/queuePolicy:QueuePolicy", "policy", queueUrl="other")),
        )
    ),
    passes(
        "a service of this region by the bucket",
        "resource-policy",
        "processor-dlq",
        setting(
            "processor-dlq",
            "policy.Statement",
            [
                deny_plain("sqs:*", queue_arn("processor-dlq")),
                allow(
                    ["sqs:SendMessage"],
                    ["*"],
                    Principal={"Service": "s3.us-east-1.amazonaws.com"},
                    Condition={"ArnEquals": {"aws:SourceArn": "arn:aws:s3:::uploads-bucket-dev"}},
                ),
            ],
        ),
    ),
]

ACCESS = [
    *(
        fails(
            f"a denial of {', '.join(actions)} {more or ''}".rstrip(),
            "resource-policy",
            "alarms-topic",
            _denying(*actions, **more),
            "denies deletion",
            **({"dead_letter_alarm": _DEAD_LETTERS} if not actions else {}),
        )
        for actions, more in (
            (("sns:DeleteTopic",), {}),
            (("SNS:deletetopic",), {"Principal": {"AWS": "*"}}),
            (("sns:GetTopicAttributes", "sns:D*"), {"Principal": {"AWS": [_ROOT]}}),
            (("sns:Delete?opic",), {}),
            ((), {"Action": "sns:Delete*", "NotPrincipal": {"AWS": _ROOT}, "Principal": None}),
            ((), {"NotAction": "sns:GetTopicAttributes", "Action": None}),
        )
    ),
    fails(
        "a key that nobody may delete",
        "resource-policy",
        "added",
        adding(
            "aws:kms/keyPolicy:KeyPolicy",
            "added",
            keyId="another",
            policy=document(
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": _ROOT},
                    "Action": "kms:ScheduleKeyDeletion",
                    "Resource": "*",
                }
            ),
        ),
        "denies deletion",
    ),
    *(
        passes(
            f"a denial of {', '.join(actions)} {more or ''}".rstrip(),
            "resource-policy",
            "alarms-topic",
            _denying(*actions, **more),
        )
        for actions, more in (
            (("sns:AddPermission",), {}),
            (("sns:S*",), {}),
            (("sns:DeleteTopic",), {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/x"}}),
            (("sns:*",), {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}),
        )
    ),
    *(
        fails(
            f"{path} of {name} is {value!r}",
            "resource-policy",
            name,
            setting(name, f"policy.{path}", value),
        )
        for name, path, value in (
            ("alarms-topic", "Statement[1].Principal", "*"),
            ("alarms-topic", "Statement[1].Principal", {"AWS": "*"}),
            ("alarms-topic", "Statement[1].Action", "sns:*"),
            ("alarms-topic", "Statement[1].Condition", {}),
            (
                "alarms-topic",
                "Statement[1].Condition",
                {"StringEqualsIfExists": {"aws:SourceAccount": "123456789012"}},
            ),
            ("pipeline-key", "Statement[0].Principal", {"AWS": "*"}),
            ("pipeline-key", "Statement[0].Principal", {"Federated": "accounts.google.com"}),
            ("pipeline-key", "Statement[0].Principal", {}),
            ("pipeline-key", "Statement[0].Principal", {"AWS": "arn:aws:iam::999999999999:root"}),
            ("pipeline-key", "Statement[0].Action", "kms:*"),
            ("pipeline-key", "Statement[0].NotPrincipal", {"AWS": "x"}),
        )
    ),
    fails(
        "everyone but one may use the key",
        "resource-policy",
        "pipeline-key",
        lambda s: s.drop("pipeline-key", "policy.Statement[0].Principal").set(
            "pipeline-key", "policy.Statement[0].NotPrincipal", {"AWS": "x"}
        ),
        "policy.Statement[0].NotPrincipal allows all but what it names",
    ),
    *(
        fails(
            f"{path} of the alarms' topic is {value!r}",
            "resource-policy",
            "alarms-topic",
            setting("alarms-topic", f"policy.Statement[1].{path}", value),
            dead_letter_alarm=_DEAD_LETTERS,
        )
        for path, value in (
            ("Principal", {"AWS": "arn:aws:iam::999999999999:root"}),
            ("Condition", {"StringNotEquals": {"aws:SourceAccount": "1"}}),
        )
    ),
    undetermined(
        "resource-policy",
        "pipeline-key",
        "policy",
        function_dead_letter=_ASYNCHRONOUS,
        dead_letter_alarm=_DEAD_LETTERS,
    ),
    not_applicable(
        "for a bucket without a policy of its own", "resource-policy", "uploads-bucket", lambda s: s
    ),
    *(
        fails(
            f"{path} is {value!r}",
            "function-permission",
            "bucket-permission",
            setting("bucket-permission", path, value),
        )
        for path, value in (
            ("action", "lambda:*"),
            ("functionUrlAuthType", "NONE"),
            ("invokedViaFunctionUrl", True),
            ("sourceAccount", "999999999999"),
            ("eventSourceToken", "x"),
            ("principalOrgId", "o-1234567890"),
        )
    ),
    *(
        fails(
            f"a permission for {service}, past the queues",
            "function-permission",
            "added",
            _permitting(service, source),
            "principal is not among",
        )
        for service, source in (
            ("events", "arn:aws:events:us-east-1:123456789012:rule/any-rule-dev"),
            ("logs", "arn:aws:logs:us-east-1:123456789012:log-group:any-logs-dev"),
            ("sns", "arn:aws:sns:us-east-1:123456789012:alarms-topic-dev"),
        )
    ),
    *(
        fails(
            f"a permission for {source}",
            "function-permission",
            "added",
            _permitting(service, source),
            "wildcard",
            **also,
        )
        for service, source, also in (
            ("apigateway", "arn:aws:execute-api:us-east-1:123456789012:*", {}),
            ("apigateway", "arn:aws:execute-api:us-east-1:123456789012:*/*/GET/status", {}),
            (
                "apigateway",
                "arn:aws:execute-api:us-west-2:123456789012:abc/*/GET/status",
                {"region": {"added"}},
            ),
            ("sns", "arn:aws:sns:us-east-1:123456789012:*", {}),
        )
    ),
    passes(
        "a permission for every stage of one API",
        "function-permission",
        "added",
        _permitting("apigateway", "arn:aws:execute-api:us-east-1:123456789012:abc/*/GET/status"),
    ),
    *(
        fails(
            f"{path} is {value!r}",
            "function-permission",
            "bucket-permission",
            setting("bucket-permission", path, value),
            bucket_notification={"uploads-bucket"},
        )
        for path, value in (
            ("principal", "*"),
            ("principal", "amazonaws.com"),
            ("principal", "s3.amazonaws.com.example"),
            ("sourceArn", "arn:aws:s3:::*"),
            ("function", "other-dev"),
        )
    ),
    fails(
        "no account",
        "function-permission",
        "bucket-permission",
        dropping("bucket-permission", "sourceAccount"),
    ),
    undetermined("function-permission", "bucket-permission", "sourceAccount"),
    undetermined(
        "function-permission",
        "bucket-permission",
        "function",
        bucket_notification={"uploads-bucket"},
    ),
]


@parametrized(OPEN)
def test_nobody_else_is_let_in(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


@parametrized(ACCESS)
def test_access(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
