"""Scenes: small pieces of the pipeline's work, each of which needs certain rights.

A scene is set with all rights in place. It is then played without one of them, where it must
fail, and once more with the right restored, where the same work must be done: so it failed for
want of that right and of nothing else. A scene's docstring says what it is.
"""

import json
import uuid
from collections.abc import Callable

import requests
from botocore.exceptions import ClientError

from tests.integration.cloud import eventually, new_feed
from tests.integration.trades import csv
from tests.permissions.pipeline import Event, Message, Pipeline, event_of

Play = Callable[[], bool]  # whether the work was done
Scene = Callable[[Pipeline], Play]


def _calls(pipeline: Pipeline, function: str, event: Event) -> Play:
    return lambda: pipeline.invoke(function, event)


def validate(pipeline: Pipeline) -> Play:
    """A file is validated and sent on."""
    return _calls(pipeline, "validator", pipeline.upload(new_feed("valid"), "1/a.csv"))


def validate_correction(pipeline: Pipeline) -> Play:
    """A correction is validated, if the file is as it was."""
    feed = new_feed("mend")
    assert pipeline.invoke("validator", pipeline.upload(feed, "1/a.csv"))
    return _calls(pipeline, "validator", pipeline.upload(feed, "1/a.csv"))


def reject(pipeline: Pipeline) -> Play:
    """A file is rejected, with its report."""
    return _calls(pipeline, "validator", pipeline.upload(new_feed("bad"), "1/a.csv", _BAD))


_BAD = csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@")


def process(pipeline: Pipeline) -> Play:
    """A file is processed and sent on."""
    return _calls(pipeline, "processor", pipeline.validated(new_feed("bars"), "1/a.csv")[0])


def process_by_arrival(pipeline: Pipeline) -> Play:
    """A file of a feed by arrival counts, if no other has its content."""
    return _calls(pipeline, "processor", pipeline.validated(new_feed("arrival"), "a.csv")[0])


def aggregate_correction_of_one_that_waits(pipeline: Pipeline) -> Play:
    """A correction of a file that waits takes its place."""
    _, second, third = pipeline.processed(new_feed("early"), "1/a.csv", "2/b.csv", "2/b.csv")
    assert pipeline.invoke("aggregator", second)
    return _calls(pipeline, "aggregator", third)


def wake_in_processor(pipeline: Pipeline) -> Play:
    """A file that waits for this one is woken."""
    first, second = pipeline.validated(new_feed("wake"), "1/a.csv", "2/b.csv")
    assert pipeline.invoke("processor", second)
    return _calls(pipeline, "processor", first)


def validate_archived(pipeline: Pipeline) -> Play:
    """The restore of an archived upload is asked for."""
    event = pipeline.upload(feed := new_feed("ice"), "1/a.csv")
    key = f"uploads/{pipeline.partner.name}/{feed}/1/a.csv"
    event["Records"][0]["s3"]["object"]["versionId"] = pipeline.archive(key)
    return _asks_for_restore(pipeline, "validator", event, key)


def process_archived(pipeline: Pipeline) -> Play:
    """The restore of an archived upload is asked for."""
    (event,) = pipeline.validated(new_feed("ice"), "1/a.csv")
    work = json.loads(event["Records"][0]["body"])
    work["versionId"] = pipeline.archive(work["key"])
    event["Records"][0]["body"] = json.dumps(work)
    return _asks_for_restore(pipeline, "processor", event, work["key"])


def process_correction(pipeline: Pipeline) -> Play:
    """A correction replaces what was there."""
    first, second = pipeline.validated(new_feed("mend"), "1/a.csv", "1/a.csv")
    assert pipeline.invoke("processor", first)
    return _calls(pipeline, "processor", second)


def aggregate_node(pipeline: Pipeline) -> Play:
    """The first number behind thirty-two others lets them be added up."""
    return _calls(pipeline, "aggregator", _at_a_node(pipeline, "31/a.csv", "32/b.csv")[-1])


def aggregate_correction(pipeline: Pipeline) -> Play:
    """A correction replaces the sum that its number is in."""
    *_, last, correction = _at_a_node(pipeline, "31/a.csv", "32/b.csv", "31/a.csv")
    assert pipeline.invoke("aggregator", last)
    return _calls(pipeline, "aggregator", correction)


def aggregate_archived(pipeline: Pipeline) -> Play:
    """The restore of an archived day of a file is asked for."""
    feed = new_feed("ice")
    last = _at_a_node(pipeline, "31/a.csv", "32/b.csv", feed=feed)[-1]
    table = f"data/days/partner={pipeline.partner.name}/feed={feed}"
    key = f"{table}/date=2026-01-05/{31:018}.parquet"
    pipeline.archive(key)
    return _asks_for_restore(pipeline, "aggregator", last, key)


