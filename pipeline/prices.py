"""What AWS charges in us-east-1, in US dollars, each price with where and when it was read.

On-demand prices of the first tier, without free tiers and discounts. The price pages fill their
tables by script, so a figure that stands in such a table was read where `source` says.
"""

from dataclasses import dataclass
from typing import Final

READ: Final = "2026-12-01"


@dataclass(frozen=True, kw_only=True)
class Price:
    """One price.

    Attributes:
        dollars: US dollars for `per` units.
        per: How many units that buys.
        unit: What a unit is.
        page: AWS's own page of the price.
        source: Where the figure was read, if that page's text does not hold it.
    """

    dollars: float
    per: int
    unit: str
    page: str
    source: str = ""

    def of(self, units: float) -> float:
        """What so many units cost, in US dollars."""
        return self.dollars * units / self.per


_DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
_DYNAMODB_TABLE = "https://airbyte.com/data-engineering-resources/dynamodb-pricing (2025-07-21)"
_S3 = "https://aws.amazon.com/s3/pricing/"
_SQS = "https://aws.amazon.com/sqs/pricing/"
_SQS_TABLE = "https://www.factualminds.com/blog/amazon-sqs-pricing-64kb-rule-fifo-vs-standard/"
_LAMBDA = "https://aws.amazon.com/lambda/pricing/"
_LAMBDA_TABLE = "the npm package artillery 2.0.28, lib/platform/aws-lambda/prices.js"
_CLOUDWATCH = "https://aws.amazon.com/cloudwatch/pricing/"
_KMS = "https://aws.amazon.com/kms/pricing/"
_NOT_FOUND = "not found where it could be read: from memory, to be checked against the page"
_MILLION = 1_000_000
_THOUSAND = 1_000

PRICES: Final = {
    "write unit": Price(
        dollars=0.625,
        per=_MILLION,
        unit="write request units",
        page=_DYNAMODB,
        source=_DYNAMODB_TABLE,
    ),
    "read unit": Price(
        dollars=0.125,
        per=_MILLION,
        unit="read request units",
        page=_DYNAMODB,
        source=_DYNAMODB_TABLE,
    ),
    "table storage": Price(
        dollars=0.25, per=1, unit="GB-months of items", page=_DYNAMODB, source=_NOT_FOUND
    ),
    "table recovery": Price(
        dollars=0.20, per=1, unit="GB-months of recovery", page=_DYNAMODB, source=_NOT_FOUND
    ),
    "S3 write": Price(
        dollars=0.005,
        per=_THOUSAND,
        unit="PUT requests",
        page=_S3,
        source="https://www.cloudkaramchari.com/blog/understanding-per-1000-put-copy-post-or-list-requests-in-amazon-s3-pricing/",
    ),
    "S3 read": Price(
        dollars=0.0004, per=_THOUSAND, unit="GET and HEAD requests", page=_S3, source=_NOT_FOUND
    ),
    "S3 storage": Price(
        dollars=0.023, per=1, unit="GB-months in S3 Standard", page=_S3, source=_NOT_FOUND
    ),
    "Glacier transition": Price(
        dollars=0.03, per=_THOUSAND, unit="objects moved to Glacier", page=_S3, source=_NOT_FOUND
    ),
    "Glacier storage": Price(
        dollars=0.0036, per=1, unit="GB-months in Glacier", page=_S3, source=_NOT_FOUND
    ),
    "queue request": Price(
        dollars=0.50, per=_MILLION, unit="FIFO requests", page=_SQS, source=_SQS_TABLE
    ),
    "invocation": Price(dollars=0.20, per=_MILLION, unit="requests", page=_LAMBDA),
    "compute": Price(
        dollars=0.0000133334, per=1, unit="GB-seconds on arm64", page=_LAMBDA, source=_LAMBDA_TABLE
    ),
    "log": Price(
        dollars=0.50,
        per=1,
        unit="GB of log",
        page=_CLOUDWATCH,
        source="https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/",
    ),
    "metric": Price(
        dollars=0.30,
        per=1,
        unit="metric-months",
        page=_CLOUDWATCH,
        source="https://signoz.io/guides/cloudwatch-pricing (2026-02-15)",
    ),
    "alarm": Price(dollars=0.10, per=1, unit="alarm-months", page=_CLOUDWATCH, source=_NOT_FOUND),
    "dashboard": Price(
        dollars=3.00,
        per=1,
        unit="dashboard-months",
        page=_CLOUDWATCH,
        source="https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/",
    ),
    "insights rule": Price(
        dollars=0.50, per=1, unit="rule-months", page=_CLOUDWATCH, source=_NOT_FOUND
    ),
    "key": Price(dollars=1.00, per=1, unit="key-months", page=_KMS, source=_NOT_FOUND),
}
