"""Who may do what: everything else is refused."""

import json
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import requests
from botocore.exceptions import ClientError

from pipeline import query
from pipeline.dataset import Part
from pipeline.deployment import Deployment
from pipeline.names import Feed
from tests.integration.cloud import Cloud, Partner, eventually, new_feed
from tests.integration.trades import csv


def test_an_unsigned_request_is_refused(partner: Partner) -> None:
    answer = partner.get(f"/status/{partner.name}/us-equities", signed=False)
    assert answer.status_code == requests.codes.forbidden


def test_another_partners_path_is_refused(partner: Partner, other_partner: Partner) -> None:
    feed = new_feed("private")
    other_partner.put(feed, "a.csv", csv())
    assert other_partner.settled(feed, "a.csv")["status"] == "AGGREGATED"
    for path in (
        f"/status/{other_partner.name}/{feed}",
        f"/status/{other_partner.name}/{feed}/a.csv",
    ):
        assert partner.get(path).status_code == requests.codes.forbidden


def test_a_partner_cannot_put_under_anothers_prefix(
    partner: Partner, other_partner: Partner
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        partner.put("us-equities", "a.csv", csv(), partner=other_partner.name)


def test_a_partner_reads_the_reports_of_its_own_rejected_files_and_nothing_else(
    cloud: Cloud, partner: Partner
) -> None:
    feed = new_feed("refused")
    partner.put(feed, "a.csv", csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@"))
    report = partner.settled(feed, "a.csv")["rejects"]["location"]
    lines = [json.loads(line) for line in partner.read(report).splitlines()]
    assert [line.get("value") for line in lines] == [None, "none"]
    others = set(cloud.outputs["partners"].split(",")) - {partner.name}
    assert others
    for other in others:
        with pytest.raises(ClientError, match="AccessDenied"):
            cloud.partner(other).read(report)
    own = f"uploads/{partner.name}/{feed}/a.csv"
    for key in (own, "rejects/unrecognised/0.jsonl", "data/x", f"aggregates/{partner.name}/x"):
        with pytest.raises(ClientError, match="AccessDenied"):
            partner.read(key)


def data_of(partner: Partner) -> tuple[str, str]:
    """The keys of a file's bars and days."""
    feed = new_feed("data")
    partner.put(feed, "a.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    results = partner.settled(feed, "a.csv")["results"]
    return results["bars"][0], results["days"][0]


def test_an_analyst_reads_the_data_set_and_nothing_else(
    cloud: Cloud, partner: Partner, other_partner: Partner, tmp_path: Path
) -> None:
    analyst = cloud.analyst("research")
    for each in (partner, other_partner):
        for key in data_of(each):
            assert analyst.read(key).startswith(b"PAR1")
            assert key in analyst.list(f"{key.rpartition('/')[0]}/")
    deployment = Deployment(outputs=cloud.outputs, session=analyst.session)
    with query.opened(deployment, tmp_path, Part()) as connection:
        assert query.run(connection, "from minutes limit 1").rows
    keys = (f"uploads/{partner.name}/x", f"rejects/{partner.name}/x", "aggregates/x", "data/x")
    calls: list[Callable[[], object]] = [
        *(partial(analyst.read, key) for key in keys),
        *(partial(analyst.list, prefix) for prefix in ("", "uploads/", "data/", "aggregates/")),
        lambda: analyst.session.client("dynamodb", endpoint_url=cloud.endpoint).get_item(
            TableName=cloud.outputs["tableName"], Key={"pk": {"S": "x"}, "sk": {"S": "x"}}
        ),
    ]
    for call in calls:
        with pytest.raises(ClientError, match="AccessDenied"):
            call()


def test_an_analyst_of_a_partner_reads_that_partners_data_alone(
    cloud: Cloud, partner: Partner, other_partner: Partner, tmp_path: Path
) -> None:
    analyst = cloud.analyst(f"{partner.name}-research")
    for key in data_of(partner):
        assert analyst.read(key).startswith(b"PAR1")
    for key in data_of(other_partner):
        with pytest.raises(ClientError, match="AccessDenied"):
            analyst.read(key)
        with pytest.raises(ClientError, match="AccessDenied"):
            analyst.list(f"{key.rpartition('/')[0]}/")
    feed = Feed(partner=partner.name, name=data_of(partner)[0].split("/")[3].removeprefix("feed="))
    deployment = Deployment(outputs=cloud.outputs, session=analyst.session)
    with query.opened(deployment, tmp_path, Part(feed=feed)) as connection:
        assert len(query.run(connection, "from minutes").rows) == 1


def test_nobody_writes_or_deletes_the_data_set_but_the_processor(
    cloud: Cloud, partner: Partner
) -> None:
    bars, _ = data_of(partner)
    s3 = cloud.client("s3", cloud.analyst("research").session)
    where = {"Bucket": cloud.outputs["bucketName"], "Key": bars}
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.put_object(**where, Body=b"")
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(**where)
    with pytest.raises(ClientError, match="AccessDenied"):
        partner.read(bars)


def test_an_unknown_file_is_not_found_as_a_problem_document(partner: Partner) -> None:
    answer = partner.get(f"/status/{partner.name}/{new_feed('none')}/a.csv")
    assert answer.status_code == requests.codes.not_found
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_an_unchanged_answer_is_not_sent_again(partner: Partner) -> None:
    feed = new_feed("etag")
    partner.put(feed, "a.csv", csv())
    partner.settled(feed, "a.csv")
    path = f"/status/{partner.name}/{feed}/a.csv"
    etag = partner.get(path).headers["ETag"]
    again = partner.get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.text) == (requests.codes.not_modified, "")


def test_the_api_is_throttled_at_1000_requests_a_second(cloud: Cloud) -> None:
    stage = cloud.client("apigateway").get_stage(
        restApiId=cloud.outputs["statusApiId"], stageName=cloud.outputs["statusApiStage"]
    )
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 1000


def test_a_poison_message_is_dead_lettered_after_exactly_three_receives(cloud: Cloud) -> None:
    sqs = cloud.client("sqs")
    poison = f"poison {uuid.uuid4()}"
    sent = sqs.send_message(
        QueueUrl=cloud.outputs["processorQueueUrl"],
        MessageBody=poison,
        MessageGroupId=new_feed("poison"),
        MessageDeduplicationId=uuid.uuid4().hex,
    )

    def dead() -> list[dict[str, str]]:
        answer = sqs.receive_message(
            QueueUrl=cloud.outputs["processorDlqUrl"], MaxNumberOfMessages=10, VisibilityTimeout=20
        )  # long enough for its receipt to be good for the deletion
        return [m for m in answer.get("Messages", ()) if m["Body"] == poison]

    (message, *_) = eventually(dead, bool)
    sqs.delete_message(
        QueueUrl=cloud.outputs["processorDlqUrl"], ReceiptHandle=message["ReceiptHandle"]
    )
    assert len(attempts(cloud, sent["MessageId"])) == 3


def attempts(cloud: Cloud, message: str) -> list[dict[str, object]]:
    """The lines in the processor's log that tell of a failed attempt at a message."""
    group = f"/aws/lambda/{cloud.outputs['processorFunctionName']}"
    pages = cloud.client("logs").get_paginator("filter_log_events")
    events = [
        json.loads(event["message"])
        for page in pages.paginate(logGroupName=group, filterPattern=f'"{message}"')
        for event in page["events"]
    ]
    return [event for event in events if event.get("level") == "ERROR"]
