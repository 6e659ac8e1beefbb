"""Synthetic stacks of any size: the policy tests' compliant stack, many times over.

Each copy has names of its own, so that its functions, queues, logs and alarms belong together as in
a real stack, and every policy has as much to look up as it would there.
"""

import json
import re
import tempfile
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

from tests.policies.baseline import program
from tests.policies.kit import Declaration, Declarations, record
from tests.policies.kit.declarations import STACK
from tests.policies.kit.executables import archive, go_executable

_PHYSICAL_NAME = re.compile(rf"([a-z])-{STACK}\b")


def stack(resources: int, folder: Path) -> Declarations:
    """A stack of exactly so many resources.

    Args:
        resources: How many; the last copy is cut off there.
        folder: Where to put the functions' archive, which policies read.
    """
    path = archive(folder / "function.zip", go_executable())
    one = record(lambda: program(path)).resources
    copies = (_copy(node, number) for number in count() for node in one)
    return Declarations(tuple(islice(copies, resources)))


def _copy(node: Declaration, number: int) -> Declaration:
    return replace(
        node,
        urn=f"{node.urn}-{number}",
        inputs=json.loads(
            _PHYSICAL_NAME.sub(rf"\1-{number}-{STACK}", json.dumps(dict(node.inputs)))
        ),
        depends_on={
            key: tuple(f"{urn}-{number}" for urn in urns) for key, urns in node.depends_on.items()
        },
    )


def folder() -> "tempfile.TemporaryDirectory[str]":
    """A place for the archive, for as long as the stack is judged."""
    return tempfile.TemporaryDirectory(prefix="bench-pack-")
