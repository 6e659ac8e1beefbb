"""Rules on logs (FN-4, MON-2)."""

from collections import Counter
from contextlib import suppress

from policies.facts.functions import log_group_of
from policies.facts.reading import MalformedError, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import FUNCTION, LOG_GROUP, TOPIC
from policies.pack.answers import PASSED, Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only

RETENTION = Rule(
    name="log-group-retention",
    sentence="Log groups keep their events for exactly {days} days.",
    severity=Severity.HIGH,
    requirements=("FN-4", "MON-2"),
    fix=(
        "Set retentionInDays to {days}, in any log group class but DELIVERY; let topics log no "
        "delivery."
    ),
    governs=only(LOG_GROUP, TOPIC),
    schema={
        "days": {
            "type": "integer",
            "description": "Retention of every log group, in days.",
            "minimum": 1,
            "default": 7,
        }
    },
    passes=("LogGroup: {retentionInDays: 7}",),
    fails=(
        "LogGroup: {retentionInDays: 14}",
        "LogGroup: {}",
    ),
)


def _judge_retention(group: Resource, settings: Settings) -> Answer:
    if group.type == TOPIC:
        return verdict(
            [
                f"{key} makes SNS write to log groups of its own, where logs would stay forever"
                for key, _ in group.inputs.members()
                if key.endswith("FeedbackRoleArn")
            ]
        )
    days = group.inputs.integer("retentionInDays")
    required = settings["days"]
    if group.inputs.text("logGroupClass") == "DELIVERY":
        return failed("logGroupClass is DELIVERY, which keeps logs for two days whatever is said")
    if days == required:
        return PASSED
    found = "missing, so logs would stay forever" if days is None else f"{days}"
    return failed(f"retentionInDays is {found}, not {required}")


FUNCTION_LOGS = Rule(
    name="function-log-group",
    sentence="Every function writes to a log group of its own that this stack declares.",
    severity=Severity.HIGH,
    requirements=("FN-4", "MON-2"),
    fix="Declare the log group /aws/lambda/{name} in the stack.",
    governs=only(FUNCTION),
    passes=(
        """
        Function: {name: status-function-dev}
        LogGroup: {name: /aws/lambda/status-function-dev}
        """,
    ),
    fails=("Function: {name: status-function-dev}",),
)


def _judge_function_logs(function: Resource, stack: Stack, _settings: Settings) -> Answer:
    name = log_group_of(function)
    if stack.named(LOG_GROUP, name) is None:
        return failed("its log group is not in the stack, so that Lambda would make one")
    if stack.once(_writers)[name] > 1:
        return failed("it shares its log group with another function")
    return PASSED


def _writers(stack: Stack) -> Counter[str]:
    """How many functions write to each log group, those apart of which it is unknown."""
    writers: Counter[str] = Counter()
    for function in stack.of(FUNCTION):
        with suppress(UndeterminedError, MalformedError):
            writers[log_group_of(function)] += 1
    return writers


POLICIES = (
    RETENTION.judged_alone(_judge_retention),
    FUNCTION_LOGS.judged_in_stack(_judge_function_logs),
)
