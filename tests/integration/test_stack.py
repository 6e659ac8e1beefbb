"""The real stack passes its own pack, and goes without a trace."""

from pathlib import Path
from typing import Any

import boto3
import pytest

from local.emulator import process
from tests.integration.cloud import Cloud, new_feed
from tests.integration.project import Project
from tests.integration.trades import csv

# What a listing answers, by service: everything the stack makes, and what a service makes of it.
LISTINGS = {
    "apigateway": {"get_rest_apis": "items"},
    "cloudwatch": {"describe_alarms": "MetricAlarms", "list_dashboards": "DashboardEntries"},
    "dynamodb": {"list_tables": "TableNames"},
    "events": {"list_event_buses": "EventBuses", "list_rules": "Rules"},
    "iam": {"list_roles": "Roles", "list_users": "Users"},
    "kms": {"list_aliases": "Aliases", "list_keys": "Keys"},
    "lambda": {"list_functions": "Functions", "list_event_source_mappings": "EventSourceMappings"},
    "logs": {"describe_log_groups": "logGroups"},
    "s3": {"list_buckets": "Buckets"},
    "sns": {"list_topics": "Topics", "list_subscriptions": "Subscriptions"},
    "sqs": {"list_queues": "QueueUrls"},
}


def left_over(endpoint: str) -> list[str]:
    """What an emulator holds that a fresh one does not, but for keys that wait to be deleted."""
    session = boto3.Session("test", "test", region_name="us-east-1")
    found = []
    for service, listings in LISTINGS.items():
        client = session.client(service, endpoint_url=endpoint)
        for listing, field in listings.items():
            found += [
                f"{service}: {item}"
                for item in getattr(client, listing)().get(field, [])
                if not _expected(client, service, item)
            ]
    return found


def _expected(client: Any, service: str, item: Any) -> bool:
    if service == "events":
        return bool(item.get("Name") == "default")
    if service == "kms" and "KeyId" in item:
        state = client.describe_key(KeyId=item["KeyId"])["KeyMetadata"]["KeyState"]
        return bool(state == "PendingDeletion")
    return False


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path)


def test_plain_pulumi_previews_the_stack_under_the_pack_without_an_emulator(
    project: Project,
) -> None:
    exports = project.pipeline("env")
    preview = project.run(
        "bash", "-c", f"{exports}\npulumi preview --policy-pack . --non-interactive"
    )
    assert preview.returncode == 0, preview.stdout + preview.stderr


def test_destroy_leaves_an_empty_emulator(project: Project) -> None:
    try:
        project.pipeline("up")
        cloud = Cloud(project.outputs)
        partner = cloud.partner(cloud.partners[0])
        feed = new_feed("gone")
        partner.put(feed, "a.csv", csv())
        partner.settled(feed, "a.csv")
        assert cloud.endpoint is not None
        assert left_over(cloud.endpoint) != []
        project.pipeline("destroy", "--yes")
        assert left_over(cloud.endpoint) == []
        assert not project.outputs.exists()
    finally:
        project.run("pipeline", "stop")
    assert process.status(project.folder / ".pipeline" / "emulator") is None
