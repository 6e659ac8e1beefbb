"""Every resource type of the installed pulumi-aws, for tests that hold a table to it."""

import re
from importlib.util import find_spec
from pathlib import Path

_DECLARED = re.compile(r"super\(\w+, __self__\)\.__init__\(\s*'(aws:[^':]+:[A-Za-z0-9]+)'")


def tokens() -> list[str]:
    """The type tokens, in order."""
    spec = find_spec("pulumi_aws")
    assert spec is not None
    assert spec.origin is not None
    sources = Path(spec.origin).parent.rglob("*.py")
    return sorted(
        token for file in sources for token in _DECLARED.findall(file.read_text(encoding="utf-8"))
    )
