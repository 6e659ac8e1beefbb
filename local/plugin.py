"""Starts one of this project's plugins: ``python -m local.plugin NAME ARGUMENTS…``.

The engine's protocol, ``pulumi.runtime.proto``, lies inside the SDK: importing any of its modules
imports the whole SDK first, which is half of what it costs to start a plugin, and a preview starts
three. A plugin needs the messages alone. So empty packages stand in the SDK's place here, in which
Python finds the protocol's modules and runs nothing else.
"""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

_PACKAGES = ("pulumi", "pulumi.runtime", "pulumi.runtime.proto")


def main(name: str, arguments: Sequence[str]) -> None:
    """Serves a plugin until the engine ends this process.

    Args:
        name: the plugin's name without ``pulumi-``: ``language-python`` or ``resource-aws``.
        arguments: what the engine started it with.
    """
    _set_sdk_aside()
    if name == "language-python":
        from local import language_host

        language_host.serve_engine(arguments)
    else:
        from local.provider import server

        server.serve_engine()


def _set_sdk_aside() -> None:
    spec = find_spec("pulumi")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("no module named 'pulumi': run `make setup`", name="pulumi")
    site = Path(spec.origin).parents[1]
    for name in _PACKAGES:
        package = ModuleType(name)
        package.__path__ = [str(site.joinpath(*name.split(".")))]
        sys.modules[name] = package


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
