"""Property values: the engine's wire form, unknowns, equality and archives."""

import base64
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import urlopen

from google.protobuf import json_format, struct_pb2

Properties = dict[str, Any]

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine writes in place of a string that is known only after deployment."""

_UNKNOWNS = {
    UNKNOWN,
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
    "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
    "e48ece36-62e2-4504-bad9-02848725956a",  # archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
}
SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key of an object that is an asset, an archive or a secret."""

_ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_INTERNAL = "__"  # how names begin that are notes of a provider and no properties


def decode(struct: struct_pb2.Struct) -> Properties:
    """Reads wire properties; whole numbers become ``int``, which AWS's interfaces insist on.

    Internal names, such as ``__defaults``, are left out at any depth.
    """
    values: Properties = _without_notes(decode_with_notes(struct))
    return values


def decode_with_notes(struct: struct_pb2.Struct) -> Properties:
    """`decode`, with a provider's notes left in: for inputs that are to be written back."""
    values: Properties = _whole(json_format.MessageToDict(struct))
    return values


def encode(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    """Writes properties for the wire; those without a value are left out."""
    struct = struct_pb2.Struct()
    struct.update({name: value for name, value in properties.items() if value is not None})
    return struct


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _without_notes(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _without_notes(item)
            for name, item in value.items()
            if not name.startswith(_INTERNAL)
        }
    return [_without_notes(item) for item in value] if isinstance(value, list) else value


def is_unknown(value: Any) -> bool:
    """Whether a value, or anything within it, is known only after deployment."""
    if isinstance(value, dict):
        return any(is_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(is_unknown(item) for item in value)
    return isinstance(value, str) and value in _UNKNOWNS


def same(old: Any, new: Any) -> bool:
    """Whether two values mean the same; JSON documents do whatever their spacing and key order."""
    if old == new:
        return True
    if isinstance(old, dict) and isinstance(new, dict) and old.get(SIGNATURE) == _ARCHIVE:
        return bool(old.get("hash")) and old.get("hash") == new.get("hash")
    if isinstance(old, str) and isinstance(new, str) and old[:1] + new[:1] in ("{{", "[["):
        try:
            return bool(json.loads(old) == json.loads(new))
        except ValueError:
            return False
    return False


def document(value: Any) -> Any:
    """The text of a JSON document, which a program may give as an object.

    As in the official provider, a document with a part that is not known is not known itself.
    """
    if isinstance(value, dict | list):
        return UNKNOWN if is_unknown(value) else json.dumps(value, separators=(",", ":"))
    return value


def archive_bytes(archive: Mapping[str, Any]) -> bytes:
    """The zip file that an archive property stands for.

    Args:
        archive: an archive as the engine writes it: a path (of a zip file or a folder), a URI or
            a collection of assets and archives by name.

    Returns:
        The bytes of a zip file; the same content always gives the same bytes.

    Raises:
        ValueError: the value is no archive.
        OSError: a file can't be read.
    """
    if path := archive.get("path"):
        file = Path(path)
        return _zip(_folder(file)) if file.is_dir() else file.read_bytes()
    if uri := archive.get("uri"):
        return _fetch(uri)
    if "assets" in archive:
        return _zip(dict(_entries(archive["assets"])))
    raise ValueError(f"an archive needs path, uri or assets, not {sorted(archive)}")


def _entries(assets: Mapping[str, Any], prefix: str = "") -> Any:
    for name, asset in assets.items():
        if asset.get(SIGNATURE) != _ARCHIVE:
            yield prefix + name, _asset_bytes(asset)
        elif "assets" in asset:
            yield from _entries(asset["assets"], f"{prefix}{name}/")
        else:
            path = Path(asset["path"])
            for inner, content in _folder(path).items():
                yield f"{prefix}{name}/{inner}", content


def _asset_bytes(asset: Mapping[str, Any]) -> bytes:
    if "text" in asset:
        return str(asset["text"]).encode()
    if path := asset.get("path"):
        return Path(path).read_bytes()
    return _fetch(asset["uri"])


def _folder(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _fetch(uri: str) -> bytes:
    if urlparse(uri).scheme not in ("http", "https", "file"):
        raise ValueError(f"an asset's URI must be http, https or file, not {uri!r}")
    with urlopen(uri) as answer:  # noqa: S310 (the scheme is checked above)
        return bytes(answer.read())


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name)  # dated 1980: no clock in the bytes
            entry.external_attr = 0o755 << 16
            archive.writestr(entry, files[name])
    return buffer.getvalue()


def base64_text(data: bytes) -> str:
    """Bytes as base64 text."""
    return base64.b64encode(data).decode()
