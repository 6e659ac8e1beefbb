"""Pulumi's names are mapped by rule, and the rule is held against the SDK itself."""

import importlib
import inspect
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pulumi_aws
import pytest

from compliance.terraform.names import snake_case, terraform_property, terraform_type
from compliance.terraform.schema import Block, block_of, resource_types

# What pulumi-aws 7 (Terraform provider 6) has and provider 5.100 does not: nothing to map to.
NEWER_THAN_THE_SCHEMA = {
    "region",
    # aws_api_gateway_*
    "endpoint_access_mode", "routing_mode", "security_policy", "integration_target",
    "response_transfer_mode",
    # aws_cloudwatch_*
    "kms_key_identifier", "log_config", "connectivity_parameters", "deletion_protection_enabled",
    "apply_on_transformed_logs", "resource_arn", "emit_system_fields", "evaluation_criteria",
    "evaluation_interval", "evaluation_window", "warm_up_configuration",
    # aws_dynamodb_*
    "mode", "key_schemas", "warm_throughput", "global_table_witness", "restore_backup_arn",
    "consistency_mode",
    # aws_iam_*
    "delay_after_policy_creation_in_ms", "credential_age_days",
    # aws_kinesis_*
    "append_only", "max_record_size_in_kib", "warm_throughput_mib_ps",
    # aws_kms_*
    "plaintext_wo", "plaintext_wo_version", "key_spec",
    # aws_lambda_*
    "schema_registry_config", "poller_group_name", "use_resource_timeout_for_propagation",
    "capacity_provider_config", "durable_config", "publish_to", "source_kms_key_arn",
    "tenancy_config", "tenant_id", "invoked_via_function_url",
    # aws_s3_*
    "bucket_namespace", "blocked_encryption_types", "skip_destroy",
    # the rest
    "action_after_completion", "type", "external_secret_rotation_metadatas",
    "external_secret_rotation_role_arn", "maximum_message_size", "tags",
}  # fmt: skip


def tokens() -> Iterator[tuple[str, str, str]]:
    """Every resource type that the SDK registers: token, Python module, class."""
    source = Path(pulumi_aws.__file__).read_text(encoding="utf-8")
    registered = re.search(r'resource_modules="""(.*?)"""', source, re.DOTALL)
    assert registered
    for module in json.loads(registered[1]):
        for token, name in module["classes"].items():
            yield token, module["fqn"], name


MAPPED = sorted((t, m, c) for t, m, c in tokens() if terraform_type(t))


def test_every_type_of_the_schema_is_reached_by_a_pulumi_type() -> None:
    assert {terraform_type(token) for token, _, _ in MAPPED} == resource_types()


def arguments(module: str, token: str, name: str) -> type:
    file = snake_case(token.split("/")[1].split(":")[0])
    # Loads the lazy package before a part of it, which would leave it empty.
    getattr(importlib.import_module(module), name)
    loaded = importlib.import_module(f"{module}.{file}")
    # `InitArgs` where a nested type already has the plain name.
    names = (f"{name}InitArgs", f"{name}Args", *(n for n in dir(loaded) if n.endswith("Args")))
    found = next(getattr(loaded, n) for n in names if hasattr(loaded, n))
    assert isinstance(found, type)
    return found


def on_the_wire(cls: type, parameter: str) -> str:
    """What the engine is told, such as `openXJsonSerDe`."""
    return getattr(getattr(cls, parameter).fget, "_pulumi_name", parameter)


def unmapped(kind: str, block: Block, cls: type, *, top: bool, depth: int = 0) -> Iterator[str]:
    inputs = importlib.import_module(f"{'.'.join(cls.__module__.split('.')[:2])}._inputs")
    for parameter in list(inspect.signature(cls).parameters.values()):
        name = parameter.name.rstrip("_")
        mapped = terraform_property(kind, block, on_the_wire(cls, parameter.name), top=top)
        if mapped is None:
            yield name
        nested = block.blocks.get(mapped or "")
        match = re.search(r"'(\w+Args)'", str(parameter.annotation))
        if nested and match and depth < 4 and hasattr(inputs, match[1]):
            yield from unmapped(kind, nested, getattr(inputs, match[1]), top=False, depth=depth + 1)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize(("token", "module", "name"), MAPPED, ids=[t for t, _, _ in MAPPED])
def test_every_argument_of_the_sdk_has_its_terraform_name(
    token: str, module: str, name: str
) -> None:
    kind = terraform_type(token)
    assert kind
    missing = set(unmapped(kind, block_of(kind), arguments(module, token, name), top=True))
    assert missing <= NEWER_THAN_THE_SCHEMA


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("aws:sqs/queue:Queue", "aws_sqs_queue"),
        ("aws:cloudwatch/eventRule:EventRule", "aws_cloudwatch_event_rule"),
        ("aws:apigateway/restApi:RestApi", "aws_api_gateway_rest_api"),
        ("aws:apigateway/response:Response", "aws_api_gateway_gateway_response"),
        ("aws:s3/bucketV2:BucketV2", "aws_s3_bucket"),
        ("aws:ec2/vpc:Vpc", None),
        ("market-data:stack:Table", None),
    ],
)
def test_a_type_token_becomes_its_terraform_type(token: str, expected: str | None) -> None:
    assert terraform_type(token) == expected
