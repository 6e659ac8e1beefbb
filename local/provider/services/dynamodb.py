"""DynamoDB: tables and their insights."""

from typing import Any

from local.provider.aws import Aws
from local.provider.calls import arguments, as_list, retag, tag_list
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting


class Table(Resource):
    """A table; its identifier is its name."""

    type_name = "aws:dynamodb/table:Table"
    tagged = True
    key = ("name",)
    replaces = ("hashKey", "rangeKey", "localSecondaryIndexes")
    computed = (
        "arn",
        "readCapacity",
        "serverSideEncryption",
        "streamArn",
        "streamLabel",
        "streamViewType",
        "writeCapacity",
    )
    defaults = {
        "billingMode": "PROVISIONED",
        "deletionProtectionEnabled": False,
        "tableClass": "STANDARD",
    }
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client, name = aws.client("dynamodb"), inputs["name"]
        client.create_table(
            **arguments(
                inputs, "billingMode", "deletionProtectionEnabled", "tableClass", TableName="name"
            ),
            KeySchema=_key_schema(inputs),
            AttributeDefinitions=_attribute_definitions(inputs),
            Tags=tag_list(inputs),
            **_throughput(inputs),
            **_indexes(inputs),
            **_encryption(inputs),
            **_stream(inputs),
        )
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        self._settings(client, {}, inputs)
        return Created(id=name, outputs=self._outputs(client, name, inputs))

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("dynamodb")
        changed = {
            name: value
            for name, value in self._updatable(new).items()
            if self._updatable(old).get(name) != value
        }
        if changed:
            definitions = _attribute_definitions(new)
            client.update_table(TableName=resource_id, AttributeDefinitions=definitions, **changed)
        for change in _index_changes(old, new):  # DynamoDB takes one at a time
            client.update_table(
                TableName=resource_id,
                AttributeDefinitions=_attribute_definitions(new),
                GlobalSecondaryIndexUpdates=[change],
            )
        self._settings(client, old, new)
        arn = old["arn"]
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(ResourceArn=arn, Tags=as_list(tags)),
            remove=lambda keys: client.untag_resource(ResourceArn=arn, TagKeys=keys),
        )
        return self._outputs(client, resource_id, new)

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("dynamodb")
        table = client.describe_table(TableName=resource_id)["Table"]
        return {"arn": table["TableArn"]}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("dynamodb").delete_table(TableName=resource_id)

    @staticmethod
    def _updatable(inputs: Properties) -> Properties:
        return {
            **arguments(inputs, "billingMode", "deletionProtectionEnabled", "tableClass"),
            **_throughput(inputs),
            **(_encryption(inputs) or {"SSESpecification": {"Enabled": False}}),
            **(_stream(inputs) or {"StreamSpecification": {"StreamEnabled": False}}),
        }

    @staticmethod
    def _settings(client: Any, old: Properties, new: Properties) -> None:
        """The settings that have calls of their own."""
        name = new["name"]
        before, after = old.get("ttl"), new.get("ttl")
        if before != after and (before or after):
            ttl = {**(before or {}), **(after or {"enabled": False})}
            client.update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={
                    "Enabled": ttl.get("enabled", False),
                    "AttributeName": ttl.get("attributeName", ""),
                },
            )
        recovery = new.get("pointInTimeRecovery", {"enabled": False})
        if recovery != old.get("pointInTimeRecovery", {"enabled": False}):
            client.update_continuous_backups(
                TableName=name,
                PointInTimeRecoverySpecification=arguments(
                    recovery,
                    "recoveryPeriodInDays",
                    PointInTimeRecoveryEnabled="enabled",
                ),
            )

    @staticmethod
    def _outputs(client: Any, name: str, inputs: Properties) -> Properties:
        table = client.describe_table(TableName=name)["Table"]
        throughput = table.get("ProvisionedThroughput", {})
        return {
            "arn": table["TableArn"],
            "readCapacity": throughput.get("ReadCapacityUnits", 0),
            "writeCapacity": throughput.get("WriteCapacityUnits", 0),
            "streamArn": table.get("LatestStreamArn", ""),
            "streamLabel": table.get("LatestStreamLabel", ""),
            "streamViewType": inputs.get("streamViewType", ""),
            "serverSideEncryption": inputs.get("serverSideEncryption"),
        }


