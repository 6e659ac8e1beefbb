"""Properties as they stand on the wire: sentinels, secrets and outputs made plain Python."""

import re
from typing import Any

UNKNOWN = object()
"""Stands for any value that the engine does not know yet."""

UNKNOWN_SENTINEL = re.compile(
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7|3eeb2bf0-c639-47a8-9e75-3b44932eb421"
    "|04da6b54-80e4-46f7-96ec-b56ff0331ba9|6a19a0b0-7e62-4c92-b797-7f8e31da9cc2"
    "|030794c1-ac77-496b-92df-f27374a8bd58|e48ece36-62e2-4504-bad9-02848725956a"
    "|dd056dcd-154b-4c76-9bd3-c8f88648b5ff"
)
"""The engine's sentinels for what it does not know yet, one per kind of value."""

_SENTINEL_LENGTH = 36
SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key under which secrets, assets and archives say what they are."""

_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (the wire format's mark of a secret)
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"


_INTERNAL = "__"
"""How the names of a provider's notes begin, such as `__defaults`. The engine leaves them out at
the top alone before it asks a policy (pulumi/pulumi-policy#213)."""


class _HiddenInt(int):
    """A secret number: it compares as itself and prints as nothing."""

    def __repr__(self) -> str:
        return "[secret]"

    __str__ = __repr__

    def __format__(self, _spec: str) -> str:
        return "[secret]"


def normalised(value: Any, *, secret: bool = False) -> Any:
    """Plain Python for a property as it stands on the wire.

    Args:
        value: JSON data from the engine.
        secret: True inside a secret.

    Returns:
        Strings, booleans, integers (floats only where they are not whole), lists, dictionaries
        and `UNKNOWN`. Assets and archives stay the dictionaries that they are on the wire;
        internal names are left out at any depth.
    """
    if isinstance(value, str):
        if len(value) >= _SENTINEL_LENGTH and UNKNOWN_SENTINEL.search(value):
            return UNKNOWN
        return value
    if isinstance(value, float):
        if value != int(value):
            return value
        return _HiddenInt(value) if secret else int(value)
    if isinstance(value, list):
        return [normalised(item, secret=secret) for item in value]
    if isinstance(value, dict):
        signature = value.get(SIGNATURE)
        if signature == _SECRET:
            return normalised(value.get("value"), secret=True)
        if signature == _OUTPUT:
            return normalised(value["value"]) if "value" in value else UNKNOWN
        return {
            key: normalised(item, secret=secret)
            for key, item in value.items()
            if not key.startswith(_INTERNAL)
        }
    return value
