"""Sending a partner's files: names checked first, then one put per file, multipart when large."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.console import step
from pipeline.deployment import Deployment, client
from pipeline.errors import CommandError, UsageError
from pipeline.names import ENDINGS, Feed, file_within_feed

PART_SIZE = 16 * 1024 * 1024  # bytes; 10,000 parts of it hold 156 GiB
_PARTS_AT_ONCE = 4


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A local file and its place in a feed.

    Attributes:
        path: The file on this machine.
        feed: The feed it belongs to.
        file: Its path behind the feed, sequence included.
    """

    path: Path
    feed: Feed
    file: str

    @property
    def key(self) -> str:
        """The object's key."""
        return f"uploads/{self.feed}/{self.file}"

    @property
    def status(self) -> str:
        """What to ask the status of."""
        return f"{self.feed}/{self.file}"


@dataclass(frozen=True, kw_only=True)
class Sent:
    """An upload that arrived, with the version it became."""

    upload: Upload
    version_id: str

    def document(self) -> dict[str, str]:
        """The answer of `pipeline send --json` for this file."""
        return {
            "file": str(self.upload.path),
            "key": self.upload.key,
            "versionId": self.version_id,
            "status": self.upload.status,
        }


def find(arguments: Iterable[Path]) -> list[Path]:
    """The files that paths, folders and patterns on the command line name.

    A folder means the data files right inside it by their endings, in the order of their names; a
    pattern that the shell left alone means what it matches.

    Raises:
        UsageError: A path does not exist, or a folder or pattern holds no such file.
    """
    found: list[Path] = []
    for argument in arguments:
        if argument.is_file():
            found.append(argument)
            continue
        if argument.is_dir():
            inside = sorted(p for p in argument.iterdir() if p.name.endswith(ENDINGS))
        else:
            inside = sorted(argument.parent.glob(argument.name)) if argument.name else []
        files = [path for path in inside if path.is_file()]
        if not files:
            what = (
                f"holds no data file ({', '.join(ENDINGS)})"
                if argument.is_dir()
                else "does not exist"
            )
            raise UsageError(f"{argument} {what}: name a file of trades, or a folder with some.")
        found.extend(files)
    return found


def plan(paths: Sequence[Path], feed: Feed, sequence: int | None) -> list[Upload]:
    """Where each file goes; numbers count on from the first.

    Raises:
        UsageError: A name is invalid, or two files would become the same object.
    """
    uploads: dict[str, Upload] = {}
    for index, path in enumerate(paths):
        number = None if sequence is None else sequence + index
        upload = Upload(path=path, feed=feed, file=file_within_feed(path.name, number))
        if upload.key in uploads:
            raise UsageError(
                f"{uploads[upload.key].path} and {path} would both become {upload.key}. "
                "Rename one, or number them with --sequence."
            )
        uploads[upload.key] = upload
    return list(uploads.values())


def send(deployment: Deployment, uploads: Sequence[Upload]) -> list[Sent]:
    """Upload files in the order given, each under its partner's rights.

    Raises:
        CommandError: The bucket refused a file or cannot be reached; those before it are there.
    """
    bucket = deployment.output("bucketName")
    stores: dict[str, Any] = {}
    sent: list[Sent] = []
    with step(f"Sending {len(uploads)} file{'s' if len(uploads) != 1 else ''}") as current:
        for upload in uploads:
            partner = upload.feed.partner
            if partner not in stores:
                session = deployment.partner_session(partner, "send")
                stores[partner] = client(session, "s3", deployment.outputs)
            current.note(upload.key)
            try:
                version = _put(stores[partner], bucket, upload)
            except OSError as error:
                raise CommandError(f"{upload.path} cannot be read: {error.strerror}.") from error
            except (BotoCoreError, ClientError) as error:
                raise CommandError(
                    f"{upload.path} could not be sent to {bucket}/{upload.key}: {error} "
                    f"({len(sent)} of {len(uploads)} files were sent before it.)"
                ) from error
            sent.append(Sent(upload=upload, version_id=version))
    return sent


def _put(store: Any, bucket: str, upload: Upload) -> str:
    """Store one file and return its version id."""
    if upload.path.stat().st_size <= PART_SIZE:
        answer = store.put_object(Bucket=bucket, Key=upload.key, Body=upload.path.read_bytes())
        return str(answer["VersionId"])
    where = {"Bucket": bucket, "Key": upload.key}
    where["UploadId"] = store.create_multipart_upload(**where)["UploadId"]

    def put_part(number: int) -> dict[str, object]:
        with upload.path.open("rb") as source:
            source.seek((number - 1) * PART_SIZE)
            body = source.read(PART_SIZE)
        etag = store.upload_part(**where, PartNumber=number, Body=body)["ETag"]
        return {"PartNumber": number, "ETag": etag}

    parts = -(-upload.path.stat().st_size // PART_SIZE)
    with ThreadPoolExecutor(_PARTS_AT_ONCE) as pool:
        stored = list(pool.map(put_part, range(1, parts + 1)))
    # An upload that fails before this line leaves parts behind; the bucket's lifecycle ends them,
    # since a partner may put objects and nothing else.
    answer = store.complete_multipart_upload(**where, MultipartUpload={"Parts": stored})
    return str(answer["VersionId"])
