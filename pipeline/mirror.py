"""A copy of the data set on disk, brought up to date by what has changed."""

import fcntl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from botocore.exceptions import ClientError

from pipeline import archive
from pipeline.archive import ArchivedError, is_archived
from pipeline.dataset import TABLES, Part
from pipeline.deployment import Deployment

_AT_ONCE = 16
_NAMED = 5  # keys of archived objects in a message


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What bringing the copy up to date came to, in objects."""

    current: int
    fetched: int
    removed: int


class Mirror:
    """The copy of one deployment's data set.

    A file's name is its object's, and the ETag of what it holds: so a name always means the same
    bytes, and what the names say is all that is known of the copy.

    Args:
        deployment: Where the data set is.
        folder: Where the copy is kept; it is made.
    """

    def __init__(self, deployment: Deployment, folder: Path) -> None:
        self._store = deployment.client("s3")
        self._bucket = deployment.output("bucketName")
        self._folder = folder

    @contextmanager
    def current(self, part: Part, *, restore: bool = False) -> Iterator[Changes]:
        """The copy with a part of it up to date, which no other process changes meanwhile.

        Args:
            part: Which part.
            restore: Whether to ask for the restore of what is archived.

        Raises:
            ArchivedError: Objects of that part are archived; none is left out in silence.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            changes = self._update(part, restore)
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield changes

    def _update(self, part: Part, restore: bool) -> Changes:
        listed = dict(self._listed(part))
        there = {path for table in TABLES for path in (self._folder / table).glob(part.files)}
        wanted = {self._path(key, etag): key for key, etag in listed.items()}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            missing = [key for path, key in wanted.items() if path not in there]
            fetched = dict(zip(missing, pool.map(self._fetch, missing), strict=True))
        archived = [key for key, path in fetched.items() if path is None]
        if archived:
            raise ArchivedError(
                archive.restore(self._store, self._bucket, archived) if restore else _told(archived)
            )
        kept = (there & wanted.keys()) | {path for path in fetched.values() if path is not None}
        for path in there - kept:
            path.unlink()
        return Changes(current=len(kept), fetched=len(fetched), removed=len(there - kept))

    def _listed(self, part: Part) -> Iterator[tuple[str, str]]:
        for table in TABLES:
            pages = self._store.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=part.prefix(table)
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    if fnmatchcase(entry["Key"], f"data/{table}/{part.files}"):
                        yield entry["Key"], entry["ETag"]

    def _path(self, key: str, etag: str) -> Path:
        stem, version = key.removeprefix("data/").removesuffix(".parquet"), etag.strip('"')
        return self._folder / f"{stem}.{version}.parquet"

    def _fetch(self, key: str) -> Path | None:
        """Fetch what is there now; None where it is archived."""
        try:
            answer = self._store.get_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if is_archived(error):
                return None
            raise
        path = self._path(key, answer["ETag"])
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        with part.open("wb") as target:
            for piece in answer["Body"].iter_chunks(1 << 20):
                target.write(piece)
        return part.rename(path)


def _told(archived: list[str]) -> str:
    named = "\n".join(f"  {key}" for key in sorted(archived)[:_NAMED])
    rest = f"\n  and {len(archived) - _NAMED} more" if len(archived) > _NAMED else ""
    return (
        f"{len(archived)} objects are older than 90 days and archived in Glacier; without them the "
        f"answer would be wrong:\n{named}{rest}\n"
        "Ask for less with --date or --feed, or say --restore to have them restored."
    )
