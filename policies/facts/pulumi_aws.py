"""What pulumi-aws itself says of its resource types, read from its source without importing it.

Importing the module of one type takes longer than judging a stack. The constructor's parameters
stand in the generated source in one fixed form, so a search of the text finds them.
"""

import re
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from policies.facts.reading import UndeterminedError

_TOKEN = re.compile(r"aws:(?P<module>[^/:]+)/(?P<file>[^:]+):(?P<name>\w+)")
_PARAMETER = re.compile(r"^ +(\w+): ", re.MULTILINE)


class UnknownTypeError(Exception):
    """pulumi-aws has no such resource type."""


@cache
def properties(token: str) -> frozenset[str]:
    """The properties that a resource type takes, in Pulumi's camelCase.

    Args:
        token: Type token, such as `aws:sqs/queue:Queue`.

    Raises:
        UnknownTypeError: The installed pulumi-aws does not have it.
    """
    name, text = _source(token)
    start = max(text.find(f"\nclass {name}{args}:") for args in ("Args", "InitArgs"))
    if start < 0:
        raise UnknownTypeError(token)
    constructor = text[start : text.find("):\n", start)]
    return frozenset(_camel_case(name) for name in _PARAMETER.findall(constructor))


def properties_in(token: str, *keys: str) -> list[str]:
    """Those of `keys` that the resource type takes.

    Raises:
        UndeterminedError: pulumi-aws does not know the type, so nobody can tell.
    """
    try:
        found = properties(token)
    except UnknownTypeError as error:
        raise UndeterminedError(
            keys[0], f"the installed pulumi-aws has no {token}", "Install a later pulumi-aws."
        ) from error
    return [key for key in keys if key in found]


def _source(token: str) -> tuple[str, str]:
    """The class of a resource type, and the source of the module that it stands in."""
    found = _TOKEN.fullmatch(token)
    file = _sources(found["module"]).get(found["file"].lower()) if found else None
    if found is None or file is None:
        raise UnknownTypeError(token)
    return found["name"], file.read_text(encoding="utf-8")


@cache
def _sources(module: str) -> dict[str, Path]:
    """The source files of a module, by name in lower case without underscores."""
    spec = find_spec("pulumi_aws")
    if spec is None or spec.origin is None:
        raise UnknownTypeError(module)
    package = Path(spec.origin).parent
    folder = package if module == "index" else package / module
    if not folder.is_dir():
        folder = package / f"{module}_"
    return {file.stem.replace("_", ""): file for file in folder.glob("*.py")}


def _camel_case(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)
