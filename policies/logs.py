"""Rules on logs (FN-4, MON-2)."""

from policies.answers import PASSED, Answer, failed, verdict
from policies.policy import ResourcePolicy, Settings, Severity, StackPolicy, only
from policies.resource import Resource, Stack
from policies.types import FUNCTION, LOG_GROUP


def _judge_retention(group: Resource, settings: Settings) -> Answer:
    days = group.inputs.integer("retentionInDays")
    required = settings["days"]
    if days == required:
        return PASSED
    found = "missing, so that logs would stay forever" if days is None else f"{days}"
    return failed(f"retentionInDays is {found}, not {required}")


RETENTION = ResourcePolicy(
    name="log-group-retention",
    sentence="Log groups keep their events for exactly 7 days.",
    severity=Severity.HIGH,
    requirements=("FN-4", "MON-2"),
    remediation="Set retentionInDays to 7.",
    governs=only(LOG_GROUP),
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
    configured = function.inputs.object("loggingConfig").text("logGroup")
    name = configured or f"/aws/lambda/{function.inputs.text('name')}"
    problems = []
    if stack.named(LOG_GROUP, name) is None:
        problems.append("its log group is not in the stack, so that Lambda would make one")
    return verdict(problems)


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
