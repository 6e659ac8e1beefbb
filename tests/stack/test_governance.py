"""What holds for every resource of the program, whichever box it belongs to."""

import importlib
import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stack.recorder import SUFFIX, UNKNOWN, Recorded, Recording

# What AWS invents at creation and nothing but an identifier can say. The last three are the two
# exceptions of decision 0001; the others are references that no rule reads.
IDENTIFIERS = {"restApi", "restApiId", "resourceId", "parentId", "requestValidatorId"}
MAY_BE_UNKNOWN = (
    {("aws:apigateway/stage:Stage", "deployment"), ("aws:kms/alias:Alias", "targetKeyId")}
    | {("aws:cloudwatch/logGroup:LogGroup", "kmsKeyId")}
    | {("aws:dynamodb/table:Table", "serverSideEncryption.kmsKeyArn")}
    | {("aws:cloudwatch/logGroup:LogGroup", "name")}
)

# The input that names a resource in AWS.
NAME_KEYS = ("name", "bucket", "stageName", "dashboardName", "statementId", "targetId")
# Children that only repeat the name of what they belong to, or have a name that AWS fixes.
FIXED_NAMES = {
    "aws:dynamodb/contributorInsights:ContributorInsights",
    "aws:apigateway/methodSettings:MethodSettings",
}


def custom(stack: Recording) -> list[Recorded]:
    return [resource for resource in stack if resource.type.startswith("aws:")]


def unknowns(value: Any, path: str = "") -> Iterator[str]:
    if value == UNKNOWN:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from unknowns(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unknowns(item, f"{path}[{index}]")


def documents(resource: Recorded) -> Iterator[dict[str, Any]]:
    for key in ("policy", "assumeRolePolicy"):
        if key in resource.inputs:
            yield json.loads(resource.inputs[key])


def takes_tags(resource: Recorded) -> bool:
    """Whether pulumi-aws says that the type can be tagged."""
    _, module, name = resource.type.split(":")
    package = module.split("/")[0].replace("lambda", "lambda_")
    declared = getattr(importlib.import_module(f"pulumi_aws.{package}"), name)
    return "tags" in inspect.signature(declared._internal_init).parameters


def test_every_resource_type_that_takes_tags_carries_both(stack: Recording) -> None:
    taggable = [resource for resource in custom(stack) if takes_tags(resource)]
    assert {resource.type for resource in taggable} >= {
        "aws:kms/key:Key",
        "aws:lambda/eventSourceMapping:EventSourceMapping",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:apigateway/stage:Stage",
    }
    for resource in taggable:
        assert resource.inputs["tags"] == {"Environment": "Production", "Team": "Analytics"}, (
            resource.urn
        )


def test_every_physical_name_ends_with_the_suffix(stack: Recording) -> None:
    named = 0
    for resource in custom(stack):
        for key in NAME_KEYS:
            name = resource.inputs.get(key)
            if name is None or name == UNKNOWN or resource.type in FIXED_NAMES:
                continue
            assert name.removesuffix(".fifo").endswith(f"-{SUFFIX}"), (resource.urn, key, name)
            named += 1
    assert named > 60


def test_no_two_resources_of_a_type_share_a_physical_name(stack: Recording) -> None:
    names = [
        (resource.type, resource.inputs["name"])
        for resource in custom(stack)
        if resource.inputs.get("name", UNKNOWN) != UNKNOWN
    ]
    assert len(names) == len(set(names))


def test_nothing_is_unknown_at_preview_but_identifiers_and_the_two_exceptions(
    stack: Recording,
) -> None:
    found = {
        (resource.type, path)
        for resource in custom(stack)
        for path in unknowns(resource.inputs)
        if path not in IDENTIFIERS
    }
    assert found == MAY_BE_UNKNOWN


def test_an_unknown_key_depends_on_the_key_of_this_stack(stack: Recording) -> None:
    key = stack.one("aws:kms/key:Key").urn
    for group in stack.of_type("aws:cloudwatch/logGroup:LogGroup"):
        assert group.property_dependencies["kmsKeyId"] == {key}
    table = stack.one("aws:dynamodb/table:Table")
    assert table.property_dependencies["serverSideEncryption"] == {key}


def test_the_unknown_name_depends_on_the_api_of_this_stack(stack: Recording) -> None:
    group = stack.one("aws:cloudwatch/logGroup:LogGroup", "status-execution-log-group")
    assert group.property_dependencies["name"] == {stack.one("aws:apigateway/restApi:RestApi").urn}


def test_no_policy_allows_an_action_by_wildcard(stack: Recording) -> None:
    read = 0
    for resource in custom(stack):
        for document in documents(resource):
            for statement in document["Statement"]:
                if statement["Effect"] == "Allow":
                    assert not [a for a in statement["Action"] if "*" in a], resource.urn
                    read += 1
    assert read > 30


def test_a_role_may_touch_any_resource_only_for_traces(stack: Recording) -> None:
    wide = {
        statement["Sid"]
        for policy in stack.of_type("aws:iam/rolePolicy:RolePolicy")
        for statement in policy.document("policy")["Statement"]
        if "*" in statement["Resource"]
    }
    assert wide == {"Traces"}


def test_a_key_by_wildcard_is_always_narrowed_to_the_alias(stack: Recording) -> None:
    narrowed = 0
    for policy in stack.of_type("aws:iam/rolePolicy:RolePolicy"):
        for statement in policy.document("policy")["Statement"]:
            if any(action.startswith("kms:") for action in statement["Action"]):
                assert statement["Condition"] == {
                    "ForAnyValue:StringEquals": {
                        "kms:ResourceAliases": f"alias/pipeline-key-{SUFFIX}"
                    }
                }
                narrowed += 1
    assert narrowed == 8


@pytest.mark.parametrize(
    "key", ["skipDestroy", "deletionProtectionEnabled", "vpcConfig", "region", "inlinePolicies"]
)
def test_no_resource_is_kept_protected_or_placed_in_a_network(stack: Recording, key: str) -> None:
    for resource in stack:
        assert not resource.inputs.get(key), resource.urn


def test_no_resource_is_protected_or_retained(stack: Recording) -> None:
    for resource in stack:
        assert not resource.protect, resource.urn
        assert not resource.retain_on_delete, resource.urn


def test_every_resource_belongs_to_a_component(stack: Recording) -> None:
    components = {resource.urn for resource in stack if resource.type.startswith("market-data:")}
    for resource in custom(stack):
        assert resource.parent in components, resource.urn


def test_every_log_group_is_kept_seven_days_and_encrypted(stack: Recording) -> None:
    groups = stack.of_type("aws:cloudwatch/logGroup:LogGroup")
    assert len(groups) == 6
    for group in groups:
        assert group.inputs["retentionInDays"] == 7
        assert "kmsKeyId" in group.inputs


def test_every_role_is_trusted_by_one_principal(stack: Recording) -> None:
    for role in stack.of_type("aws:iam/role:Role"):
        (statement,) = role.document("assumeRolePolicy")["Statement"]
        assert statement["Action"] == ["sts:AssumeRole"]
        assert list(statement["Principal"].values()) != ["*"]
