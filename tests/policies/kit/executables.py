"""Makes archives of executables that say of themselves what a test wants."""

import struct
import zipfile
from pathlib import Path

MACHINES = {"x86_64": 62, "arm64": 183}


def go_executable(
    *,
    version: str = "go1.26.8",
    architecture: str = "arm64",
    system: str = "linux",
    module: str = "pipeline",
) -> bytes:
    """The head of an ELF file and Go's build information, as the linker lays them out."""
    header = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, MACHINES[architecture])
    settings = f"path\t{module}\nbuild\tGOARCH=any\nbuild\tGOOS={system}\n".encode()
    mark = b"\xff Go buildinf:" + bytes([8, 2]) + bytes(16)
    return header.ljust(64, b"\0") + mark + _text(version.encode()) + _text(_framed(settings))


def _framed(settings: bytes) -> bytes:
    return b"0123456789abcdef" + settings + b"fedcba9876543210"


def _text(content: bytes) -> bytes:
    length = len(content)
    head = bytearray()
    while length >= 0x80:
        head.append(length & 0x7F | 0x80)
        length >>= 7
    return bytes([*head, length]) + content


def archive(
    path: Path,
    content: bytes,
    *,
    name: str = "bootstrap",
    mode: int = 0o755,
    method: int = zipfile.ZIP_STORED,
) -> Path:
    """A zip archive at `path` with one file, compressed by a `method` of zipfile."""
    entry = zipfile.ZipInfo(name)
    entry.compress_type = method
    entry.create_system = 3  # Unix, whose permissions Lambda keeps
    entry.external_attr = mode << 16
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(entry, content)
    return path
