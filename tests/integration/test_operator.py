"""An operator lets a feed go on, and moves dead letters back in order."""

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.deployment import Deployment
from pipeline.errors import CommandError, UsageError
from pipeline.feeds import Operator
from pipeline.names import Feed
from pipeline.redrive import DeadLetterQueue
from tests.integration.cloud import Cloud, Partner, eventually, new_feed
from tests.integration.trades import csv
from tests.permissions.pipeline import Pipeline

BAD = csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@")
GOOD = csv("2026-01-05T14:31:00Z,SYNA,2,1,Q,@")


@pytest.fixture
def deployment(cloud: Cloud) -> Deployment:
    return Deployment(outputs=cloud.outputs, session=cloud.session)


def test_skipping_a_rejected_file_lets_the_next_go_on_and_keeps_the_reason(
    deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("skip")
    partner.put(feed, "1/a.csv", BAD)
    assert partner.settled(feed, "1/a.csv")["status"] == "REJECTED"
    partner.put(feed, "2/b.csv", GOOD)
    eventually(lambda: partner.status(feed, "2/b.csv"), lambda a: a["status"] == "WAITING")

    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    assert operator.skip(range(1, 2), "the partner has no better file") == ["validator: 2/b.csv"]

    assert partner.settled(feed, "2/b.csv")["status"] == "AGGREGATED"
    skipped = partner.status(feed, "1/a.csv")
    assert skipped["status"] == "SKIPPED"
    assert skipped["history"][-1]["reason"] == "the partner has no better file"
    (act,) = operator.show()["operator"]
    assert (act["from"], act["through"]) == (1, 1)
    assert act["reason"] == "the partner has no better file"


def test_a_feed_that_begins_at_a_high_number_goes_on_once_the_rest_is_skipped(
    deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("begin")
    partner.put(feed, "100/x.csv", GOOD)
    eventually(lambda: partner.status(feed, "100/x.csv"), lambda a: a["status"] == "WAITING")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    assert operator.skip(range(1, 99), "never sent") == []
    operator.skip(range(99, 100), "never sent")
    assert partner.settled(feed, "100/x.csv")["status"] == "AGGREGATED"


def test_a_skip_that_is_repeated_does_the_rest_and_keeps_the_first_reason(
    deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("twice")
    partner.put(feed, "3/x.csv", GOOD)
    eventually(lambda: partner.status(feed, "3/x.csv"), lambda a: a["status"] == "WAITING")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    operator.skip(range(1, 2), "never sent")
    assert operator.skip(range(1, 3), "a gap") == ["validator: 3/x.csv"]
    assert partner.settled(feed, "3/x.csv")["status"] == "AGGREGATED"
    acts = [(act["through"], act["reason"]) for act in operator.show()["operator"]]
    assert acts == [(1, "never sent"), (2, "a gap")]


def test_ten_million_numbers_are_skipped_with_what_had_come_among_them(
    deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("many")
    rejected = [f"{number}/bad.csv" for number in range(2, 9_000_002, 250_000)]
    for file in rejected:
        partner.put(feed, file, BAD)
    partner.put(feed, "10000001/x.csv", GOOD)
    for file in rejected:
        assert partner.settled(feed, file)["status"] == "REJECTED"
    eventually(lambda: partner.status(feed, "10000001/x.csv"), lambda a: a["status"] == "WAITING")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    assert operator.skip(range(1, 10_000_001), "a gap") == ["validator: 10000001/x.csv"]
    assert partner.settled(feed, "10000001/x.csv")["status"] == "AGGREGATED"
    for file in rejected:
        assert partner.status(feed, file)["status"] == "SKIPPED"


def test_a_skip_of_numbers_that_none_has_come_for_changes_nothing(
    deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("beyond")
    partner.put(feed, "2/x.csv", GOOD)
    eventually(lambda: partner.status(feed, "2/x.csv"), lambda a: a["status"] == "WAITING")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    with pytest.raises(UsageError, match="no number above 2"):
        operator.skip(range(1, 4), "too many")
    assert partner.status(feed, "2/x.csv")["status"] == "WAITING"
    assert operator.show()["operator"] == []


def test_a_waiting_file_that_is_skipped_is_taken_off_the_count(
    cloud: Cloud, deployment: Deployment, partner: Partner
) -> None:
    if cloud.endpoint is None:
        pytest.skip("on AWS the functions count meanwhile")
    metrics = cloud.client("cloudwatch")

    def counted() -> float:
        now = datetime.now(UTC) + timedelta(minutes=10)  # when it would have waited too long
        answer = metrics.get_metric_statistics(
            Namespace="MarketData/Pipeline",
            MetricName="WaitingFilesChange",
            Dimensions=[{"Name": "FunctionName", "Value": cloud.outputs["validatorFunctionName"]}],
            StartTime=now - timedelta(minutes=10),
            EndTime=now + timedelta(minutes=1),
            Period=3600,
            Statistics=["Sum"],
        )
        return float(sum(point["Sum"] for point in answer["Datapoints"]))

    feed = new_feed("count")
    partner.put(feed, "2/x.csv", GOOD)
    eventually(lambda: partner.status(feed, "2/x.csv"), lambda a: a["status"] == "WAITING")
    before = counted()
    Operator(deployment, Feed(partner=partner.name, name=feed)).skip(range(2, 3), "not needed")
    assert partner.status(feed, "2/x.csv")["status"] == "SKIPPED"
    eventually(counted, lambda now: now == before - 1)


def test_what_holds_nothing_up_is_not_skipped(deployment: Deployment, partner: Partner) -> None:
    feed = new_feed("whole")
    partner.put(feed, "1/a.csv", GOOD)
    assert partner.settled(feed, "1/a.csv")["status"] == "AGGREGATED"
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    with pytest.raises(CommandError, match="holds nothing up"):
        operator.skip(range(1, 2), "why not")
    with pytest.raises(UsageError, match="no number above 1"):
        operator.skip(range(2, 3), "why not")
    with pytest.raises(UsageError, match="reason"):
        operator.skip(range(1, 2), " ")


def test_what_counts_is_not_skipped_though_the_validator_has_not_recorded_that_it_was_sent(
    cloud: Cloud, deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("counts")
    partner.put(feed, "1/a.csv", GOOD)
    assert partner.settled(feed, "1/a.csv")["status"] == "AGGREGATED"
    for sort in ("FEED", f"NUMBER#{1:018}"):
        cloud.client("dynamodb").update_item(
            TableName=cloud.outputs["tableName"],
            Key={"pk": {"S": f"{partner.name}/{feed}"}, "sk": {"S": sort}},
            UpdateExpression="SET validator = :none",
            ExpressionAttributeValues={":none": {"N": "0"}},
        )
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    with pytest.raises(CommandError, match="counts already"):
        operator.skip(range(1, 2), "why not")
    assert partner.status(feed, "1/a.csv")["status"] == "AGGREGATED"
    operator.retry(1, "to be recorded")
    eventually(operator.show, lambda shown: shown["cursors"]["validator"] == 1)
    assert partner.status(feed, "1/a.csv")["status"] == "AGGREGATED"


def test_a_number_taken_up_again_counts_once(deployment: Deployment, partner: Partner) -> None:
    feed = new_feed("again")
    partner.put(feed, "1/a.csv", GOOD)
    before = partner.settled(feed, "1/a.csv")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    operator.retry(1, "to be sure")
    partner.put(feed, "2/b.csv", GOOD)
    assert partner.settled(feed, "2/b.csv")["status"] == "AGGREGATED"
    assert partner.status(feed, "1/a.csv")["history"] == before["history"]


def test_the_reason_of_each_retry_is_kept(deployment: Deployment, partner: Partner) -> None:
    feed = new_feed("reasons")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    partner.put(feed, "2/b.csv", GOOD)
    eventually(lambda: partner.status(feed, "2/b.csv"), lambda a: a["status"] == "WAITING")
    operator.retry(2, "to be sure")
    operator.retry(2, "once more")
    with pytest.raises(UsageError, match="reason"):
        operator.retry(2, " ")
    partner.put(feed, "1/a.csv", GOOD)
    assert partner.settled(feed, "2/b.csv")["status"] == "AGGREGATED"
    assert [act["reason"] for act in operator.show()["operator"]] == ["to be sure", "once more"]


def test_a_number_whose_message_is_gone_is_taken_up_again_where_it_stopped(
    cloud: Cloud, deployment: Deployment, partner: Partner
) -> None:
    if cloud.endpoint is None:
        pytest.skip("it stops the pipeline's triggers, which on AWS others use")
    feed = new_feed("gone")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    pipeline = Pipeline(cloud, partner)
    with pipeline.paused():
        (_lost,) = pipeline.processed(feed, "1/a.csv")
    assert partner.status(feed, "1/a.csv")["status"] == "PROCESSED"
    assert operator.retry(1, "lost") == "1/a.csv is taken up again by the aggregator"
    assert partner.settled(feed, "1/a.csv")["status"] == "AGGREGATED"
    with pipeline.paused():
        (_lost,) = pipeline.validated(feed, "2/b.csv")
    assert operator.retry(2, "lost") == "2/b.csv is taken up again by the processor"
    assert partner.settled(feed, "2/b.csv")["status"] == "AGGREGATED"


def test_a_file_skipped_before_it_was_valid_is_not_taken_up_again(
    deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("bad")
    operator = Operator(deployment, Feed(partner=partner.name, name=feed))
    partner.put(feed, "1/a.csv", BAD)
    assert partner.settled(feed, "1/a.csv")["status"] == "REJECTED"
    with pytest.raises(CommandError, match="would be again"):
        operator.retry(1, "why not")
    with pytest.raises(CommandError, match="found valid yet"):
        operator.skip(range(1, 2), "not needed")
    partner.put(feed, "2/b.csv", GOOD)
    eventually(lambda: partner.status(feed, "2/b.csv"), lambda a: a["status"] == "WAITING")
    operator.skip(range(1, 2), "not needed")
    with pytest.raises(CommandError, match="send it anew"):
        operator.retry(1, "why not")


def test_dead_letters_go_back_in_feed_order_and_poison_stays(
    cloud: Cloud, deployment: Deployment, partner: Partner
) -> None:
    feed = new_feed("redrive")
    sqs, dead = cloud.client("sqs"), cloud.outputs["processorDlqUrl"]
    bodies = []
    for number in (2, 1):
        version = partner.put(feed, f"{number}/x.csv", GOOD)
        work = {
            **{"partner": partner.name, "feed": feed, "file": f"{number}/x.csv"},
            **{"number": number, "revision": 1, "bucket": cloud.outputs["bucketName"]},
            **{"key": f"uploads/{partner.name}/{feed}/{number}/x.csv", "versionId": version},
        }
        bodies.append(json.dumps(work))
    for number in (1, 2):
        assert partner.settled(feed, f"{number}/x.csv")["status"] == "AGGREGATED"
    for body in [f"poison of {feed}", *bodies]:
        sqs.send_message(
            QueueUrl=dead,
            MessageBody=body,
            MessageGroupId=feed,
            MessageDeduplicationId=uuid.uuid4().hex,
        )
    queue = DeadLetterQueue(deployment, "processor")
    seen, _unseen = queue.look()
    for letters in (seen, queue.redrive()):
        ours = [letter for letter in letters if letter["feed"] == f"{partner.name}/{feed}"]
        assert [letter["number"] for letter in ours] == [1, 2]
    assert {partner.status(feed, f"{n}/x.csv")["status"] for n in (1, 2)} == {"AGGREGATED"}
