"""The files that travel with a configuration: function archives and objects of buckets."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

# The moment and the rights of everything in an archive, so that the same content is the same file.
_MOMENT, _RIGHTS = (1980, 1, 1, 0, 0, 0), 0o755 << 16


class Assets:
    """Copies of what a preview's assets and archives stand for, each under a name of its own.

    Args:
        program: the folder that paths in the preview are relative to.
        output: the folder to copy to.
    """

    def __init__(self, program: Path, output: Path) -> None:
        """See the class."""
        self._program = program
        self._output = output
        self._written: dict[str, bytes] = {}

    def copy(self, asset: Mapping[str, Any], owner: str) -> str:
        """Copy one into the output.

        Args:
            asset: as the engine writes it.
            owner: the address of the resource that has it.

        Returns:
            The expression for its path; for one that is elsewhere on the net, its address.

        Raises:
            OSError: a file cannot be read or written.
        """
        if asset.get("uri"):
            return str(asset["uri"])
        path = self._program / asset["path"] if asset.get("path") else None
        if path is not None and path.is_file():
            name, content = path.name, path.read_bytes()
        elif "text" in asset:
            name, content = f"{owner}.txt", str(asset["text"]).encode()
        else:
            name, content = f"{owner}.zip", _zip(dict(self._entries(asset)))
        if self._written.get(name, content) != content:
            name = f"{owner}-{name}"
        self._written[name] = content
        (self._output / name).write_bytes(content)
        return f"${{path.module}}/{name}"

    def _entries(self, asset: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, bytes]]:
        """The files within an archive, by their place in it."""
        for name, below in (asset.get("assets") or {}).items():
            yield from self._entries(below, f"{at}/{name}" if at else name)
        if "text" in asset:
            yield at, str(asset["text"]).encode()
        elif asset.get("path"):
            path = self._program / asset["path"]
            if path.is_dir():
                for file in sorted(path.rglob("*")):
                    if file.is_file():
                        yield (Path(at) / file.relative_to(path)).as_posix(), file.read_bytes()
            else:
                yield at, path.read_bytes()


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.external_attr = _RIGHTS
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
