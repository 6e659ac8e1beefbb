"""What does not change is read once.

Not a difference in behaviour but in speed: the stock emulator parses the same policies and
condition expressions, and derives the same signing keys, anew for each of the dozens of calls
that one file causes.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from ministack.core import iam_evaluator, sigv4
from ministack.services import dynamodb

_REMEMBERED = functools.lru_cache(maxsize=4096)


def _remember_document(parse: Callable[[str], Any]) -> Callable[[Any], Any]:
    remembered = _REMEMBERED(parse)

    def parse_document(document: Any) -> Any:
        return remembered(document if isinstance(document, str) else json.dumps(document))

    return parse_document


def apply() -> None:
    """Remember what was parsed and derived."""
    iam_evaluator.parse_policy_document = _remember_document(iam_evaluator.parse_policy_document)
    sigv4.derive_signing_key = _REMEMBERED(sigv4.derive_signing_key)
    for name in ("_condition_syntax_error", "_tokenize"):
        setattr(dynamodb, name, _REMEMBERED(getattr(dynamodb, name)))
