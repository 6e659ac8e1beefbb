"""Metrics and alarms."""

from tests.policies.kit import (
    Case,
    Declarations,
    check,
    fails,
    hiding,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

DLQ = "processor-dlq"
ALARM = "processor-dlq-alarm"

CASES = [
    *(
        fails(
            f"{path} is {value!r}",
            "dead-letter-alarm",
            DLQ,
            setting(ALARM, path, value),
        )
        for path, value in (
            ("actionsEnabled", False),
            ("unit", "Bytes"),
            ("alarmActions", []),
            ("alarmActions", ["arn:aws:sns:us-east-1:123456789012:other-dev"]),
            ("threshold", 1),
            ("comparisonOperator", "LessThanThreshold"),
            ("comparisonOperator", "GreaterThanOrEqualToThreshold"),
            ("statistic", "Minimum"),
            ("evaluationPeriods", 2),
            ("period", 3600),
            ("metricName", "ApproximateNumberOfMessagesNotVisible"),
            ("namespace", "Custom"),
            ("dimensions", {"QueueName": "other-dev.fifo"}),
            ("dimensions", {"QueueName": "processor-dlq-dev.fifo", "Stage": "x"}),
        )
    ),
    fails("no alarm", "dead-letter-alarm", DLQ, lambda s: s.remove(ALARM), "no MetricAlarm"),
    passes(
        "one message or more",
        "dead-letter-alarm",
        DLQ,
        lambda s: s.set(ALARM, "comparisonOperator", "GreaterThanOrEqualToThreshold").set(
            ALARM, "threshold", 1
        ),
    ),
    not_applicable(
        "for a work queue", "dead-letter-alarm", "processor-queue", lambda s: s, "no dead letters"
    ),
    *(
        undetermined("dead-letter-alarm", DLQ, path, hiding(ALARM, path))
        for path in ("threshold", "actionsEnabled", "alarmActions", "unit")
    ),
    passes("five minutes", "dead-letter-alarm", DLQ, setting(ALARM, "period", 300)),
    passes("a unit", "dead-letter-alarm", DLQ, setting(ALARM, "unit", "Count")),
    fails(
        "no metrics of the mapping",
        "detailed-metrics",
        "processor-source",
        lambda s: s.drop("processor-source", "metricsConfig"),
    ),
]


@parametrized(CASES)
def test_monitoring(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
