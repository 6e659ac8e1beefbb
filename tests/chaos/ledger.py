"""What the deployment has written down: the status table, the bucket's versions, the logs."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from pipeline.deployment import STAGES, Deployment
from pipeline.names import Feed
from pipeline.results import Results
from tests.integration.cloud import Cloud

FINAL = {"AGGREGATED", "REJECTED", "SKIPPED"}
_READ = TypeDeserializer()


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A feed in the status table.

    Attributes:
        cursors: By stage.
        numbers: The items of the order, by number.
        versions: The items of object versions, by file and version id.
    """

    cursors: dict[str, int]
    numbers: dict[int, dict[str, Any]]
    versions: dict[tuple[str, str], dict[str, Any]]

    def of_number(self, number: int) -> list[dict[str, Any]]:
        """The versions of the file that has a number."""
        file = self.numbers[number]["file"]
        return [version for (name, _), version in self.versions.items() if name == file]


class Ledger:
    """Reads what a deployment has written down of a feed."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._s3 = cloud.client("s3")
        self._table = cloud.client("dynamodb")
        self._logs = cloud.client("logs")

    def standing(self, feed: Feed) -> Standing:
        """What the status table says of a feed."""
        head: dict[str, Any] = {}
        numbers, versions = {}, {}
        for item in self._items(feed):
            kind = item["sk"].partition("#")[0]
            if kind == "FEED":
                head = item
            elif kind == "NUMBER":
                numbers[int(item["number"])] = item
            elif kind in ("FILE", "VERSION"):  # the newest version, and those before it
                versions[item["file"], item["versionId"]] = item
        cursors = {stage: int(head.get(stage, 0)) for stage in STAGES}
        return Standing(cursors=cursors, numbers=numbers, versions=versions)

    def _items(self, feed: Feed) -> Iterator[dict[str, Any]]:
        pages = self._table.get_paginator("query").paginate(
            TableName=self._cloud.outputs["tableName"],
            KeyConditionExpression="pk = :feed",
            ExpressionAttributeValues={":feed": {"S": str(feed)}},
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield {name: _READ.deserialize(value) for name, value in item.items()}

    def versions(self, prefix: str) -> dict[str, list[str]]:
        """The version ids of every object under a prefix, in the order of their writing."""
        found: dict[str, list[str]] = {}
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._cloud.outputs["bucketName"], Prefix=prefix
        )
        for page in pages:
            for version in page.get("Versions", []):
                found.setdefault(version["Key"], []).insert(0, version["VersionId"])
        return found

    def first_written(self, prefix: str) -> list[datetime]:
        """When each object under a prefix was first written, in the order of their keys."""
        first: dict[str, datetime] = {}
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._cloud.outputs["bucketName"], Prefix=prefix
        )
        for page in pages:
            for version in page.get("Versions", []):
                known = first.get(version["Key"], version["LastModified"])
                first[version["Key"]] = min(known, version["LastModified"])
        return [first[key] for key in sorted(first)]

    def read(self, key: str) -> bytes:
        """An object."""
        answer = self._s3.get_object(Bucket=self._cloud.outputs["bucketName"], Key=key)
        return bytes(answer["Body"].read())

    def metadata(self, key: str) -> dict[str, str]:
        """What is written beside an object."""
        answer = self._s3.head_object(Bucket=self._cloud.outputs["bucketName"], Key=key)
        return dict(answer["Metadata"])

    def exists(self, key: str) -> bool:
        """Whether there is an object."""
        return key in self.versions(key)

    def results(self, feed: Feed) -> Results:
        """A feed's results, as the command line reads them."""
        deployment = Deployment(outputs=self._cloud.outputs, session=self._cloud.session)
        return Results(deployment, feed)

    def unsettled(self, feed: Feed) -> list[str]:
        """What of a feed is still on its way, in words: nothing once it is at rest."""
        uploads, standing = self.versions(f"uploads/{feed}/"), self.standing(feed)
        on_their_way = []
        for key, ids in uploads.items():
            file = key.removeprefix(f"uploads/{feed}/")
            for one in ids:
                status = standing.versions.get((file, one), {}).get("status")
                if status not in FINAL:
                    on_their_way.append(f"{feed}/{file} version {one} is {status}")
        for stage, cursor in standing.cursors.items():
            if cursor != len(uploads):
                on_their_way.append(f"{feed}: {stage} is at {cursor} of {len(uploads)}")
        return on_their_way

    def lines(self, function: str) -> list[dict[str, Any]]:
        """A function's log lines, each with the stream that it stands in, in order of time."""
        group = f"/aws/lambda/{self._cloud.outputs[f'{function}FunctionName']}"
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=group)
        found = []
        for page in pages:
            for event in page["events"]:
                found.append({"stream": event["logStreamName"], **_document(event["message"])})
        return sorted(found, key=lambda line: line.get("timestamp") or line.get("time") or "")


def _document(message: str) -> dict[str, Any]:
    try:
        document = json.loads(message)
    except ValueError:  # cut short by the death of its function
        return {"text": message}
    return document if isinstance(document, dict) else {"text": message}
