"""Finds the executable in a function's archive, in each form that Pulumi takes one."""

import hashlib
import struct
import zipfile
import zlib
from functools import lru_cache
from pathlib import Path

from policies.facts import go_binary
from policies.facts.go_binary import GoBinary
from policies.facts.reading import Node, UndeterminedError

EXECUTABLE = "bootstrap"
_HASH_ALONE = (
    "a refresh knows its hash alone, and no archive in build/ has it",
    "Build what is deployed again, or preview the program, which says where its archive is.",
)
_ELSEWHERE = (
    "it is no archive of this machine, so nobody can see what is in it",
    "Set code to a pulumi.FileArchive.",
)
_ROOT = Path(__file__).resolve().parents[2]


class NoExecutableError(Exception):
    """The archive holds no executable `bootstrap`; the text says what is wrong."""


def executable(code: Node) -> GoBinary:
    """What `bootstrap` in an archive says of itself.

    Args:
        code: The archive as it stands on the wire: of a path, or of assets by name.

    Raises:
        NoExecutableError: The archive can be read and has none.
        NotGoError: It has one that is no Go executable.
        UndeterminedError: The archive cannot be read here.
    """
    path = code.text("path")
    if path is not None:
        return _from_path(_found(path, code.path))
    if code.is_empty("assets") and code.has("hash"):
        return _from_path(_of_hash(code.text("hash") or "", code.path))
    if code.has("assets"):
        asset = code.object("assets").child(EXECUTABLE)
        if asset is None:
            raise NoExecutableError(f"it has no {EXECUTABLE} at its root")
        if asset.has("path"):
            return _from_file(_found(asset.text("path") or "", asset.path))
        if asset.has("text"):
            raise NoExecutableError(f"{EXECUTABLE} is a text")
    raise UndeterminedError(code.path, *_ELSEWHERE)


def _found(path: str, property_path: str) -> Path:
    """The file or folder: paths are relative to the program, else to the pack."""
    for base in (Path.cwd(), _ROOT, _ROOT / "stack"):
        candidate = base / path
        if candidate.exists():
            return candidate
    raise UndeterminedError(property_path, f"there is no {path} here", "Build it first.")


def _of_hash(digest: str, property_path: str) -> Path:
    """The archive of this hash among those that were built: the engine's hash is of its bytes."""
    for base in dict.fromkeys((Path.cwd(), _ROOT)):
        for path in sorted((base / "build").rglob("*.zip")):
            stat = path.stat()
            if _hash(str(path), stat.st_mtime_ns, stat.st_size) == digest:
                return path
    raise UndeterminedError(property_path, *_HASH_ALONE)


@lru_cache(maxsize=256)
def _hash(path: str, _modified: int, _size: int) -> str:
    with open(path, "rb") as file:  # noqa: PTH123 (a text is what the cache goes by)
        return hashlib.file_digest(file, "sha256").hexdigest()


def _from_path(path: Path) -> GoBinary:
    if path.is_dir():
        file = path / EXECUTABLE
        if not file.is_file():
            raise NoExecutableError(f"it has no {EXECUTABLE} at its root")
        return _from_file(file)
    stat = path.stat()
    return _from_zip(str(path), stat.st_mtime_ns, stat.st_size)


def _from_file(path: Path) -> GoBinary:
    with path.open("rb") as file:
        return go_binary.read(file)


@lru_cache(maxsize=64)
def _from_zip(path: str, _modified: int, _size: int) -> GoBinary:
    try:
        with zipfile.ZipFile(path) as archive:
            return _from_archive(archive)
    except KeyError as error:
        raise NoExecutableError(f"it has no {EXECUTABLE} at its root") from error
    except _DAMAGED as error:
        raise NoExecutableError("it is no zip archive") from error


def _from_archive(archive: zipfile.ZipFile) -> GoBinary:
    entry = archive.getinfo(EXECUTABLE)
    mode = entry.external_attr >> 16
    if entry.create_system == _UNIX and not mode & 0o111:
        raise NoExecutableError(f"{EXECUTABLE} has no execute permission")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NoExecutableError(f"its {EXECUTABLE} is compressed otherwise than by deflate")
    try:
        with archive.open(entry) as file:
            return go_binary.read(file)
    except _DAMAGED as error:
        raise NoExecutableError(f"its {EXECUTABLE} is damaged") from error


_UNIX = 3
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,  # an offset before the file's beginning
    RuntimeError,  # encrypted, or of a later version of the format
    UnicodeError,
)
"""All that zipfile raises for bytes that are no archive, or a broken one."""
