"""What an operator's words must be before anything is changed."""

from unittest.mock import Mock

import pytest

from pipeline.deployment import Deployment
from pipeline.errors import UsageError
from pipeline.feeds import Operator
from pipeline.names import Feed


@pytest.fixture
def operator() -> Operator:
    outputs = {"region": "us-east-1", "tableName": "status-table-x"}
    feed = Feed(partner="acme", name="us-equities")
    return Operator(Deployment(outputs=outputs, session=Mock()), feed)


@pytest.mark.parametrize(
    "reason",
    ["", " ", "two\nlines", "two\u2028lines", "\x1b[31mred", "not UTF-8: \udcff", "x" * 501],
    ids=lambda reason: ascii(reason)[:20],
)
def test_a_reason_that_cannot_be_kept_is_wrong_words(reason: str, operator: Operator) -> None:
    with pytest.raises(UsageError, match="reason"):
        operator.skip(range(1, 2), reason)
    with pytest.raises(UsageError, match="reason"):
        operator.retry(1, reason)
