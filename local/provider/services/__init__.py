"""Every resource type that the local provider knows, by its name."""

from local.provider.resource import Resource
from local.provider.services import (
    apigateway,
    apigateway_routes,
    cloudwatch,
    dynamodb,
    events,
    iam,
    kms,
    lambda_,
    lambda_events,
    logs,
    s3,
    s3_rules,
    sns,
    sqs,
)

_MODULES = (
    apigateway,
    apigateway_routes,
    cloudwatch,
    dynamodb,
    events,
    iam,
    kms,
    lambda_,
    lambda_events,
    logs,
    s3,
    s3_rules,
    sns,
    sqs,
)

TYPES: dict[str, Resource] = {
    resource.type_name: resource for module in _MODULES for resource in module.TYPES
}


def find(type_name: str) -> Resource | None:
    """The resource type of that name, if it is known here."""
    return TYPES.get(type_name)
