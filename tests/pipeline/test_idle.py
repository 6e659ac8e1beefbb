"""What `pipeline up` says of a stack that nobody uses."""

from pipeline import idle


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:dev::market-data-pipeline::market-data:stack:Monitoring${kind}::{name}"


def test_cost_is_that_of_what_is_paid_for_by_being_there() -> None:
    stack = [
        urn("aws:kms/key:Key", "pipeline-key"),
        *(urn("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarm-{n}") for n in range(3)),
        urn("aws:sqs/queue:Queue", "processor-queue"),
    ]
    assert idle.tell(stack) == ("Idle it costs about $1.30 a month on AWS: key $1.00, alarms $0.30")


def test_queues_are_asked_for_messages_all_the_time() -> None:
    stack = [urn("aws:lambda/eventSourceMapping:EventSourceMapping", "processor-source")]
    assert idle.tell(stack) == (
        "Idle it costs about $0.32 a month on AWS: polls of the queues $0.32"
    )


def test_stack_without_anything_of_the_kind_costs_nothing() -> None:
    assert idle.tell([urn("aws:sqs/queue:Queue", "queue")]).startswith("Idle it costs about $0.00")