def aggregate_archived_nodes(pipeline: Pipeline) -> Play:
    """The restore of an archived sum is asked for."""
    feed = new_feed("ice")
    last = _at_a_node(pipeline, "991/a.csv", "992/b.csv", feed=feed)[-1]
    assert pipeline.invoke("aggregator", last)
    key = f"aggregates/{pipeline.partner.name}/{feed}/2026-01-05/1/{960:018}.parquet"
    pipeline.archive(key)
    _begin_behind(pipeline, feed, 1023)
    (over,) = pipeline.processed(feed, "1024/c.csv")
    return _asks_for_restore(pipeline, "aggregator", over, key)


def _at_a_node(pipeline: Pipeline, *files: str, feed: str | None = None) -> list[Event]:
    """Events of files of a feed that begins at the first of them, of which that one is done."""
    feed = feed or new_feed("node")
    _begin_behind(pipeline, feed, int(files[0].partition("/")[0]) - 1)
    events = pipeline.processed(feed, *files)
    assert pipeline.invoke("aggregator", events[0])
    return events


def _begin_behind(pipeline: Pipeline, feed: str, number: int) -> None:
    """Put a feed's cursors on a number, as if all numbers up to it were complete."""
    pipeline.cloud.client("dynamodb").update_item(
        TableName=pipeline.cloud.outputs["tableName"],
        Key={"pk": {"S": f"{pipeline.partner.name}/{feed}"}, "sk": {"S": "FEED"}},
        UpdateExpression=(
            "SET kind = :kind, validator = :number, #processor = :number, aggregator = :number, "
            "highest = :number, #next = :none ADD generation :one"
        ),
        ExpressionAttributeNames={"#processor": "processor", "#next": "next"},
        ExpressionAttributeValues={
            ":kind": {"S": "sequenced"},
            ":number": {"N": str(number)},
            ":none": {"N": "0"},
            ":one": {"N": "1"},
        },
    )


def _asks_for_restore(pipeline: Pipeline, function: str, event: Event, key: str) -> Play:
    def play() -> bool:
        assert not pipeline.invoke(function, event)
        return pipeline.is_being_restored(key)

    return play


def aggregate(pipeline: Pipeline) -> Play:
    """A file is aggregated."""
    return _calls(pipeline, "aggregator", pipeline.processed(new_feed("day"), "1/a.csv")[0])


def wake_in_aggregator(pipeline: Pipeline) -> Play:
    """A file that waits for this one is woken."""
    first, second = pipeline.processed(new_feed("wake"), "1/a.csv", "2/b.csv")
    assert pipeline.invoke("aggregator", second)
    return _calls(pipeline, "aggregator", first)


def retry_soon(pipeline: Pipeline, stage: str) -> Play:
    """A message that failed is tried again in seconds, not after the queue's whole timeout."""
    queue, poison = pipeline.queue(stage), f"poison-{uuid.uuid4()}"
    pipeline.queues.send_message(
        QueueUrl=queue,
        MessageBody=poison,
        MessageGroupId=poison,
        MessageDeduplicationId=poison,
    )
    message = pipeline.await_message(queue, lambda body: body == poison)

    def play() -> bool:
        before = _kept(pipeline, stage, message)
        assert not pipeline.invoke(stage, event_of(message))
        _write_log(pipeline, stage)  # and with it all that was written before
        kept = _kept(pipeline, stage, message) > before
        if not kept:
            pipeline.delete(queue, message)
        return not kept

    return play


def _kept(pipeline: Pipeline, stage: str, message: Message) -> int:
    lines = pipeline.logged(stage, message["MessageId"])
    return sum("keeps its visibility" in line for line in lines)


def feed_processor(pipeline: Pipeline) -> Play:
    """The queue feeds the function."""
    feed = new_feed("fed")
    assert pipeline.invoke("validator", pipeline.upload(feed, "1/a.csv"))
    return _fed(pipeline, "processor", feed, "PROCESSED")


def feed_aggregator(pipeline: Pipeline) -> Play:
    """The queue feeds the function."""
    feed = new_feed("fed")
    (work,) = pipeline.validated(feed, "1/a.csv")
    assert pipeline.invoke("processor", work)
    return _fed(pipeline, "aggregator", feed, "AGGREGATED")


def _fed(pipeline: Pipeline, stage: str, feed: str, status: str) -> Play:
    before = pipeline.mapping(stage)["LastProcessingResult"]

    def play() -> bool:
        def look() -> tuple[bool, str]:
            told = pipeline.partner.status(feed, "1/a.csv")
            return told["status"] == status, pipeline.mapping(stage)["LastProcessingResult"]

        def settled(seen: tuple[bool, str]) -> bool:
            done, result = seen
            return done or (result != before and result.startswith("PROBLEM"))

        nonlocal before
        pipeline.feed_by_queue(stage, enabled=True)
        try:
            done, before = eventually(look, settled)
        finally:
            pipeline.feed_by_queue(stage, enabled=False)
        return done

    return play


