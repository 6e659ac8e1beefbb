"""S3: the bucket and its settings, each a type of its own as in pulumi-aws 7."""

from typing import Any, ClassVar

from local.provider.aws import Aws
from local.provider.calls import arguments, pascal, tag_list, tags
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting


class Bucket(Resource):
    """A bucket; its identifier is its name."""

    type_name = "aws:s3/bucket:Bucket"
    tagged = True
    key = ("bucket",)
    replaces = ("bucketPrefix", "objectLockEnabled")
    computed = (
        "accelerationStatus",
        "acl",
        "arn",
        "bucketDomainName",
        "bucketRegion",
        "bucketRegionalDomainName",
        "corsRules",
        "grants",
        "hostedZoneId",
        "lifecycleRules",
        "logging",
        "objectLockConfiguration",
        "objectLockEnabled",
        "policy",
        "replicationConfiguration",
        "requestPayer",
        "serverSideEncryptionConfiguration",
        "versioning",
        "website",
    )
    defaults = {"forceDestroy": False}
    documents = ("policy",)
    autoname = "bucket"

    def name(self, logical_name: str, seed: bytes, inputs: Properties) -> str:
        """Bucket names are lower case."""
        return super().name(logical_name, seed, inputs).lower()

    def create(self, aws: Aws, inputs: Properties) -> Created:
        bucket, client = inputs["bucket"], aws.client("s3")
        elsewhere = aws.region != "us-east-1"  # S3 takes no constraint for its first region
        client.create_bucket(
            Bucket=bucket,
            ObjectLockEnabledForBucket=bool(inputs.get("objectLockEnabled")),
            **(
                {"CreateBucketConfiguration": {"LocationConstraint": aws.region}}
                if elsewhere
                else {}
            ),
        )
        self._tag(client, inputs)
        return Created(
            id=bucket,
            outputs={
                "arn": f"arn:aws:s3:::{bucket}",
                "bucketDomainName": f"{bucket}.s3.amazonaws.com",
                "bucketRegion": aws.region,
                "bucketRegionalDomainName": f"{bucket}.s3.{aws.region}.amazonaws.com",
            },
        )

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        if tags(old) != tags(new):
            self._tag(aws.client("s3"), new)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("s3").head_bucket(Bucket=resource_id)
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("s3")
        if state.get("forceDestroy"):
            _empty(client, resource_id)
        client.delete_bucket(Bucket=resource_id)

    @staticmethod
    def _tag(client: Any, inputs: Properties) -> None:
        bucket = inputs["bucket"]
        if tags(inputs):
            client.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag_list(inputs)})
        else:
            client.delete_bucket_tagging(Bucket=bucket)


def _empty(client: Any, bucket: str) -> None:
    """Deletes every version, delete marker and unfinished upload of a bucket."""
    for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
        versions = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in versions]
        if objects:
            client.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            client.abort_multipart_upload(
                Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
            )


class BucketSetting(Setting):
    """A setting of a bucket, written whole; its identifier is the bucket's name."""

    key: ClassVar[tuple[str, ...]] = ("bucket",)
    setting = ""
    """The name in the API's calls, such as ``versioning`` in ``put_bucket_versioning``."""

    def body(self, inputs: Properties) -> Properties:
        """What the API's put call takes beside the bucket."""
        return {}

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        write = getattr(aws.client("s3"), f"put_{self.setting}")
        write(Bucket=inputs["bucket"], **self.body(inputs))
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        getattr(aws.client("s3"), f"get_{self.setting}")(Bucket=state["bucket"])
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        getattr(aws.client("s3"), f"delete_{self.setting}")(Bucket=state["bucket"])


class BucketVersioning(BucketSetting):
    """Whether the bucket keeps every version of an object."""

    type_name = "aws:s3/bucketVersioning:BucketVersioning"
    setting = "bucket_versioning"

    def body(self, inputs: Properties) -> Properties:
        return {"VersioningConfiguration": {"Status": inputs["versioningConfiguration"]["status"]}}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        # Versioning can't be taken away again, only suspended.
        aws.client("s3").put_bucket_versioning(
            Bucket=state["bucket"], VersioningConfiguration={"Status": "Suspended"}
        )


