"""The way of a failure over the event bus: every step, right and key of it."""

import json
from typing import Any

from tests.policies.baseline import document
from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    adding,
    check,
    declare,
    dropping,
    fails,
    hiding,
    parametrized,
    passes,
    setting,
    undetermined,
)

ROUTE = "function-dead-letter"
ALARM = "dead-letter-alarm"
FUNCTION = "validator-function"
BOTH = (FUNCTION, "status-function")
ALL_QUEUES = ("processor-dlq", "status-dlq", "validator-dlq")
QUEUE = "validator-dlq"
TARGET = "validator-target"
KEY = "pipeline-key"
TOPIC = "alarms-topic"
STANDARD = {"arn": "arn:aws:sqs:us-east-1:123456789012:standard-dev"}
QUEUE_URL = f"https://sqs.us-east-1.amazonaws.com/123456789012/{QUEUE}-dev.fifo"


def _denying(name: str, **condition: Any) -> Change:
    """One more statement, which denies everyone to send, under a condition if there is one."""

    def change(stack: Declarations) -> Declarations:
        policy = json.loads(stack[name].inputs["policy"])
        denial = {"Effect": "Deny", "Principal": "*", "Action": "sqs:Send*", "Resource": "*"}
        if condition:
            denial["Condition"] = condition  # type: ignore[assignment]
        return stack.set(name, "policy", document(*policy["Statement"], denial))

    return change


def _refused(stack: Declarations) -> Declarations:
    """A second policy of the role, which takes back what the first gives."""
    refusal = {"Effect": "Deny", "Action": "events:*", "Resource": "*"}
    return stack.add(
        declare(
            "aws:iam/rolePolicy:RolePolicy",
            "refusal",
            name="refusal-policy-dev",
            role="validator-role-dev",
            policy=document(refusal),
        )
    )


def _on_the_role(stack: Declarations) -> Declarations:
    """The function's rights written into its role."""
    rights = [{"name": "own", "policy": stack["validator-policy"].inputs["policy"]}]
    return stack.remove("validator-policy").set("validator-role", "inlinePolicies", rights)


def _without_send(stack: Declarations) -> Declarations:
    """The queue's policy once more, in a resource of its own, without the rule's right."""
    policy = json.loads(stack[QUEUE].inputs["policy"])
    return stack.add(
        declare(
            "aws:sqs/queuePolicy:QueuePolicy",
            "attached",
            queueUrl=QUEUE_URL,
            policy=document(policy["Statement"][0]),
        )
    )