def give_up(pipeline: Pipeline, function: str) -> Play:
    """An event that failed three times comes into the dead-letter queue."""
    queue = pipeline.cloud.outputs[f"{function}DlqUrl"]
    events: list[str] = []

    def play() -> bool:
        events.append(f"nothing that the {function} knows: {uuid.uuid4()}")
        failures = pipeline.failures(function)
        pipeline.invoke_later(function, events[-1])
        if len(events) == 1:
            eventually(lambda: pipeline.failures(function) - failures, lambda n: n >= 3)
            _write_log(pipeline, function)  # by now the third failure has been dealt with
            return False  # whether it came shows behind the next in the queue
        message = pipeline.await_message(queue, lambda body: any(e in body for e in events))
        pipeline.delete(queue, message)
        return events[-1] in message["Body"]

    return play


def log(pipeline: Pipeline, function: str) -> Play:
    """What the function does is logged."""
    unlogged: list[str] = []

    def play() -> bool:
        if not unlogged:
            unlogged.append(new_feed("unlogged"))
            pipeline.invoke(function, _anything(pipeline, unlogged[0]))
            return False  # whether it was logged shows behind what is logged next
        _write_log(pipeline, function)
        return not pipeline.logged(function, unlogged[0])

    return play


def _write_log(pipeline: Pipeline, function: str) -> None:
    mark = new_feed("logged")
    pipeline.invoke(function, _anything(pipeline, mark))
    eventually(lambda: pipeline.logged(function, mark), bool)


def _anything(pipeline: Pipeline, mark: str) -> Event:
    """An event that each function makes a line of its log of, with this mark in it."""
    event = event_of({"MessageId": mark, "ReceiptHandle": mark, "Body": mark})
    bucket = {"name": pipeline.cloud.outputs["bucketName"]}
    event["Records"][0]["s3"] = {"bucket": bucket, "object": {"key": mark}}
    path = {"partner": pipeline.partner.name, "feed": mark}
    return {**event, "httpMethod": "GET", "pathParameters": path}


def log_anew(pipeline: Pipeline, function: str) -> Play:
    """A new execution environment opens its log stream."""
    pipeline.renew(function)
    return log(pipeline, function)


def ask_for_file(pipeline: Pipeline) -> Play:
    """The API answers about a file."""
    feed = new_feed("file")
    assert pipeline.invoke("validator", pipeline.upload(feed, "1/a.csv"))
    return _asks(pipeline, "GET", f"/status/{pipeline.partner.name}/{feed}/1/a.csv")


def ask_for_feed(pipeline: Pipeline) -> Play:
    """The API answers about a feed."""
    feed = new_feed("feed")
    assert pipeline.invoke("validator", pipeline.upload(feed, "1/a.csv"))
    return _asks(pipeline, "GET", f"/status/{pipeline.partner.name}/{feed}")


def ask_for_head(pipeline: Pipeline) -> Play:
    """The API answers a partner about a file, without the body."""
    feed = new_feed("head")
    assert pipeline.invoke("validator", pipeline.upload(feed, "1/a.csv"))
    return _asks(pipeline, "HEAD", f"/status/{pipeline.partner.name}/{feed}/1/a.csv")


def _asks(pipeline: Pipeline, method: str, path: str) -> Play:
    return lambda: pipeline.partner.ask(method, path).status_code == requests.codes.ok


def put(pipeline: Pipeline) -> Play:
    """A partner uploads a file."""
    return _allowed(lambda: pipeline.upload(new_feed("put"), "1/a.csv"))


def read_report(pipeline: Pipeline) -> Play:
    """A partner reads why its file was rejected."""
    feed = new_feed("why")
    assert pipeline.invoke("validator", pipeline.upload(feed, "1/a.csv", _BAD))
    rejects = pipeline.partner.status(feed, "1/a.csv")["rejects"]
    return _allowed(lambda: pipeline.partner.read(rejects["location"]))


def read_data(pipeline: Pipeline, analyst: str, table: str) -> Play:
    """An analyst reads the data set."""
    desk = pipeline.cloud.analyst(analyst.format(partner=pipeline.partner.name))
    key = _data(pipeline, table)
    return _allowed(lambda: desk.read(key))


def list_data(pipeline: Pipeline, analyst: str) -> Play:
    """An analyst lists the data set."""
    desk = pipeline.cloud.analyst(analyst.format(partner=pipeline.partner.name))
    key = _data(pipeline, "bars")

    def play() -> None:
        assert desk.list(key.rpartition("/")[0] + "/") == [key]

    return _allowed(play)


def _data(pipeline: Pipeline, table: str) -> str:
    """A file's object in a table of the data set."""
    feed = new_feed("data")
    pipeline.processed(feed, "1/a.csv")
    folder = f"data/{table}/partner={pipeline.partner.name}/feed={feed}/date=2026-01-05"
    return f"{folder}/{1:018}.parquet"


def _allowed(call: Callable[[], object]) -> Play:
    def play() -> bool:
        try:
            call()
        except ClientError as error:
            assert error.response["Error"]["Code"] == "AccessDenied", error
            return False
        return True

    return play
