"""The examples that stand in a rule's file, as the small stacks that they are."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from policies.facts.reading import Node
from policies.facts.resource import Provider, Resource
from policies.facts.stack import Stack
from policies.facts.types import KNOWN
from policies.facts.wire import UNKNOWN
from policies.pack.answers import Answer
from policies.pack.policy import Policy, ResourcePolicy
from tests.policies.kit.declarations import PROVIDER

SUFFIX = "dev"
_AWS = Provider(type="pulumi:providers:aws", inputs=Node(PROVIDER))
_TYPES = {token.rsplit(":", 1)[-1]: token for token in KNOWN}
_REFERENCE = re.compile(r"\$\{(.+)\}")


def answer(policy: Policy, example: str) -> Answer:
    """What a policy says of the first resource of an example, under the mission's values."""
    resources = tuple(_resources(yaml.safe_load(textwrap.dedent(example))))
    if isinstance(policy, ResourcePolicy):
        return policy.answer(resources[0], policy.settings())
    stack = Stack(resources, SUFFIX)
    return policy.answer(stack.resources[0], stack, policy.settings())


def _resources(example: Mapping[str, Mapping[str, Any]]) -> Iterator[Resource]:
    for name, inputs in example.items():
        type_ = _type(name)
        references = {key: _referred(value) for key, value in inputs.items()}
        yield Resource(
            urn=_urn(name),
            type=type_,
            inputs=Node({key: _shown(value) for key, value in inputs.items()}),
            provider=None if type_.startswith("pulumi:") else _AWS,
            depends_on={key: urns for key, urns in references.items() if urns},
        )


def _type(name: str) -> str:
    kind = name.split(" ")[0]
    return _TYPES.get(kind, kind)


def _urn(name: str) -> str:
    return f"urn:pulumi:{SUFFIX}::example::{_type(name)}::{name.replace(' ', '-')}"


def _referred(value: Any) -> tuple[str, ...]:
    """The resources that a property refers to, at any depth."""
    if isinstance(value, Mapping):
        return tuple(urn for item in value.values() for urn in _referred(item))
    found = _REFERENCE.fullmatch(value) if isinstance(value, str) else None
    return (_urn(found[1]),) if found else ()


def _shown(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _shown(item) for key, item in value.items()}
    return UNKNOWN if _referred(value) else value
