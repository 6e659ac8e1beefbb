"""Rules on logs (FN-4, MON-2)."""

from collections import Counter
from contextlib import suppress

from policies.answers import PASSED, Answer, failed, verdict
from policies.policy import ResourcePolicy, Settings, Severity, StackPolicy, only
from policies.reading import MalformedError, UndeterminedError
from policies.resource import Resource, Stack
from policies.types import FUNCTION, LOG_GROUP, TOPIC


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
    found = "missing, so that logs would stay forever" if days is None else f"{days}"
    return failed(f"retentionInDays is {found}, not {required}")


RETENTION = ResourcePolicy(
    name="log-group-retention",
    sentence="Log groups keep their events for exactly 7 days.",
    severity=Severity.HIGH,
    requirements=("FN-4", "MON-2"),
    remediation=(
        "Set retentionInDays to 7, in any log group class but DELIVERY; let topics log no delivery."
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
    judge=_judge_retention,
)


def _judge_function_logs(function: Resource, stack: Stack, _settings: Settings) -> Answer:
    name = group_of(function)
    if stack.named(LOG_GROUP, name) is None:
        return failed("its log group is not in the stack, so that Lambda would make one")
    if stack.once(_writers)[name] > 1:
        return failed("it shares its log group with another function")
    return PASSED


def group_of(function: Resource) -> str:
    """The name of the log group that a function writes to."""
    configured = function.inputs.object("loggingConfig").text("logGroup")
    return configured or f"/aws/lambda/{function.inputs.text('name')}"


def _writers(stack: Stack) -> Counter[str]:
    """How many functions write to each log group, those apart of which it is unknown."""
    writers: Counter[str] = Counter()
    for function in stack.of(FUNCTION):
        with suppress(UndeterminedError, MalformedError):
            writers[group_of(function)] += 1
    return writers


FUNCTION_LOGS = StackPolicy(
    name="function-log-group",
    sentence="Every function writes to a log group of its own that this stack declares.",
    severity=Severity.HIGH,
    requirements=("FN-4", "MON-2"),
    remediation="Declare the log group /aws/lambda/{name} with 7 days' retention in the stack.",
    governs=only(FUNCTION),
    judge=_judge_function_logs,
)

POLICIES = (RETENTION, FUNCTION_LOGS)
