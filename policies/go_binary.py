"""Reads from an executable which Go toolchain built it, and for what.

The linker writes the toolchain's version and the build settings into every Go program, behind a
fixed mark and aligned to 16 bytes (Go's package debug/buildinfo). ELF is the executable format of
Linux (System V ABI, chapter 4).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_ELF = b"\x7fELF"
_MACHINES = {62: "x86_64", 183: "arm64"}
_MARK = b"\xff Go buildinf:"
_INLINE_STRINGS = 0x2
_HEADER_LENGTH = 32
_SENTINEL_LENGTH = 16


class NotGoError(Exception):
    """The bytes are no Go executable for Linux; the text says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GoBinary:
    """What a Go executable says of itself.

    Attributes:
        architecture: `arm64` or `x86_64`, as Lambda names them.
        version: The toolchain, such as `go1.26.8`.
        system: The operating system it was built for.
    """

    architecture: str
    version: str
    system: str


def read(content: bytes) -> GoBinary:
    """What the executable `content` says of itself.

    Raises:
        NotGoError: It is no Go executable in ELF form.
    """
    if content[:4] != _ELF or len(content) < 20:
        raise NotGoError("it is no ELF executable")
    (machine,) = struct.unpack_from("<H", content, 18)
    if machine not in _MACHINES:
        raise NotGoError(f"its machine type {machine} is neither x86_64 nor arm64")
    for offset in _marks(content):
        version, offset = _string(content, offset + _HEADER_LENGTH)
        modules, _ = _string(content, offset)
        if re.match(rb"go\d", version):
            text = modules[_SENTINEL_LENGTH:-_SENTINEL_LENGTH].decode("utf-8", "replace")
            settings = dict(re.findall(r"^build\t(\w+)=(.*)$", text, re.MULTILINE))
            return GoBinary(
                architecture=_MACHINES[machine],
                version=version.decode("ascii", "replace"),
                system=settings.get("GOOS", ""),
            )
    raise NotGoError("it carries no build information of Go 1.18 or newer")


def _marks(content: bytes) -> Iterator[int]:
    offset = content.find(_MARK)
    while offset >= 0:
        flags = content[offset + 15 : offset + 16]
        if offset % 16 == 0 and flags and flags[0] & _INLINE_STRINGS:
            yield offset
        offset = content.find(_MARK, offset + 1)


def _string(content: bytes, offset: int) -> tuple[bytes, int]:
    """A string behind its length (a varint), and where it ends."""
    length = shift = 0
    while offset < len(content):
        byte = content[offset]
        offset += 1
        length |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return content[offset : offset + length], offset + length
    return b"", offset
