"""S3: a part of an object is read alone, and stored bodies stay on disk.

The stock emulator reads a whole object from disk for every ranged request; answers one that
names a version with the whole object; and keeps the body of every version in memory for good
although it has written it: a gigabyte read in parts costs a terabyte of copying.
"""

from __future__ import annotations

import contextvars
import mmap
from http import HTTPStatus
from pathlib import Path
from typing import Any

from ministack.services import s3

_ranged: contextvars.ContextVar[bool] = contextvars.ContextVar("ranged", default=False)


def _map(path: str | None) -> mmap.mmap | None:
    """The file's bytes, of which only those that are sliced are read; None if it has none."""
    try:
        with Path(path or "").open("rb") as file:
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # no such file, or an empty one
        return None


def _part(bucket: str, key: str, asked: str, headers: dict[str, str], body: Any) -> Any:
    """The answer with the part of the body that was asked for."""
    size = len(body)
    part = s3._parse_range(asked, size)
    if part is None:
        error = s3._xml_body(s3._range_error_xml(bucket, key))
        unsatisfied = {"Content-Type": "application/xml", "Content-Range": f"bytes */{size}"}
        return HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, unsatisfied, error
    start, end = part
    kept = {k: v for k, v in headers.items() if not k.lower().startswith("x-amz-checksum-")}
    kept["Content-Length"] = str(end + 1 - start)
    kept["Content-Range"] = f"bytes {start}-{end}/{size}"
    return HTTPStatus.PARTIAL_CONTENT, kept, bytes(body[start : end + 1])


def apply() -> None:
    """Map files for ranged reads, and drop from memory what is on disk."""
    stock_get, stock_persist = s3._get_object, s3._persist_object
    stock_read, stock_version = s3._read_body, s3._version_body

    def get_object(bucket: str, key: str, headers: dict[str, str], query: Any = None) -> Any:
        token = _ranged.set("range" in headers)
        try:
            answer = stock_get(bucket, key, headers, query)
        finally:
            _ranged.reset(token)
        if "range" in headers and answer[0] == HTTPStatus.OK:  # one that names a version
            return _part(bucket, key, headers["range"], *answer[1:])
        return answer

    def read_body(bucket: str, key: str, record: dict[str, Any]) -> Any:
        if _ranged.get() and s3.S3_PERSIST and record.get("body") is None:
            mapped = _map(s3._object_disk_path(bucket, key))
            if mapped is not None:
                return mapped
        return stock_read(bucket, key, record)

    def persist(bucket: str, key: str, record: Any) -> None:
        stock_persist(bucket, key, record)
        if isinstance(record, dict) and record.get("body") is None:
            for version in s3._object_versions.get((bucket, key), []):
                if version["version_id"] == record.get("version_id"):
                    version["data"] = None  # the file has it

    def version_body(store: Any, bucket: str, key: str, version: dict[str, Any]) -> Any:
        if _ranged.get() and s3.S3_PERSIST and version.get("data") is None:
            mapped = _map(s3._version_disk_path(bucket, key, version["version_id"]))
            if mapped is not None:
                return mapped
        return stock_version(store, bucket, key, version)

    s3._get_object = get_object
    s3._read_body = read_body
    s3._version_body = version_body
    s3._persist_object = persist
