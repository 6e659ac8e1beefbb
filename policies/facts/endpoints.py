"""What providers and functions are told of where AWS is."""

import json
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from policies.facts.reading import MalformedError, Node
from policies.facts.resource import Provider, Resource
from policies.facts.types import FUNCTION

_LOOPBACK = re.compile(r"localhost|::1|127(?:\.\d{1,3}){3}")
_REGION = re.compile(r"(?<![a-z])[a-z]{2}(?:-[a-z]+)+-\d(?!\d)")


def told(provider: Resource | Provider, key: str) -> Node:
    """A setting of a provider; the engine hands over all but texts as JSON in a text.

    Raises:
        MalformedError: It is no JSON.
        UndeterminedError: It is unknown.
    """
    found = provider.inputs.child(key)
    if found is None or not isinstance(found.value, str):
        return found or Node(None, key)
    try:
        return Node(json.loads(found.value), key)
    except ValueError as error:
        raise MalformedError(key, "valid JSON") from error


def endpoints(caller: Resource) -> Iterator[Node]:
    """The addresses at which a provider or a function calls services, where it is told of others.

    Variables that are unknown are for the policy on credentials.
    """
    if caller.type == FUNCTION:
        yield from (leaf for leaf in caller.inputs.leaves() if leaf.path.startswith(_TOLD))
        return
    given = told(caller, "endpoints")
    for services in [] if given.value is None else given.elements():
        yield from (address for _, address in services.members() if address.value is not None)


# The SDKs take AWS_ENDPOINT_URL for every service, and AWS_ENDPOINT_URL_SQS for one.
_TOLD = "environment.variables.AWS_ENDPOINT_URL"


def is_here(address: str) -> bool:
    """Whether an address is this machine's own, which no network sees (decision 0020)."""
    return _LOOPBACK.fullmatch(_host(address)) is not None


def is_of(address: str, region: str) -> bool:
    """Whether an address is AWS's own, in the region or of all regions."""
    host = _host(address)
    return host.endswith((".amazonaws.com", ".api.aws")) and set(_REGION.findall(host)) <= {region}


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
