"""SNS: topics, who may use them and who is told."""

import json
from typing import Any

from local.provider.aws import Aws, account
from local.provider.calls import as_list, retag, tag_list
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting

# Topic property → attribute, where the two are not the same name capitalised.
_TOPIC = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deliveryPolicy": "DeliveryPolicy",
    "displayName": "DisplayName",
    "fifoThroughputScope": "FifoThroughputScope",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
}
_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}


def _attributes(properties: Properties, names: dict[str, str]) -> dict[str, str]:
    return {
        attribute: _text(properties[name])
        for name, attribute in names.items()
        if properties.get(name) not in (None, "", False)
    }


def _text(value: Any) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _changed(old: Properties, new: Properties, names: dict[str, str]) -> dict[str, str]:
    """Attributes to write; one that is no longer wanted is written empty."""
    before, after = _attributes(old, names), _attributes(new, names)
    gone = dict.fromkeys(before.keys() - after.keys(), "")
    return gone | {name: value for name, value in after.items() if before.get(name) != value}


class Topic(Resource):
    """A topic; its identifier is its ARN."""

    type_name = "aws:sns/topic:Topic"
    tagged = True
    key = ("name",)
    replaces = ("namePrefix", "fifoTopic")
    computed = (
        "arn",
        "beginningArchiveTime",
        "fifoThroughputScope",
        "owner",
        "policy",
        "signatureVersion",
        "tracingConfig",
    )
    defaults = {"contentBasedDeduplication": False, "fifoTopic": False}
    autoname = "name"

    def name(self, logical_name: str, seed: bytes, inputs: Properties) -> str:
        """A FIFO topic's name must end in ``.fifo``."""
        return super().name(logical_name, seed, inputs) + (".fifo" if inputs["fifoTopic"] else "")

    def create(self, aws: Aws, inputs: Properties) -> Created:
        attributes = _attributes(inputs, _TOPIC)
        if inputs["fifoTopic"]:
            attributes["FifoTopic"] = "true"
        arn = aws.client("sns").create_topic(
            Name=inputs["name"], Attributes=attributes, Tags=tag_list(inputs)
        )["TopicArn"]
        found = aws.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
        return Created(
            id=arn,
            outputs={
                "arn": arn,
                "beginningArchiveTime": "",
                "owner": account(),
                "policy": inputs.get("policy", found.get("Policy", "")),
            },
        )

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("sns")
        # A policy that the program leaves out is the service's own: not to be taken away.
        for name, value in _changed({**old, "policy": None}, new, _TOPIC).items():
            client.set_topic_attributes(
                TopicArn=resource_id, AttributeName=name, AttributeValue=value
            )
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(ResourceArn=resource_id, Tags=as_list(tags)),
            remove=lambda keys: client.untag_resource(ResourceArn=resource_id, TagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("sns").get_topic_attributes(TopicArn=resource_id)
        return {"arn": resource_id}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("sns").delete_topic(TopicArn=resource_id)


class TopicPolicy(Setting):
    """Who may use a topic."""

    type_name = "aws:sns/topicPolicy:TopicPolicy"
    key = ("arn",)
    computed = ("owner",)
    documents = ("policy",)

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        self._write(aws, inputs["arn"], inputs["policy"])
        return {"owner": account()}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("sns").get_topic_attributes(TopicArn=resource_id)
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        # A topic always has a policy; the one that AWS gives it lets its own account use it.
        own_account = {
            "Effect": "Allow",
            "Principal": {"AWS": aws.arn("iam", "root", regional=False)},
            "Action": "sns:*",
            "Resource": resource_id,
        }
        document = {"Version": "2012-10-17", "Statement": [own_account]}
        self._write(aws, resource_id, json.dumps(document))

    def _write(self, aws: Aws, topic: str, document: str) -> None:
        aws.client("sns").set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=document
        )


class TopicSubscription(Resource):
    """Who is told what a topic hears; its identifier is its ARN."""

    type_name = "aws:sns/topicSubscription:TopicSubscription"
    key = ("topic", "protocol", "endpoint")
    computed = (
        "arn",
        "confirmationWasAuthenticated",
        "filterPolicyScope",
        "ownerId",
        "pendingConfirmation",
    )
    defaults = {
        "confirmationTimeoutInMinutes": 1,
        "endpointAutoConfirms": False,
        "rawMessageDelivery": False,
    }

    def create(self, aws: Aws, inputs: Properties) -> Created:
        arn = aws.client("sns").subscribe(
            TopicArn=inputs["topic"],
            Protocol=inputs["protocol"],
            Endpoint=inputs["endpoint"],
            Attributes=_attributes(inputs, _SUBSCRIPTION),
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        outputs = {"arn": arn, "ownerId": account(), "confirmationWasAuthenticated": False}
        return Created(id=arn, outputs={**outputs, **self.read(aws, arn, inputs)})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        for name, value in _changed(old, new, _SUBSCRIPTION).items():
            aws.client("sns").set_subscription_attributes(
                SubscriptionArn=resource_id, AttributeName=name, AttributeValue=value
            )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("sns")
        found = client.get_subscription_attributes(SubscriptionArn=resource_id)["Attributes"]
        return {"pendingConfirmation": found.get("PendingConfirmation") == "true"}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("sns").unsubscribe(SubscriptionArn=resource_id)


TYPES: tuple[Resource, ...] = (Topic(), TopicPolicy(), TopicSubscription())
