"""References between resources are found, whether through outputs or through computed names."""

from __future__ import annotations

from typing import Any

from compliance.engine import EngineResource, resource_from_state
from compliance.evidence import Link
from compliance.links import links

QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::orders-queue"
MAPPING = "urn:pulumi:dev::shop::aws:lambda/eventSourceMapping:EventSourceMapping::source"
BUCKET = "urn:pulumi:dev::shop::aws:s3/bucket:Bucket::uploads"


def resource(urn: str, inputs: dict[str, Any], **state: Any) -> EngineResource:
    type_ = urn.split("::")[2]
    return resource_from_state(
        {"urn": urn, "type": type_, "custom": True, "inputs": inputs, **state}
    )


def test_a_name_inside_an_arn_is_a_link() -> None:
    arn = "arn:aws:sqs:us-east-1:123456789012:orders-queue-dev.fifo"
    found = links(
        [
            resource(QUEUE, {"name": "orders-queue-dev.fifo"}),
            resource(MAPPING, {"eventSourceArn": arn, "functionName": "other"}),
        ]
    )
    assert found[MAPPING] == (Link(property="eventSourceArn", urn=QUEUE),)
    assert found[QUEUE] == ()


def test_a_longer_name_that_only_begins_alike_is_no_link() -> None:
    found = links(
        [
            resource(QUEUE, {"name": "orders-queue-dev"}),
            resource(MAPPING, {"eventSourceArn": "arn:aws:sqs:::orders-queue-dev.fifo"}),
        ]
    )
    assert found[MAPPING] == ()


def test_a_dependency_through_an_output_is_a_link() -> None:
    found = links(
        [
            resource(QUEUE, {}),
            resource(MAPPING, {}, propertyDependencies={"eventSourceArn": [QUEUE]}),
        ]
    )
    assert found[MAPPING] == (Link(property="eventSourceArn", urn=QUEUE),)


def test_a_buckets_name_inside_a_policy_document_is_a_link() -> None:
    document = '{"Statement":[{"Resource":"arn:aws:s3:::uploads-bucket-dev/uploads/*"}]}'
    role = "urn:pulumi:dev::shop::aws:iam/rolePolicy:RolePolicy::policy"
    found = links(
        [
            resource(BUCKET, {"bucket": "uploads-bucket-dev"}),
            resource(role, {"policy": document, "name": "policy-dev"}),
        ]
    )
    assert found[role] == (Link(property="policy", urn=BUCKET),)


def test_two_values_that_are_unknown_are_no_reference_to_each_other() -> None:
    unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    found = links(
        [resource(QUEUE, {"name": unknown}), resource(MAPPING, {"eventSourceArn": unknown})]
    )
    assert not any(found.values())


def test_labels_and_ambiguous_names_make_no_links() -> None:
    twin = QUEUE.replace("orders-queue", "twin")
    found = links(
        [
            resource(QUEUE, {"name": "same"}),
            resource(twin, {"name": "same"}),
            resource(BUCKET, {"bucket": "uploads", "tags": {"queue": "uploads"}}),
            resource(MAPPING, {"eventSourceArn": "same", "description": "reads uploads"}),
        ]
    )
    assert not any(found.values())
