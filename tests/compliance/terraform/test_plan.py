"""A preview becomes the plan document that Terraform itself would print."""

from typing import Any

import pytest

from compliance.terraform.plan import plan_document
from compliance.terraform.values import MASKED, UNKNOWNS, convert
from compliance.terraform.view import map_preview
from tests.compliance.terraform.planned import ARCHIVE, GROUP, KEY, SECRET, UNKNOWN, Planned

HERE = Planned(name="default", type="pulumi:providers:aws", inputs={"region": "eu-west-1"})


def test_a_flattened_single_block_becomes_a_list_of_one() -> None:
    values = convert(
        "aws_s3_bucket_lifecycle_configuration",
        {
            "bucket": "b",
            "rules": [
                {
                    "id": "archive",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "transitions": [{"days": 90.0, "storageClass": "GLACIER"}],
                }
            ],
        },
    ).values
    assert values == {
        "bucket": "b",
        "rule": [
            {
                "id": "archive",
                "status": "Enabled",
                "filter": [{"prefix": ""}],
                "transition": [{"days": 90, "storage_class": "GLACIER"}],
            }
        ],
    }


def test_keys_of_a_map_stay_as_the_author_wrote_them() -> None:
    assert convert("aws_sqs_queue", {"tags": {"costCenter": "x"}}).values == {
        "tags": {"costCenter": "x"}
    }


def test_an_attribute_that_is_a_list_of_objects_has_terraforms_names_too() -> None:
    delivery = {"s3DeliveryConfigurations": [{"enableHiveCompatiblePath": True, "suffixPath": "x"}]}
    assert convert("aws_cloudwatch_log_delivery", delivery).values == {
        "s3_delivery_configuration": [{"enable_hive_compatible_path": True, "suffix_path": "x"}]
    }


def test_a_websites_rules_and_their_text_have_each_others_names() -> None:
    website = {
        "routingRules": [{"redirect": {"hostName": "h"}}],
        "routingRuleDetails": "[]",
    }
    assert convert("aws_s3_bucket_website_configuration", website).values == {
        "routing_rule": [{"redirect": [{"host_name": "h"}]}],
        "routing_rules": "[]",
    }


def test_an_archive_becomes_its_file_name() -> None:
    assert convert("aws_lambda_function", {"code": ARCHIVE}).values == {
        "filename": "../build/validator.zip"
    }


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        ("aws_sqs_queue", {"policy": SECRET}),
        ("aws_lambda_function", {"environment": {"variables": {"PASSWORD": SECRET}}}),
        ("aws_lambda_function", {"environment": SECRET}),
        ("aws_lambda_function", {"layers": [SECRET]}),
        ("aws_lambda_function", {"timeout": "[secret]"}),
        ("aws_lambda_function", {"environment": "[secret]"}),
        ("aws_s3_bucket_cors_configuration", {"corsRules": [{}, "[secret]"]}),
    ],
)
def test_a_secret_is_masked_wherever_it_stands(kind: str, inputs: dict[str, Any]) -> None:
    converted = convert(kind, inputs)
    assert "hunter2" not in repr(converted)
    assert MASKED in repr(converted.values) or converted.unknown


@pytest.mark.parametrize("marker", sorted(UNKNOWNS))
def test_an_unknown_of_any_kind_is_named_in_after_unknown_and_nowhere_else(marker: str) -> None:
    converted = convert("aws_sqs_queue", {"name": "q", "redrivePolicy": marker})
    assert converted.values == {"name": "q"}
    assert converted.unknown == {"redrive_policy": True}


def test_a_list_of_blocks_of_which_one_is_unknown_is_unknown() -> None:
    converted = convert("aws_s3_bucket_cors_configuration", {"corsRules": [{}, UNKNOWN]})
    assert (converted.values, converted.unknown) == ({}, {"cors_rule": True})


def test_what_the_provider_filled_into_a_map_is_no_key_of_it() -> None:
    tags = {"__defaults": [], "Team": "x"}
    assert convert("aws_sqs_queue", {"tags": tags}).values == {"tags": {"Team": "x"}}


def test_unknown_parts_of_lists_maps_and_blocks_are_marked_in_place() -> None:
    converted = convert(
        "aws_lambda_function",
        {
            "layers": ["a", UNKNOWN],
            "environment": {"variables": {"A": "1", "B": UNKNOWN}},
            "vpcConfig": {"subnetIds": UNKNOWN, "securityGroupIds": ["sg"]},
        },
    )
    assert converted.values["layers"] == ["a", None]
    assert converted.values["environment"] == [{"variables": {"A": "1"}}]
    assert converted.unknown == {
        "layers": [False, True],
        "environment": [{"variables": {"B": True}}],
        "vpc_config": [{"subnet_ids": True}],
    }


