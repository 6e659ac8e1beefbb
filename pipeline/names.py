"""The names of a partner's file, checked before anything is sent (docs/architecture.md)."""

import re
import unicodedata
from dataclasses import dataclass

from pipeline.errors import UsageError

_PART = re.compile(r"[a-z0-9-]{1,40}")
_MAX_SEQUENCE = 10**18 - 1
_TEXTS, _PACKED = (".csv", ".txt", ".tsv", ".psv"), (".gz", ".zip", ".zst")
ENDINGS = (*_TEXTS, *_PACKED)
_MAX_STEM_BYTES = 200


def check_part(what: str, value: str) -> str:
    """A partner's or feed's name, if it is one.

    Args:
        what: "partner" or "feed", for the message.
        value: The name.

    Raises:
        UsageError: The name breaks the rule; the message says which rule.
    """
    if _PART.fullmatch(value) and not value.isdecimal():
        return value
    raise UsageError(
        f"{value!r} is no {what}'s name: write 1 to 40 of a-z, 0-9 and '-', not digits alone."
    )


@dataclass(frozen=True, kw_only=True)
class Feed:
    """An ordered series of one partner's files."""

    partner: str
    name: str

    @classmethod
    def parse(cls, text: str) -> "Feed":
        """Read `PARTNER/FEED`; anything else is a UsageError."""
        partner, slash, name = text.partition("/")
        if not slash or "/" in name:
            raise UsageError(f"{text!r} is no feed: write PARTNER/FEED, such as acme/us-equities.")
        return cls(partner=check_part("partner", partner), name=check_part("feed", name))

    def __str__(self) -> str:
        return f"{self.partner}/{self.name}"


def file_within_feed(name: str, sequence: int | None) -> str:
    """The file's path behind its feed, such as `7/x.csv`.

    Args:
        name: The file's own name, without folders.
        sequence: Its declared number, or None for a feed numbered by arrival.

    Raises:
        UsageError: The validator would refuse the name or the number.
    """
    stem = name
    for endings in (_PACKED, _TEXTS):
        stem = next((stem.removesuffix(e) for e in endings if stem.endswith(e)), stem)
    if stem in ("", name):
        raise UsageError(f"{name!r}: a file's name ends in one of {', '.join(ENDINGS)}. Rename it.")
    try:
        length = len(stem.encode("utf-8"))
    except UnicodeEncodeError:
        raise UsageError(f"{name!r}: the file's name is not UTF-8. Rename it.") from None
    if length > _MAX_STEM_BYTES or any(unicodedata.category(c) == "Cc" for c in stem):
        raise UsageError(
            f"{name!r}: before its ending a name has at most {_MAX_STEM_BYTES} bytes and no "
            f"control characters (this one: {length} bytes). Rename it."
        )
    if sequence is None:
        return name
    if not 1 <= sequence <= _MAX_SEQUENCE:
        raise UsageError(f"sequence {sequence}: write a number from 1 to {_MAX_SEQUENCE}.")
    return f"{sequence}/{name}"