STEPS = [
    *(
        fails(title, ROUTE, FUNCTION, change, message)
        for title, change, message in (
            (
                "a queue of the function's own beside the route",
                setting(FUNCTION, "deadLetterConfig", {"targetArn": STANDARD["arn"]}),
                "deadLetterConfig",
            ),
            (
                "a configuration for one version alone",
                setting("validator-invoke", "qualifier", "1"),
                "qualifier",
            ),
            (
                "a queue beside the target",
                setting(TARGET, "deadLetterConfig", STANDARD),
                "standard",
            ),
            (
                "184 attempts",
                setting(TARGET, "retryPolicy", {"maximumRetryAttempts": 184}),
                "gives up before 185",
            ),
            (
                "less than a day of attempts",
                setting(TARGET, "retryPolicy", {"maximumEventAgeInSeconds": 86_399}),
                "gives up before 86400",
            ),
            ("an input path", setting(TARGET, "inputPath", "$.detail"), "something else"),
            (
                "a rule that is off",
                setting("validator-rule", "isEnabled", False),
                "no enabled rule",
            ),
            ("no pattern", dropping("validator-rule", "eventPattern"), "no enabled rule"),
            (
                "a pattern of one of two failures",
                setting(
                    "validator-rule",
                    "eventPattern.detail.requestContext.condition",
                    ["RetriesExhausted"],
                ),
                "no enabled rule",
            ),
            (
                "a pattern of what is not there",
                setting("validator-rule", "eventPattern.detail.absent", [{"exists": True}]),
                "no enabled rule",
            ),
            (
                "a pattern of what is there to be absent",
                setting("validator-rule", "eventPattern.detail.version", [{"exists": False}]),
                "no enabled rule",
            ),
            (
                "a pattern of what does not begin like it",
                setting(
                    "validator-rule", "eventPattern.source", [{"anything-but": {"prefix": "lam"}}]
                ),
                "no enabled rule",
            ),
            (
                "a pattern of a bare text",
                setting("validator-rule", "eventPattern.source", "lambda"),
                "no enabled rule",
            ),
            (
                "a pattern of another account",
                setting("validator-rule", "eventPattern.account", ["999999999999"]),
                "no enabled rule",
            ),
            ("a policy without the right, attached", _without_send, "does not let"),
            ("the function's right taken back", _refused, "may not events:PutEvents"),
            ("everyone denied", _denying(QUEUE), "does not let"),
            (
                "whoever comes from no network denied",
                _denying(QUEUE, Null={"aws:SourceVpc": "true"}),
                "does not let",
            ),
            (
                "whoever has no path of an organisation denied",
                _denying(QUEUE, **{"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1"}}),
                "does not let",
            ),
            (
                "services denied",
                _denying(QUEUE, Bool={"aws:PrincipalIsAWSService": "true"}),
                "does not let",
            ),
            (
                "everyone denied but from a network",
                _denying(QUEUE, StringNotEquals={"aws:SourceVpc": "vpc-1"}),
                "does not let",
            ),
            (
                "everyone denied by a test that nobody knows",
                _denying(QUEUE, NumericEquals={"aws:SourceAccount": "1"}),
                "does not let",
            ),
            (
                "a right for what the call does not say",
                setting(
                    QUEUE, "policy.Statement[1].Condition.StringEquals", {"aws:SourceVpc": "vpc-1"}
                ),
                "does not let",
            ),
            (
                "a right to receive",
                setting(QUEUE, "policy.Statement[1].Action", "sqs:ReceiveMessage"),
                "does not let",
            ),
            (
                "a right on another queue",
                setting(
                    QUEUE,
                    "policy.Statement[1].Resource",
                    "arn:aws:sqs:us-east-1:123456789012:other-dev.fifo",
                ),
                "does not let",
            ),
        )
    ),
    fails(
        "a right for another account",
        ROUTE,
        FUNCTION,
        setting(
            QUEUE,
            "policy.Statement[1].Condition.StringEquals",
            {"aws:SourceAccount": "999999999999"},
        ),
        "does not let",
        resource_policy={QUEUE},
    ),
    fails(
        "a queue beside the bus",
        ROUTE,
        BOTH,
        setting("failures-bus", "deadLetterConfig", STANDARD),
        "failures-bus.deadLetterConfig",
    ),
    *(
        passes(title, ROUTE, FUNCTION, change)
        for title, change in (
            ("AWS's own attempts", setting(TARGET, "retryPolicy", {"maximumRetryAttempts": 185})),
            ("the unpublished version", setting("validator-invoke", "qualifier", "$LATEST")),
            (
                "a configuration for an alias beside the function's own",
                adding(
                    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
                    "alias-invoke",
                    functionName="validator-function-dev",
                    qualifier="live",
                    maximumRetryAttempts=2,
                ),
            ),
            ("no state of the rule", setting("validator-rule", "isEnabled", True)),
            (
                "a pattern of what is there and what is not",
                lambda s: s.set(
                    "validator-rule", "eventPattern.detail.version", [{"exists": True}]
                ).set("validator-rule", "eventPattern.detail.absent", [{"exists": False}]),
            ),
            (
                "a key for the bus by its own name",
                setting(
                    KEY,
                    "policy.Statement[1].Condition.ArnEquals",
                    {
                        "aws:SourceArn": [
                            "arn:aws:events:us-east-1:123456789012:event-bus/failures-bus-dev",
                            "arn:aws:events:us-east-1:123456789012:rule/failures-bus-dev/*",
                        ]
                    },
                ),
            ),
            (
                "a pattern of all versions but one",
                setting(
                    "validator-rule", "eventPattern.detail.version", [{"anything-but": "11.0"}]
                ),
            ),
            (
                "a pattern of both failures",
                setting(
                    "validator-rule",
                    "eventPattern.detail.requestContext.condition",
                    ["RetriesExhausted", "EventAgeExceeded"],
                ),
            ),
            (
                "a pattern of this account",
                setting("validator-rule", "eventPattern.account", ["123456789012"]),
            ),
            (
                "a right tied by a pattern",
                setting(
                    QUEUE,
                    "policy.Statement[1].Condition",
                    {"ArnLike": {"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/*"}},
                ),
            ),
            (
                "a right tied where the call says so",
                setting(
                    QUEUE,
                    "policy.Statement[1].Condition.StringEqualsIfExists",
                    {"aws:PrincipalOrgID": "o-1"},
                ),
            ),
            ("the function's right on its role", _on_the_role),
            (
                "everyone but services denied",
                _denying(QUEUE, BoolIfExists={"aws:PrincipalIsAWSService": "false"}),
            ),
            ("whoever comes from a network denied", _denying(QUEUE, Null={"aws:SourceVpc": False})),
            ("everyone denied in plain", _denying(QUEUE, Bool={"aws:SecureTransport": "false"})),
            ("others denied", _denying(QUEUE, StringEquals={"aws:SourceAccount": "999999999999"})),
        )
    ),
    *(
        undetermined(ROUTE, FUNCTION, f"{name}.{path}", hiding(name, path))
        for name, path in (
            (TARGET, "deadLetterConfig"),
            (TARGET, "retryPolicy.maximumRetryAttempts"),
            ("validator-invoke", "qualifier"),
            (FUNCTION, "deadLetterConfig"),
        )
    ),
]

