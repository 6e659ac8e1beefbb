"""What a resource type would accept besides what a program sets, by the SDK's own types."""

import importlib
import inspect
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType, ModuleType
from typing import Any

import pulumi_aws

Arguments = Mapping[str, "inspect.Parameter"]

_TOKEN = re.compile(r"^aws:(?P<module>\w+)/(?P<name>\w+):(?P<type>\w+)$")
_ARGS = re.compile(r"'(\w+Args)'")
_DEPTH = 3  # how far a sample goes down into arguments of arguments

ADMINISTRATOR = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}],
    }
)
"""A policy that gives everyone everything."""

# What means something where the program sets none; other texts are tried inside objects only.
_TEXTS: Mapping[str, Any] = {
    "acl": "public-read",
    "body": "{}",
    "kmsKeyArn": "arn:aws:kms:us-east-1:999999999999:key/11111111-2222-3333-4444-555555555555",
    "imageUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/image:latest",
    "mfaDelete": "Enabled",
    "managedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
    "policy": ADMINISTRATOR,
    "rotationPeriodInDays": 2560,  # AWS's longest; a sample of 1 is refused
}
# Switches that are on unless they are set: turning them off is the change.
_ON_BY_DEFAULT = ("isEnabled",)


def _snake(camel: str) -> str:
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda match: f"_{match[0].lower()}", camel)


def _camel(snake: str) -> str:
    head, *rest = snake.strip("_").split("_")
    return head + "".join(word.capitalize() for word in rest)


def _module(token: str, file: str) -> ModuleType | None:
    match = _TOKEN.match(token)
    if match is None:
        return None
    module = {"lambda": "lambda_"}.get(match["module"], match["module"])
    name = file or _snake(match["name"])
    with warnings.catch_warnings():  # of deprecated types that stand beside the wanted one
        warnings.simplefilter("ignore", DeprecationWarning)
        package = importlib.import_module(f"{pulumi_aws.__name__}.{module}")
        # Loads the lazy package; a module imported before it would leave it empty.
        getattr(package, match["type"], None)
        return importlib.import_module(f"{package.__name__}.{name}")


def _parameters(cls: type) -> Arguments:
    found = inspect.signature(cls).parameters.items()
    return MappingProxyType({_camel(key): value for key, value in found})


@cache
def arguments(token: str) -> Arguments:
    """The constructor arguments of a resource type by their Pulumi names; none if unknown."""
    match, file = _TOKEN.match(token), _module(token, "")
    if match is None or file is None:
        return {}
    name = match["type"]
    return _parameters(getattr(file, f"{name}InitArgs", None) or getattr(file, f"{name}Args"))


@cache
def inner_arguments(token: str, args: str) -> Arguments:
    """The arguments of an object inside a resource type, such as `FunctionVpcConfigArgs`."""
    inputs = _module(token, "_inputs")
    return {} if inputs is None else _parameters(getattr(inputs, args))


def below(token: str, known: Arguments, key: str) -> Arguments:
    """The arguments of each object that `key` takes; none if it takes no objects."""
    parameter = known.get(key)
    match = _ARGS.search(str(parameter.annotation)) if parameter is not None else None
    return inner_arguments(token, match[1]) if match else {}


def additions(
    token: str, known: Arguments, present: Mapping[str, Any], *, inner: bool
) -> Iterator[tuple[str, Any]]:
    """Arguments that the program leaves unset and a value that each would accept.

    Args:
        token: The resource type.
        known: The arguments of the object that is added to.
        present: What the program sets of them.
        inner: Whether the object stands inside a resource, where any text is tried as well.
    """
    for key, parameter in known.items():
        if key in present or key in ("region", "tags", "tagsAll"):
            continue
        annotation = str(parameter.annotation)
        if key in _TEXTS:
            yield key, _TEXTS[key]
        elif key in _ON_BY_DEFAULT:
            yield key, False
        elif (
            _ARGS.search(annotation) or "bool" in annotation or "int" in _bare(annotation) or inner
        ):
            yield key, _sample(token, annotation, _DEPTH)


def _bare(annotation: str) -> str:
    return annotation.replace("pulumi.Input", "")


def _sample(token: str, annotation: str, depth: int) -> Any:
    """A value of a type: switches on, numbers 1, objects of their required arguments."""
    match = _ARGS.search(annotation)
    value: Any = "sample"
    if match:
        value = _object(token, match[1], depth - 1)
    elif "bool" in annotation:
        value = True
    elif "int" in _bare(annotation):
        value = 1
    if "Mapping" in annotation and not match:
        return {"sample": value}
    return [value] if "Sequence" in annotation else value


def _object(token: str, args: str, depth: int) -> Mapping[str, Any]:
    """Its required arguments; where nothing is required, all of them."""
    known = inner_arguments(token, args)
    required = [key for key, item in known.items() if item.default is not None]
    return {
        key: _TEXTS.get(key) or _sample(token, str(known[key].annotation), depth)
        for key in required or known
        if depth > 0 or not _ARGS.search(str(known[key].annotation))
    }
