"""What a stack costs a month when nothing happens: what is paid for by being there."""

from collections import Counter
from collections.abc import Iterable

from pipeline.prices import PRICES

# Lambda asks a queue that feeds a function for messages all the time, by long polls of 20 s: by
# five at once, for standard queues (Lambda developer guide, "Configuring scaling behavior for SQS
# event source mappings"); for FIFO queues it says no number, so five are taken.
_POLLS_A_MONTH = 5 * 3 * 60 * 24 * 30
# DynamoDB's contributor insights keep two rules for a table with a sort key per kind: most read
# and written, most throttled, by partition key and by both ("CloudWatch Contributor Insights").
_RULES = 4

_COSTS = {
    "aws:kms/key:Key": ("key", 1.0, "key"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("alarm", 1.0, "alarms"),
    "aws:cloudwatch/dashboard:Dashboard": ("dashboard", 1.0, "dashboard"),
    "aws:dynamodb/contributorInsights:ContributorInsights": (
        "insights rule",
        float(_RULES),
        "contributor insights of the table",
    ),
    "aws:lambda/eventSourceMapping:EventSourceMapping": (
        "queue request",
        float(_POLLS_A_MONTH),
        "polls of the queues",
    ),
}


def tell(urns: Iterable[str]) -> str:
    """One line: what the resources of a stack cost a month when idle, by kind, and in all.

    Everything else is paid for by use. Free tiers are left aside.

    Args:
        urns: The resources, as Pulumi names them.
    """
    counted = Counter(urn.split("::")[2].rpartition("$")[2] for urn in urns)
    dollars = {
        words: PRICES[price].of(units * counted[kind])
        for kind, (price, units, words) in _COSTS.items()
        if counted[kind]
    }
    parts = ", ".join(f"{words} ${amount:.2f}" for words, amount in dollars.items())
    return f"Idle it costs about ${sum(dollars.values()):.2f} a month on AWS: {parts}"
