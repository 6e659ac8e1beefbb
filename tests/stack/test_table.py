"""The status table."""

import pytest

from tests.stack.recorder import Recorded, Recording


@pytest.fixture(name="table")
def _table(stack: Recording) -> Recorded:
    return stack.one("aws:dynamodb/table:Table")


def test_the_table_is_keyed_by_feed_and_item(table: Recorded) -> None:
    assert table.inputs["name"] == "status-table-dev"
    assert table.inputs["hashKey"] == "pk"
    assert table.inputs["rangeKey"] == "sk"
    assert table.inputs["attributes"] == [
        {"name": "pk", "type": "S"},
        {"name": "sk", "type": "S"},
    ]


def test_the_table_is_billed_on_demand(table: Recorded) -> None:
    assert table.inputs["billingMode"] == "PAY_PER_REQUEST"


def test_items_expire_at_their_own_time(table: Recorded) -> None:
    assert table.inputs["ttl"] == {"attributeName": "expiresAt", "enabled": True}


def test_any_second_of_the_last_35_days_can_be_recovered(table: Recorded) -> None:
    assert table.inputs["pointInTimeRecovery"] == {"enabled": True, "recoveryPeriodInDays": 35}


def test_items_are_encrypted_with_the_key(table: Recorded) -> None:
    assert table.inputs["serverSideEncryption"]["enabled"] is True
    assert "kmsKeyArn" in table.inputs["serverSideEncryption"]


def test_the_table_can_be_destroyed(table: Recorded) -> None:
    assert table.inputs["deletionProtectionEnabled"] is False


def test_its_hot_keys_are_measured(stack: Recording) -> None:
    insights = stack.one("aws:dynamodb/contributorInsights:ContributorInsights")
    assert insights.inputs["tableName"] == "status-table-dev"
