"""The facts that the provider keeps of each type, held against the SDK and the stack."""

import ast
import inspect
import re
from collections.abc import Iterator

import pytest

from local.provider.resource import Resource
from local.provider.services import TYPES
from tests.local.kit import PROJECT, sdk_class, sdk_name

# Looking at a class of the SDK touches its deprecated siblings.
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated in favor of:DeprecationWarning")


def _sdk_properties(resource: Resource) -> set[str]:
    return {
        getattr(member.fget, "_pulumi_name", name)
        for name, member in inspect.getmembers(sdk_class(resource))
        if isinstance(member, property)
    }


def _stack_types() -> Iterator[str]:
    """The classes of pulumi-aws that the stack's source names."""
    for path in (PROJECT / "stack").glob("*.py"):
        for call in (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)):
            name = ast.unparse(call.func)
            match = re.fullmatch(r"aws\.(\w+)\.([A-Z]\w+)", name)
            if match and not match[2].endswith("Args"):
                yield f"{match[1].rstrip('_')}.{match[2]}"


def test_every_type_of_the_stack_is_known() -> None:
    known = {re.sub(r"aws:(\w+)/\w+:(\w+)", r"\1.\2", name) for name in TYPES}
    stack = set(_stack_types())
    assert len(stack) > 30
    assert stack <= known


@pytest.mark.parametrize("resource", TYPES.values(), ids=TYPES.keys())
def test_a_type_has_the_name_and_properties_that_the_sdk_gives_it(resource: Resource) -> None:
    source = inspect.getsource(sdk_class(resource))
    assert f"'{resource.type_name}'" in source
    named = {
        *resource.key,
        *resource.replaces,
        *resource.computed,
        *resource.renewed,
        *resource.defaults,
        *([resource.autoname] if resource.autoname else []),
    }
    assert named <= _sdk_properties(resource)
    assert set(resource.renewed) <= set(resource.computed)


@pytest.mark.parametrize("resource", TYPES.values(), ids=TYPES.keys())
def test_a_property_that_the_sdk_takes_as_a_policy_is_a_document(resource: Resource) -> None:
    arguments = inspect.signature(sdk_class(resource)._internal_init).parameters  # type: ignore[attr-defined]
    taken = {
        sdk_name(sdk_class(resource), name)
        for name, argument in arguments.items()
        if "'PolicyDocumentArgs'" in str(argument.annotation)
    }
    assert set(resource.documents) == taken
