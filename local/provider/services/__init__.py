"""Every resource type that the local provider knows, by its name."""

from local.provider.resource import Resource
from local.provider.services import iam, s3, sqs

_MODULES = (iam, s3, sqs)

TYPES: dict[str, Resource] = {
    resource.type_name: resource for module in _MODULES for resource in module.TYPES
}


def find(type_name: str) -> Resource | None:
    """The resource type of that name, if it is known here."""
    return TYPES.get(type_name)
