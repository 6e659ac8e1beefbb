"""What a resource type would accept besides what a program sets, by the SDK's own types."""

import importlib
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pulumi_aws

_TOKEN = re.compile(r"^aws:(?P<module>\w+)/(?P<name>\w+):(?P<type>\w+)$")


def _snake(camel: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: f"_{match[0].lower()}", camel)


def _camel(snake: str) -> str:
    head, *rest = snake.strip("_").split("_")
    return head + "".join(word.capitalize() for word in rest)


@cache
def _arguments(token: str) -> Mapping[str, inspect.Parameter]:
    """The constructor arguments of a resource type by their Pulumi names; none if unknown."""
    match = _TOKEN.match(token)
    if match is None:
        return {}
    module = {"lambda": "lambda_"}.get(match["module"], match["module"])
    file = importlib.import_module(f"{pulumi_aws.__name__}.{module}.{_snake(match['name'])}")
    name = match["type"]
    cls = getattr(file, f"{name}InitArgs", None) or getattr(file, f"{name}Args")
    return {_camel(key): value for key, value in inspect.signature(cls).parameters.items()}


def has_argument(token: str, key: str) -> bool:
    """Whether the resource type has an argument of this Pulumi name."""
    return key in _arguments(token)


def additions(token: str, inputs: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Arguments that the program leaves unset and a value that each would accept.

    Switches are turned on; objects are set to a sample of their own required and list arguments.
    """
    for key, parameter in _arguments(token).items():
        if key in inputs:
            continue
        annotation = str(parameter.annotation)
        if "bool" in annotation and "Sequence" not in annotation:
            yield key, True
        elif match := re.search(r"'(\w+Args)'", annotation):
            sample = _sample(token, match[1])
            yield key, [sample] if "Sequence" in annotation else sample


def _sample(token: str, args: str) -> Mapping[str, Any]:
    match = _TOKEN.match(token)
    assert match is not None  # noqa: S101 (only called for tokens that have arguments)
    module = {"lambda": "lambda_"}.get(match["module"], match["module"])
    inputs = importlib.import_module(f"{pulumi_aws.__name__}.{module}._inputs")
    sample: dict[str, Any] = {}
    for key, parameter in inspect.signature(getattr(inputs, args)).parameters.items():
        annotation = str(parameter.annotation)
        if "Args" in annotation or (parameter.default is None and "Sequence" not in annotation):
            continue
        if "bool" in annotation:
            sample[_camel(key)] = True
        elif "int" in annotation.replace("pulumi.Input", ""):
            sample[_camel(key)] = 1
        else:
            sample[_camel(key)] = ["sample"] if "Sequence" in annotation else "sample"
    return sample