KEYS = [
    *(
        fails(f"the key closed to EventBridge: {title}", ROUTE, BOTH, change, "closed to")
        for title, change in (
            ("no statement", dropping(KEY, "policy.Statement[1]")),
            ("Deny", setting(KEY, "policy.Statement[1].Effect", "Deny")),
            ("no Decrypt", setting(KEY, "policy.Statement[1].Action", "kms:GenerateDataKey")),
            ("no data key", setting(KEY, "policy.Statement[1].Action", "kms:Decrypt")),
        )
    ),
    fails(
        "the key closed to another rule than its own",
        ROUTE,
        BOTH,
        setting(
            KEY,
            "policy.Statement[1].Condition.ArnEquals",
            {"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/failures-bus-dev/x"},
        ),
        "the key of failures-bus is closed",
    ),
    fails(
        "the key open to the bus, and closed to a rule",
        ROUTE,
        BOTH,
        setting(
            KEY,
            "policy.Statement[1].Condition.StringEquals",
            {
                "kms:EncryptionContext:aws:events:event-bus:arn": (
                    "arn:aws:events:us-east-1:123456789012:event-bus/failures-bus-dev"
                )
            },
        ),
        "is closed to",
    ),
    passes(
        "a key for the topic's own messages",
        ALARM,
        QUEUE,
        setting(
            KEY,
            "policy.Statement[2].Condition.StringEquals",
            {
                "kms:EncryptionContext:aws:sns:topicArn": (
                    "arn:aws:sns:us-east-1:123456789012:alarms-topic-dev"
                )
            },
        ),
    ),
    *(
        fails(f"the topic's key closed to CloudWatch: {title}", ALARM, ALL_QUEUES, change, "closed")
        for title, change in (
            ("no statement", dropping(KEY, "policy.Statement[2]")),
            ("no data key", setting(KEY, "policy.Statement[2].Action", "kms:Decrypt")),
        )
    ),
    *(
        fails(f"the topic closed to CloudWatch: {title}", ALARM, ALL_QUEUES, change, "closed")
        for title, change in (
            ("no statement", dropping(TOPIC, "policy.Statement[1]")),
            ("Deny", setting(TOPIC, "policy.Statement[1].Effect", "Deny")),
            ("another action", setting(TOPIC, "policy.Statement[1].Action", "sns:Subscribe")),
            (
                "another topic",
                setting(
                    TOPIC, "policy.Statement[1].Resource", "arn:aws:sns:us-east-1:123456789012:x"
                ),
            ),
            (
                "other alarms",
                setting(
                    TOPIC,
                    "policy.Statement[1].Condition.ArnLike",
                    {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:other-*"},
                ),
            ),
        )
    ),
    passes(
        "a topic for the stack's alarms",
        ALARM,
        QUEUE,
        setting(
            TOPIC,
            "policy.Statement[1].Condition.ArnLike",
            {"aws:SourceArn": "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*-dev"},
        ),
    ),
]


@parametrized(STEPS)
def test_each_step_of_the_way(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


@parametrized(KEYS)
def test_each_key_on_the_way(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
