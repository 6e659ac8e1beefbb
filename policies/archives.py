"""Finds the executable in a function's archive, in each form that Pulumi takes one."""

import struct
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from policies.reading import Node, UndeterminedError

EXECUTABLE = "bootstrap"
_ROOT = Path(__file__).resolve().parent.parent


class NoExecutableError(Exception):
    """The archive holds no executable `bootstrap`; the text says what is wrong."""


def executable(code: Node) -> bytes:
    """The bytes of `bootstrap` in an archive.

    Args:
        code: The archive as it stands on the wire: of a path, or of assets by name.

    Raises:
        NoExecutableError: The archive can be read and has none.
        UndeterminedError: The archive cannot be read here.
    """
    path = code.text("path")
    if path is not None:
        return _from_path(_found(path, code.path))
    if code.has("assets"):
        asset = code.object("assets").child(EXECUTABLE)
        if asset is None:
            raise NoExecutableError(f"it has no {EXECUTABLE} at its root")
        if asset.has("path"):
            return _found(asset.text("path") or "", asset.path).read_bytes()
        if asset.has("text"):
            raise NoExecutableError(f"{EXECUTABLE} is a text")
    raise UndeterminedError(code.path)


def _found(path: str, property_path: str) -> Path:
    """The file or folder: paths are relative to the program, else to the pack."""
    for base in (Path.cwd(), _ROOT, _ROOT / "stack"):
        candidate = base / path
        if candidate.exists():
            return candidate
    raise UndeterminedError(property_path)


def _from_path(path: Path) -> bytes:
    if path.is_dir():
        file = path / EXECUTABLE
        if not file.is_file():
            raise NoExecutableError(f"it has no {EXECUTABLE} at its root")
        return file.read_bytes()
    stat = path.stat()
    return _from_zip(str(path), stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=8)
def _from_zip(path: str, _modified: int, _size: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(EXECUTABLE)
            mode = entry.external_attr >> 16
            if entry.create_system == _UNIX and not mode & 0o111:
                raise NoExecutableError(f"{EXECUTABLE} has no execute permission")
        return _inflated(Path(path).read_bytes(), entry)
    except KeyError as error:
        raise NoExecutableError(f"it has no {EXECUTABLE} at its root") from error
    except zipfile.BadZipFile as error:
        raise NoExecutableError("it is no zip archive") from error
    except (struct.error, zlib.error) as error:
        raise NoExecutableError(f"its {EXECUTABLE} is damaged") from error


def _inflated(archive: bytes, entry: zipfile.ZipInfo) -> bytes:
    """The content of `entry`, in one piece.

    `ZipFile.read` takes half as long again, for it lets its buffer grow; and reading the functions'
    archives is the largest part of what the pack adds to a preview. The local header is that of
    PKWARE's APPNOTE, 4.3.7.
    """
    name_length, extra_length = struct.unpack_from("<HH", archive, entry.header_offset + 26)
    begin = entry.header_offset + 30 + name_length + extra_length
    content = archive[begin : begin + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_DEFLATED:
        content = zlib.decompress(content, _RAW_DEFLATE, entry.file_size)
    elif entry.compress_type != zipfile.ZIP_STORED:
        raise NoExecutableError(f"its {EXECUTABLE} is compressed otherwise than by deflate")
    if zlib.crc32(content) != entry.CRC:
        raise NoExecutableError(f"its {EXECUTABLE} is damaged")
    return content


_RAW_DEFLATE = -15
_UNIX = 3