class BucketServerSideEncryptionConfiguration(BucketSetting):
    """How new objects are encrypted."""

    type_name = (
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    setting = "bucket_encryption"

    def body(self, inputs: Properties) -> Properties:
        rules = [
            {
                "ApplyServerSideEncryptionByDefault": arguments(
                    rule.get("applyServerSideEncryptionByDefault", {}),
                    SSEAlgorithm="sseAlgorithm",
                    KMSMasterKeyID="kmsMasterKeyId",
                ),
                "BucketKeyEnabled": rule.get("bucketKeyEnabled", False),
            }
            for rule in inputs["rules"]
        ]
        return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


class BucketPublicAccessBlock(BucketSetting):
    """Whether anything in the bucket may be public."""

    type_name = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock"
    setting = "public_access_block"
    defaults = {
        "blockPublicAcls": False,
        "blockPublicPolicy": False,
        "ignorePublicAcls": False,
        "restrictPublicBuckets": False,
    }

    def body(self, inputs: Properties) -> Properties:
        return {"PublicAccessBlockConfiguration": arguments(inputs, *self.defaults)}


class BucketOwnershipControls(BucketSetting):
    """Who owns what others upload."""

    type_name = "aws:s3/bucketOwnershipControls:BucketOwnershipControls"
    setting = "bucket_ownership_controls"

    def body(self, inputs: Properties) -> Properties:
        return {"OwnershipControls": {"Rules": [pascal(inputs["rule"])]}}


class BucketPolicy(BucketSetting):
    """Who may do what in the bucket."""

    type_name = "aws:s3/bucketPolicy:BucketPolicy"
    setting = "bucket_policy"
    documents = ("policy",)

    def body(self, inputs: Properties) -> Properties:
        return {"Policy": inputs["policy"]}


class BucketLogging(BucketSetting):
    """Where the bucket's access log goes."""

    type_name = "aws:s3/bucketLogging:BucketLogging"
    setting = "bucket_logging"

    def body(self, inputs: Properties) -> Properties:
        enabled = arguments(inputs, "targetBucket", "targetPrefix")
        return {"BucketLoggingStatus": {"LoggingEnabled": {"TargetPrefix": "", **enabled}}}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("s3").put_bucket_logging(Bucket=state["bucket"], BucketLoggingStatus={})


class BucketNotification(BucketSetting):
    """Whom S3 tells of what happens in the bucket."""

    type_name = "aws:s3/bucketNotification:BucketNotification"
    setting = "bucket_notification_configuration"
    defaults = {"eventbridge": False}

    def body(self, inputs: Properties) -> Properties:
        targets = {
            "LambdaFunctionConfigurations": ("lambdaFunctions", "lambdaFunctionArn"),
            "QueueConfigurations": ("queues", "queueArn"),
            "TopicConfigurations": ("topics", "topicArn"),
        }
        configuration: Properties = {
            argument: [_notification(item, arn) for item in inputs.get(name, [])]
            for argument, (name, arn) in targets.items()
        }
        if inputs["eventbridge"]:
            configuration["EventBridgeConfiguration"] = {}
        return {"NotificationConfiguration": configuration}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("s3").put_bucket_notification_configuration(
            Bucket=state["bucket"], NotificationConfiguration={}
        )


def _notification(item: Properties, arn: str) -> Properties:
    rules = [
        {"Name": name, "Value": item[property_]}
        for name, property_ in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
        if item.get(property_)
    ]
    return {
        **arguments(item, arn, "events", Id="id"),
        **({"Filter": {"Key": {"FilterRules": rules}}} if rules else {}),
    }


TYPES: tuple[Resource, ...] = (
    Bucket(),
    BucketLogging(),
    BucketNotification(),
    BucketOwnershipControls(),
    BucketPolicy(),
    BucketPublicAccessBlock(),
    BucketServerSideEncryptionConfiguration(),
    BucketVersioning(),
)
