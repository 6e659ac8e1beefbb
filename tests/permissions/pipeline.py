"""The pipeline with its triggers played by hand: every call is answered at once.

The bucket's notification and the event source mappings are put out of action. What they would do
the tests do: they hand an event to the real function, which works with its own role's rights on
the real bucket, table and queues.
"""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import quote_plus

from botocore.exceptions import ClientError

from pipeline.deployment import QUEUED
from tests.integration.cloud import Cloud, Partner, eventually
from tests.integration.trades import csv

Event = dict[str, Any]
Message = dict[str, Any]


class Pipeline:
    """The functions of a deployment, called as their triggers call them."""

    def __init__(self, cloud: Cloud, partner: Partner) -> None:
        self.cloud = cloud
        self.partner = partner
        self.functions = cloud.client("lambda")
        self.queues = cloud.client("sqs")
        self._logs = cloud.client("logs")
        self._began = int(time.time() * 1000)
        self._uploads = 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No trigger works; at the end the queues are emptied of what the scenes left over.

        Only on the emulator: on AWS a role's new rights and a trigger's new state show with a
        delay, and a pipeline that others use is not to be stopped.
        """
        assert self.cloud.endpoint is not None, (
            "this stops the pipeline's triggers: run it against a local stack (unset FLAT_OUTPUTS)"
        )
        s3, bucket = self.cloud.client("s3"), {"Bucket": self.cloud.outputs["bucketName"]}
        notification = s3.get_bucket_notification_configuration(**bucket)
        del notification["ResponseMetadata"]
        s3.put_bucket_notification_configuration(**bucket, NotificationConfiguration={})
        try:
            for stage in QUEUED:
                self.feed_by_queue(stage, enabled=False)
            yield
        finally:
            for stage in QUEUED:
                while message := self._received(self.queue(stage)):
                    self.delete(self.queue(stage), message)
                self.feed_by_queue(stage, enabled=True)
            s3.put_bucket_notification_configuration(
                **bucket, NotificationConfiguration=notification
            )

    def feed_by_queue(self, stage: str, *, enabled: bool) -> None:
        """Let a stage's event source mapping work, or not."""
        mapping = self.mapping(stage)["UUID"]
        self.functions.update_event_source_mapping(UUID=mapping, Enabled=enabled)

    def mapping(self, stage: str) -> dict[str, Any]:
        """The event source mapping of a stage, with the result of its last poll."""
        answer = self.functions.list_event_source_mappings(FunctionName=self.function(stage))
        (found,) = answer["EventSourceMappings"]
        return dict(found)

    def function(self, name: str) -> str:
        """The physical name of a function."""
        return self.cloud.outputs[f"{name}FunctionName"]

    def queue(self, stage: str) -> str:
        """The URL of the queue that feeds a stage."""
        return self.cloud.outputs[f"{stage}QueueUrl"]

    def invoke(self, function: str, event: Event) -> bool:
        """Call a function and wait for its answer: whether it reports no failure."""
        answer = self.functions.invoke(
            FunctionName=self.function(function), Payload=json.dumps(event)
        )
        body = json.load(answer["Payload"])
        failures = body.get("batchItemFailures") if isinstance(body, dict) else None
        done = "FunctionError" not in answer and not failures
        if function in QUEUED and not done:
            self._hold(self.queue(function), event)
        return done

    def _hold(self, url: str, event: Event) -> None:
        """Keep what a function gave back from coming again: a scene hands it over anew."""
        for record in event["Records"]:
            with suppress(ClientError):  # what was made up for a scene is in no queue
                self.queues.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=record["receiptHandle"], VisibilityTimeout=3600
                )

    def invoke_later(self, function: str, event: object) -> None:
        """Hand a function an event as S3 does, which waits for no answer."""
        self.functions.invoke(
            FunctionName=self.function(function), Payload=json.dumps(event), InvocationType="Event"
        )

    def renew(self, function: str) -> None:
        """Let the function's next call find a new execution environment."""
        name = self.function(function)
        answer = self.functions.get_function_configuration(FunctionName=name)
        variables = {"Variables": answer["Environment"]["Variables"]}
        self.functions.update_function_configuration(FunctionName=name, Environment=variables)

    def failures(self, function: str) -> int:
        """How many calls of the function have failed since the scenes began."""
        reports = self.logged(function, "platform.report")
        return sum(json.loads(line)["record"]["status"] == "error" for line in reports)

    def logged(self, function: str, term: str) -> list[str]:
        """The lines in the function's log with a term in them, since the scenes began."""
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{self.function(function)}",
            filterPattern=f'"{term}"',
            startTime=self._began,
        )
        return [event["message"] for page in pages for event in page["events"]]

    def upload(self, feed: str, file: str, content: bytes | None = None) -> Event:
        """Put a file and return what S3 would tell of it."""
        if content is None:
            content = csv("2026-01-05T14:30:00Z,SYNA,182.4,100,Q,@")
        version = self.partner.put(feed, file, content)
        self._uploads += 1
        told = {
            "key": quote_plus(f"uploads/{self.partner.name}/{feed}/{file}", safe="/"),
            "versionId": version,
            "sequencer": f"{self._uploads:016X}",
        }
        bucket = {"name": self.cloud.outputs["bucketName"]}
        return {"Records": [{"s3": {"bucket": bucket, "object": told}}]}

    def archive(self, key: str) -> str:
        """Put an object into Glacier, as the bucket does after 90 days; its new version."""
        bucket = self.cloud.outputs["bucketName"]
        answer = self.cloud.client("s3").copy_object(
            Bucket=bucket,
            Key=key,
            CopySource={"Bucket": bucket, "Key": key},
            StorageClass="GLACIER",
        )
        return str(answer["VersionId"])

    def is_being_restored(self, key: str) -> bool:
        """Whether the restore of an object's newest version has been asked for."""
        bucket = self.cloud.outputs["bucketName"]
        return "Restore" in self.cloud.client("s3").head_object(Bucket=bucket, Key=key)

    def validated(self, feed: str, *files: str) -> list[Event]:
        """Bring files of a sequenced feed to the processor: the events that it would get."""
        for file in files:
            assert self.invoke("validator", self.upload(feed, file))
        return self._work("processor", feed, len(files))

    def processed(self, feed: str, *files: str) -> list[Event]:
        """Bring files of a sequenced feed to the aggregator: the events that it would get."""
        for event in self.validated(feed, *files):
            assert self.invoke("processor", event)
        return self._work("aggregator", feed, len(files))

    def _work(self, stage: str, feed: str, files: int) -> list[Event]:
        """Take a feed's next messages out of its group: the events that a function would get.

        Each is sent anew in a group of its own, and kept: a function works only on what it can
        hold, and a scene may hand it over more than once.
        """
        url, bodies = self.queue(stage), list[str]()
        for _ in range(files):
            message = self.await_message(url, lambda body: f'"feed":"{feed}"' in body)
            self.delete(url, message)
            bodies.append(message["Body"])
        return [self._kept(url, body) for body in bodies]

    def _kept(self, url: str, body: str) -> Event:
        own = f"scene-{uuid.uuid4()}"
        self.queues.send_message(
            QueueUrl=url, MessageBody=body, MessageGroupId=own, MessageDeduplicationId=own
        )
        return event_of(self.await_message(url, lambda found: found == body))

    def await_message(self, url: str, wanted: Callable[[str], bool]) -> Message:
        """Wait for a message; what comes before it is left over from other scenes."""

        def look() -> Message | None:
            message = self._received(url)
            if message is None or wanted(message["Body"]):
                return message
            self.delete(url, message)
            return None

        found = eventually(look, bool)
        assert found is not None
        return found

    def _received(self, url: str) -> Message | None:
        answer = self.queues.receive_message(QueueUrl=url, MaxNumberOfMessages=1)
        return next(iter(answer.get("Messages", ())), None)

    def delete(self, url: str, message: Message) -> None:
        """Take a received message out of its queue."""
        self.queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def event_of(message: Message) -> Event:
    """What Lambda hands to a function that a queue feeds."""
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
    }
    return {"Records": [record]}