def _key_schema(properties: Properties) -> list[dict[str, str]]:
    kinds = (("HASH", "hashKey"), ("RANGE", "rangeKey"))
    return [
        {"AttributeName": properties[name], "KeyType": kind}
        for kind, name in kinds
        if properties.get(name)
    ]


def _attribute_definitions(inputs: Properties) -> list[dict[str, str]]:
    return [
        {"AttributeName": item["name"], "AttributeType": item["type"]}
        for item in inputs["attributes"]
    ]


def _throughput(properties: Properties) -> Properties:
    if "readCapacity" not in properties or properties.get("billingMode") == "PAY_PER_REQUEST":
        return {}
    units = {"ReadCapacityUnits": "readCapacity", "WriteCapacityUnits": "writeCapacity"}
    return {"ProvisionedThroughput": arguments(properties, **units)}


def _index(index: Properties) -> Properties:
    projection = arguments(
        index, ProjectionType="projectionType", NonKeyAttributes="nonKeyAttributes"
    )
    schema = _key_schema(index)
    return {
        "IndexName": index["name"],
        "KeySchema": schema,
        "Projection": projection,
        **_throughput(index),
    }


def _indexes(inputs: Properties) -> Properties:
    hash_key = inputs["hashKey"]
    kinds: Properties = {
        "GlobalSecondaryIndexes": [
            _index(item) for item in inputs.get("globalSecondaryIndexes", [])
        ],
        "LocalSecondaryIndexes": [
            _index({"hashKey": hash_key, **item})
            for item in inputs.get("localSecondaryIndexes", [])
        ],
    }
    return {name: indexes for name, indexes in kinds.items() if indexes}


def _index_changes(old: Properties, new: Properties) -> list[Properties]:
    before, after = (
        {item["name"]: item for item in properties.get("globalSecondaryIndexes", [])}
        for properties in (old, new)
    )
    stale = [name for name, item in before.items() if after.get(name) != item]
    fresh = [name for name, item in after.items() if before.get(name) != item]
    return [{"Delete": {"IndexName": name}} for name in stale] + [
        {"Create": _index(after[name])} for name in fresh
    ]


def _encryption(inputs: Properties) -> Properties:
    encryption = inputs.get("serverSideEncryption", {})
    if not encryption.get("enabled"):
        return {}
    key = arguments(encryption, KMSMasterKeyId="kmsKeyArn")
    return {"SSESpecification": {"Enabled": True, "SSEType": "KMS", **key}}


def _stream(inputs: Properties) -> Properties:
    if not inputs.get("streamEnabled"):
        return {}
    view = arguments(inputs, "streamViewType")
    return {"StreamSpecification": {"StreamEnabled": True, **view}}


class ContributorInsights(Setting):
    """Which keys of a table or index are used most."""

    type_name = "aws:dynamodb/contributorInsights:ContributorInsights"
    key = ("tableName", "indexName")

    def id(self, inputs: Properties) -> str:
        """The table and, if it is one of its indexes, that."""
        return f"name:{inputs['tableName']}/index:{inputs.get('indexName', '')}"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        self._write(aws, inputs, "ENABLE")
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("dynamodb").describe_contributor_insights(
            **arguments(state, "tableName", "indexName")
        )
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        self._write(aws, state, "DISABLE")

    @staticmethod
    def _write(aws: Aws, properties: Properties, action: str) -> None:
        aws.client("dynamodb").update_contributor_insights(
            **arguments(properties, "tableName", "indexName"), ContributorInsightsAction=action
        )


TYPES: tuple[Resource, ...] = (Table(), ContributorInsights())
