"""Every resource type that the local provider knows, by its token."""

from local.provider.resource import Resource
from local.provider.services import iam, s3, sqs

_MODULES = (iam, s3, sqs)

TYPES: dict[str, Resource] = {
    resource.token: resource for module in _MODULES for resource in module.TYPES
}


def find(token: str) -> Resource | None:
    """The resource type of a token, if it is known here."""
    return TYPES.get(token)
