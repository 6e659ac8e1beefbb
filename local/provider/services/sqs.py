"""SQS: queues and the documents attached to them."""

import json
from typing import Any

from local.provider.aws import Aws
from local.provider.calls import retag, tags
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting

# Properties whose attribute is not simply the same name capitalised.
_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def _attributes(properties: Properties) -> dict[str, str]:
    return {
        attribute: _text(properties[name])
        for name, attribute in _ATTRIBUTES.items()
        if properties.get(name) is not None
    }


def _get(aws: Aws, url: str, attribute: str) -> Properties:
    answer = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[attribute])
    return dict(answer.get("Attributes", {}))


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _value(text: str | None) -> Any:
    """An attribute's text as a property."""
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text and text.isdecimal() else text


class Queue(Resource):
    """A queue; its identifier is its URL."""

    type_name = "aws:sqs/queue:Queue"
    tagged = True
    key = ("name",)
    replaces = ("fifoQueue", "namePrefix")
    computed = (
        "arn",
        "url",
        "deduplicationScope",
        "fifoThroughputLimit",
        "kmsDataKeyReusePeriodSeconds",
        "policy",
        "redriveAllowPolicy",
        "redrivePolicy",
        "sqsManagedSseEnabled",
    )
    defaults = {
        "contentBasedDeduplication": False,
        "delaySeconds": 0,
        "fifoQueue": False,
        "maxMessageSize": 262144,
        "messageRetentionSeconds": 345600,
        "receiveWaitTimeSeconds": 0,
        "visibilityTimeoutSeconds": 30,
    }
    autoname = "name"

    def name(self, logical_name: str, seed: bytes, inputs: Properties) -> str:
        """A FIFO queue's name must end in ``.fifo``."""
        return super().name(logical_name, seed, inputs) + (".fifo" if inputs["fifoQueue"] else "")

    def create(self, aws: Aws, inputs: Properties) -> Created:
        attributes = _attributes(inputs)
        if inputs["fifoQueue"]:
            attributes["FifoQueue"] = "true"
        else:
            attributes.pop("ContentBasedDeduplication")
        url = aws.client("sqs").create_queue(
            QueueName=inputs["name"], Attributes=attributes, tags=tags(inputs)
        )["QueueUrl"]
        return Created(id=url, outputs={"arn": aws.arn("sqs", inputs["name"]), "url": url})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        before, after = _attributes(old), _attributes(new)
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        # An attribute is taken away by writing nothing into it.
        changed |= {name: "" for name in before.keys() - after.keys() if name in _DOCUMENTS}
        client = aws.client("sqs")
        if changed:
            client.set_queue_attributes(QueueUrl=resource_id, Attributes=changed)
        retag(
            old,
            new,
            write=lambda tags: client.tag_queue(QueueUrl=resource_id, Tags=tags),
            remove=lambda keys: client.untag_queue(QueueUrl=resource_id, TagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        found = _get(aws, resource_id, "All")
        values = {name: _value(found.get(attribute)) for name, attribute in _ATTRIBUTES.items()}
        # What no queue of this kind has is no answer; a document that is not there is gone.
        known = {
            name: value
            for name, value in values.items()
            if value is not None or _ATTRIBUTES[name] in _DOCUMENTS
        }
        return {"arn": found["QueueArn"], "url": resource_id, **known}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("sqs").delete_queue(QueueUrl=resource_id)


_DOCUMENTS = {"Policy", "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId"}


class _QueueDocument(Setting):
    """A document that is one attribute of a queue."""

    key = ("queueUrl",)
    property: str

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        self._write(aws, inputs["queueUrl"], inputs[self.property])
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        attribute = _ATTRIBUTES[self.property]
        return {self.property: _get(aws, resource_id, attribute).get(attribute, "")}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        self._write(aws, resource_id, "")

    def _write(self, aws: Aws, url: str, document: str) -> None:
        attributes = {_ATTRIBUTES[self.property]: document}
        aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes=attributes)


class QueuePolicy(_QueueDocument):
    """Who may use a queue."""

    type_name = "aws:sqs/queuePolicy:QueuePolicy"
    property = "policy"
    documents = ("policy",)


class RedrivePolicy(_QueueDocument):
    """Where a queue's failed messages go, and after how many receives."""

    type_name = "aws:sqs/redrivePolicy:RedrivePolicy"
    property = "redrivePolicy"


class RedriveAllowPolicy(_QueueDocument):
    """Which queues may send their failed messages here."""

    type_name = "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy"
    property = "redriveAllowPolicy"


TYPES: tuple[Resource, ...] = (Queue(), QueuePolicy(), RedrivePolicy(), RedriveAllowPolicy())
