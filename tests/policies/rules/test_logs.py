"""Log groups."""

from tests.policies.kit import (
    UNKNOWN,
    Case,
    Declarations,
    check,
    fails,
    parametrized,
    passes,
    setting,
    undetermined,
)

LOGS = "processor-logs"


CASES = [
    *(
        fails(
            f"a topic with {key}",
            "log-group-retention",
            "alarms-topic",
            setting("alarms-topic", key, value),
            f"{key} makes SNS write",
        )
        for key, value in (
            ("httpFailureFeedbackRoleArn", "arn:aws:iam::123456789012:role/any-role-dev"),
            ("sqsSuccessFeedbackRoleArn", UNKNOWN),
        )
    ),
    passes("a topic that logs no delivery", "log-group-retention", "alarms-topic", lambda s: s),
    *(
        fails(
            f"kept for {days} days",
            "log-group-retention",
            LOGS,
            setting(LOGS, "retentionInDays", days),
        )
        for days in (14, 8, 6, 0)
    ),
    fails("kept for ever", "log-group-retention", LOGS, lambda s: s.drop(LOGS, "retentionInDays")),
    undetermined("log-group-retention", LOGS, "retentionInDays"),
    fails(
        "a class that keeps for two days",
        "log-group-retention",
        LOGS,
        setting(LOGS, "logGroupClass", "DELIVERY"),
        "DELIVERY",
    ),
    passes(
        "a cheaper class", "log-group-retention", LOGS, setting(LOGS, "logGroupClass", "STANDARD")
    ),
    undetermined("log-group-retention", LOGS, "logGroupClass"),
]


@parametrized(CASES)
def test_logs(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