def test_a_property_that_cannot_be_mapped_is_reported_with_its_path() -> None:
    converted = convert("aws_lambda_function", {"region": "eu-west-1", "vpcConfig": {"novelty": 1}})
    assert converted.unmapped == ("region", "vpcConfig.novelty")


def test_a_type_that_cannot_be_mapped_is_reported_and_the_rest_is_mapped() -> None:
    vpc = Planned(name="vpc", type="aws:ec2/vpc:Vpc", inputs={})
    view = map_preview([vpc, KEY])
    assert view.unmapped_types == {"aws:ec2/vpc:Vpc": (vpc.urn,)}
    assert [resource.address for resource in view.resources] == ["aws_kms_key.key"]


def test_a_resource_of_another_provider_is_reported_and_a_component_is_not() -> None:
    token = Planned(name="token", type="random:index/randomPassword:RandomPassword", inputs={})
    component = Planned(name="x", type="market-data:stack:X", inputs={}, custom=False)
    provider = Planned(name="aws", type="pulumi:providers:aws", inputs={})
    view = map_preview([token, component, provider])
    assert view.unmapped_types == {token.type: (token.urn,)}


@pytest.mark.parametrize(
    ("kind", "key", "name", "value"),
    [
        ("aws_lambda_function", "environment", "environment", "[secret]"),
        ("aws_s3_bucket", "corsRules", "cors_rule", [{"allowedMethods": ["GET"]}, "[secret]"]),
        ("aws_sqs_queue", "fifoQueue", "fifo_queue", "[secret]"),
        ("aws_sqs_queue", "tags", "tags", "[secret]"),
    ],
)
def test_a_secret_that_no_text_can_stand_for_is_unknown_and_reported(
    kind: str, key: str, name: str, value: object
) -> None:
    converted = convert(kind, {key: value})
    assert (converted.values, converted.unknown) == ({}, {name: MASKED})
    assert converted.unmapped == (key,)


def test_a_plan_says_of_such_a_secret_that_it_is_unknown() -> None:
    function = Planned(
        name="f", type="aws:lambda/function:Function", inputs={"memorySize": "[secret]"}
    )
    (planned,) = plan_document(map_preview([function]))["resource_changes"]
    assert planned["change"]["after_unknown"] == {"memory_size": True}
    assert "memory_size" not in planned["change"]["after"]


def test_what_the_stack_only_reads_is_none_of_its_resources() -> None:
    bucket = Planned(name="theirs", type="aws:s3/bucket:Bucket", inputs={}, external=True)
    block = Planned(
        name="block",
        type="aws:s3/bucketVersioning:BucketVersioning",
        inputs={"bucket": UNKNOWN},
        property_dependencies={"bucket": [bucket.urn]},
    )
    (mapped,) = map_preview([bucket, block]).resources
    assert (mapped.address, mapped.references) == ("aws_s3_bucket_versioning.block", {})


def test_a_property_dependency_becomes_a_reference_in_the_configuration() -> None:
    document = plan_document(map_preview([KEY, GROUP]))
    expressions = {
        resource["address"]: resource["expressions"]
        for resource in document["configuration"]["root_module"]["resources"]
    }
    assert expressions["aws_cloudwatch_log_group.logs"]["kms_key_id"] == {
        "references": ["aws_kms_key.key.id", "aws_kms_key.key"]
    }


def test_a_reference_that_was_computed_by_name_is_found_again() -> None:
    bucket = Planned(name="uploads", type="aws:s3/bucket:Bucket", inputs={"bucket": "uploads-dev"})
    block = Planned(
        name="block",
        type="aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        inputs={"bucket": "uploads-dev", "blockPublicAcls": True},
    )
    mapped = map_preview([bucket, block]).resources[1]
    assert mapped.references == {"bucket": ("aws_s3_bucket.uploads",)}


def test_two_resources_of_one_name_get_two_addresses() -> None:
    view = map_preview(
        [
            Planned(name="a-b", type="aws:sqs/queue:Queue", inputs={"name": "1"}),
            Planned(name="a_b", type="aws:sqs/queue:Queue", inputs={"name": "2"}),
        ]
    )
    assert [r.address for r in view.resources] == ["aws_sqs_queue.a_b", "aws_sqs_queue.a_b_2"]


def test_every_resource_stands_in_all_three_parts_of_the_plan() -> None:
    document = plan_document(map_preview([HERE, KEY, GROUP]))
    planned = document["planned_values"]["root_module"]["resources"]
    configured = document["configuration"]["root_module"]["resources"]
    changes = document["resource_changes"]
    addresses = [{r["address"] for r in part} for part in (planned, configured, changes)]
    assert addresses == [{"aws_kms_key.key", "aws_cloudwatch_log_group.logs"}] * 3
    assert changes[1]["change"]["after_unknown"] == {"kms_key_id": True}
    assert document["configuration"]["provider_config"]["aws"]["expressions"]["region"] == {
        "constant_value": "eu-west-1"
    }
