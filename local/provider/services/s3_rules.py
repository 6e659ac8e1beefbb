"""S3: what applies to the objects that a filter picks, lifecycle rules and request metrics."""

from local.provider.aws import Aws
from local.provider.calls import arguments
from local.provider.properties import Properties
from local.provider.resource import Resource
from local.provider.services.s3 import BucketSetting


class BucketLifecycleConfiguration(BucketSetting):
    """When objects move to other storage, and when they go."""

    type_name = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
    setting = "bucket_lifecycle"
    framework = True
    computed = ("expectedBucketOwner", "transitionDefaultMinimumObjectSize")

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("s3").put_bucket_lifecycle_configuration(
            Bucket=inputs["bucket"],
            LifecycleConfiguration={"Rules": [_rule(rule) for rule in inputs["rules"]]},
            **arguments(inputs, "transitionDefaultMinimumObjectSize"),
        )
        return {
            "expectedBucketOwner": inputs.get("expectedBucketOwner", ""),
            "transitionDefaultMinimumObjectSize": inputs.get(
                "transitionDefaultMinimumObjectSize", "all_storage_classes_128K"
            ),
        }

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("s3").get_bucket_lifecycle_configuration(Bucket=state["bucket"])
        return {}


def _rule(rule: Properties) -> Properties:
    """A lifecycle rule as the API writes it."""
    return {
        **arguments(
            rule,
            "abortIncompleteMultipartUpload",
            "expiration",
            "noncurrentVersionExpiration",
            "noncurrentVersionTransitions",
            "status",
            "transitions",
            ID="id",
        ),
        "Filter": _filter(rule.get("filter", {})),
    }


def _filter(filter_: Properties) -> Properties:
    """A filter of a lifecycle rule or a metrics configuration; an empty one takes every object."""
    both = filter_.get("and", filter_)
    tags_ = [{"Key": key, "Value": value} for key, value in sorted(_tags(both).items())]
    conditions = arguments(both, "objectSizeGreaterThan", "objectSizeLessThan", "prefix")
    if len(conditions) + len(tags_) > 1:
        return {"And": {**conditions, **({"Tags": tags_} if tags_ else {})}}
    if tags_:
        return {"Tag": tags_[0]}
    return conditions or {"Prefix": ""}


def _tags(filter_: Properties) -> dict[str, str]:
    if tag := filter_.get("tag"):
        return {str(tag["key"]): str(tag["value"])}
    return dict(filter_.get("tags") or {})


class BucketMetric(BucketSetting):
    """Request metrics of a bucket; its identifier is ``bucket:name``."""

    type_name = "aws:s3/bucketMetric:BucketMetric"
    key = ("bucket", "name")
    autoname = "name"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        configuration: Properties = {"Id": inputs["name"]}
        if filter_ := inputs.get("filter"):
            configuration["Filter"] = _filter(filter_)
        aws.client("s3").put_bucket_metrics_configuration(
            Bucket=inputs["bucket"], Id=inputs["name"], MetricsConfiguration=configuration
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("s3").get_bucket_metrics_configuration(Bucket=state["bucket"], Id=state["name"])
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("s3").delete_bucket_metrics_configuration(
            Bucket=state["bucket"], Id=state["name"]
        )


TYPES: tuple[Resource, ...] = (BucketLifecycleConfiguration(), BucketMetric())
