"""Reads from an executable which Go toolchain built it, and for what.

The linker writes the toolchain's version and the build settings into every Go program, behind a
fixed mark and aligned to 16 bytes (Go's package debug/buildinfo). ELF is the executable format of
Linux (System V ABI, chapter 4).
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

_ELF = b"\x7fELF"
_MACHINES = {62: "x86_64", 183: "arm64"}
_MARK = b"\xff Go buildinf:"
_INLINE_STRINGS = 0x2
_HEADER_LENGTH = 32
_SENTINEL_LENGTH = 16
_PIECE = 64 * 1024
_LONGEST = 1024 * 1024  # many times the list of any program's modules


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


def read(file: IO[bytes]) -> GoBinary:
    """What an executable says of itself.

    It is read piece by piece: to hold whole executables takes a sixth longer, and to read those of
    the stack's functions is the largest part of what the pack adds to a preview.

    Args:
        file: The executable; read to its end, so that a damaged archive is noticed.

    Raises:
        NotGoError: It is no Go executable in ELF form.
    """
    head = file.read(_PIECE)
    if head[:4] != _ELF or len(head) < 20:
        raise NotGoError("it is no ELF executable")
    (machine,) = struct.unpack_from("<H", head, 18)
    if machine not in _MACHINES:
        raise NotGoError(f"its machine type {machine} is neither x86_64 nor arm64")
    binary = None
    for content in _behind_marks(head, file):
        version, offset = _string(content, _HEADER_LENGTH)
        modules, _ = _string(content, offset)
        if binary is None and re.match(rb"go\d", version):
            text = modules[_SENTINEL_LENGTH:-_SENTINEL_LENGTH].decode("utf-8", "replace")
            settings = dict(re.findall(r"^build\t(\w+)=(.*)$", text, re.MULTILINE))
            binary = GoBinary(
                architecture=_MACHINES[machine],
                version=version.decode("ascii", "replace"),
                system=settings.get("GOOS", ""),
            )
    if binary is None:
        raise NotGoError("it carries no build information of Go 1.18 or newer")
    return binary


def _behind_marks(head: bytes, file: IO[bytes]) -> Iterator[bytes]:
    """Each mark with what stands behind it, as far as build information may reach.

    Args:
        head: What has been read of the file.
        file: The rest.
    """
    held, start, ended = head, 0, False
    while not ended:
        more = file.read(_PIECE)
        held, ended = held + more, not more
        mark = held.find(_MARK)
        while mark >= 0 and (ended or len(held) - mark >= _LONGEST):
            flags = held[mark + 15 : mark + 16]
            if (start + mark) % 16 == 0 and flags and flags[0] & _INLINE_STRINGS:
                yield held[mark : mark + _LONGEST]
            mark = held.find(_MARK, mark + 1)
        done = mark if mark >= 0 else max(len(held) - len(_MARK), 0)
        held, start = held[done:], start + done


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
