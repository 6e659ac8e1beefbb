"""From Pulumi's names to Terraform's, by the bridge's own rules wherever those hold.

The Pulumi AWS provider is generated from Terraform's: `aws_sqs_queue` became `aws:sqs/queue:Queue`
and `kms_master_key_id` became `kmsMasterKeyId`. Only what the generator was told by hand is
tabulated here.
"""

import re

from compliance.terraform.schema import Block, resource_types

# Types whose Pulumi name does not follow from Terraform's.
_TYPES = {
    "aws:apigateway/response:Response": "aws_api_gateway_gateway_response",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:iam/sshKey:SshKey": "aws_iam_user_ssh_key",
    "aws:s3/analyticsConfiguration:AnalyticsConfiguration": "aws_s3_bucket_analytics_configuration",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": (
        "aws_s3_bucket_replication_configuration"
    ),
    "aws:s3/inventory:Inventory": "aws_s3_bucket_inventory",
    "aws:sns/dataProtectionPolicy:DataProtectionPolicy": "aws_sns_topic_data_protection_policy",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
    "aws:sqs/redrivePolicy:RedrivePolicy": "aws_sqs_queue_redrive_policy",
}

# Properties renamed on every type that has them ...
_PROPERTIES = {"rest_api": "rest_api_id", "deployment": "deployment_id"}

# ... and on single types.
_PROPERTIES_OF_TYPE = {
    ("aws_api_gateway_base_path_mapping", "rest_api"): "api_id",
    ("aws_api_gateway_vpc_link", "target_arn"): "target_arns",
    ("aws_cloudwatch_log_subscription_filter", "log_group"): "log_group_name",
    ("aws_cloudwatch_metric_alarm", "name"): "alarm_name",
    ("aws_lambda_function", "code"): "filename",
    ("aws_lambda_function", "name"): "function_name",
    ("aws_lambda_layer_version", "code"): "filename",
    ("aws_lambda_permission", "function"): "function_name",
    ("aws_s3_bucket_website_configuration", "routing_rule_details"): "routing_rules",
    ("aws_s3_bucket_website_configuration", "routing_rules"): "routing_rule",
    ("aws_sns_topic_subscription", "topic"): "topic_arn",
}

_WORD = re.compile(r"(?<=[a-z0-9])[A-Z]|(?<=[A-Z])[A-Z](?=[a-z])")

_TOKEN = re.compile(r"^aws:(?P<module>\w+)/(?P<name>\w+):\w+$")


def snake_case(camel: str) -> str:
    """`kmsMasterKeyId` → `kms_master_key_id`, `openXJsonSerDe` → `open_x_json_ser_de`."""
    return _WORD.sub(lambda letter: f"_{letter[0].lower()}", camel)


def terraform_type(token: str) -> str | None:
    """The Terraform type of a Pulumi type token, None if the schema has none."""
    if token in _TYPES:
        return _TYPES[token]
    match = _TOKEN.match(token)
    if match is None:
        return None
    module = "api_gateway" if match["module"] == "apigateway" else match["module"]
    # The S3 types went by a `V2` name for a while.
    name = match["name"].removesuffix("V2")
    candidate = f"aws_{module}_{snake_case(name)}"
    return candidate if candidate in resource_types() else None


def terraform_property(resource_type: str, block: Block, key: str, *, top: bool) -> str | None:
    """The Terraform name of a Pulumi property within `block`, None if there is none."""
    snake = snake_case(key)
    if top and (resource_type, snake) in _PROPERTIES_OF_TYPE:
        return _PROPERTIES_OF_TYPE[resource_type, snake]
    name = block.name_of(snake)
    if name is None and top and snake in _PROPERTIES:
        name = block.name_of(_PROPERTIES[snake])
    return name
