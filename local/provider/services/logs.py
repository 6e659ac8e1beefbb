"""CloudWatch Logs: log groups."""

from typing import Any

from local.provider.aws import Aws, MissingError
from local.provider.calls import arguments, retag, tags
from local.provider.properties import Properties
from local.provider.resource import Created, Resource


class LogGroup(Resource):
    """A log group; its identifier is its name."""

    type_name = "aws:cloudwatch/logGroup:LogGroup"
    tagged = True
    key = ("name",)
    replaces = ("namePrefix", "logGroupClass")
    computed = ("arn", "logGroupClass")
    defaults = {"retentionInDays": 0, "skipDestroy": False}
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client, group = aws.client("logs"), inputs["name"]
        client.create_log_group(
            **arguments(
                inputs, logGroupName="name", kmsKeyId="kmsKeyId", logGroupClass="logGroupClass"
            ),
            **({"tags": tags(inputs)} if tags(inputs) else {}),
        )
        self._retain(client, inputs)
        outputs = {"arn": aws.arn("logs", f"log-group:{group}"), "logGroupClass": "STANDARD"}
        return Created(
            id=group, outputs={**outputs, **arguments(inputs, logGroupClass="logGroupClass")}
        )

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("logs")
        if old["retentionInDays"] != new["retentionInDays"]:
            self._retain(client, new)
        if old.get("kmsKeyId") != new.get("kmsKeyId"):
            if "kmsKeyId" in new:
                client.associate_kms_key(logGroupName=resource_id, kmsKeyId=new["kmsKeyId"])
            else:
                client.disassociate_kms_key(logGroupName=resource_id)
        arn = aws.arn("logs", f"log-group:{resource_id}")
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(resourceArn=arn, tags=tags),
            remove=lambda keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("logs")
        found = client.describe_log_groups(logGroupNamePrefix=resource_id)["logGroups"]
        for group in found:
            if group["logGroupName"] == resource_id:
                return {"retentionInDays": group.get("retentionInDays", 0)}
        raise MissingError(f"log group {resource_id} does not exist")

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        if not state["skipDestroy"]:
            aws.client("logs").delete_log_group(logGroupName=resource_id)

    @staticmethod
    def _retain(client: Any, inputs: Properties) -> None:
        if days := inputs["retentionInDays"]:
            client.put_retention_policy(logGroupName=inputs["name"], retentionInDays=days)
        else:
            client.delete_retention_policy(logGroupName=inputs["name"])


TYPES: tuple[Resource, ...] = (LogGroup(),)
