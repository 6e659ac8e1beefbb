"""What the configuration declares of feeds, and the archive that carries it to the validator."""

import hashlib
import json
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from formats import Format

FILE: Final = "feeds.json"
CANONICAL: Final = "canonical"  # the format that the functions have in themselves
PROGRAM: Final = Path(__file__).resolve().parents[1] / "build" / "host" / "inspect"
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # of the entry: the same content gives the same bytes


@dataclass(frozen=True, kw_only=True)
class FeedSettings:
    """What is declared of a feed, or of all feeds of a partner.

    Attributes:
        name: `partner/feed`, or `partner/*`.
        format: how its files are read.
        order: `sequence` or `arrival`; None leaves it to the feed's first file.
        day: the IANA `zone` of its trading day and the time of day at which it `begins`.
        non_positive_prices: whether prices may be zero and negative.
    """

    name: str
    format: Format
    order: str | None = None
    day: Mapping[str, str] | None = None
    non_positive_prices: bool = False


def document(feeds: tuple[FeedSettings, ...]) -> str:
    """The declarations as the functions read them; docs/architecture.md fixes the form.

    Args:
        feeds: the feeds that are declared.
    """
    used = {feed.format.name: feed.format.body for feed in feeds if feed.format.name != CANONICAL}
    declared = {
        feed.name: {
            name: value
            for name, value in (
                ("format", feed.format.name),
                ("order", feed.order),
                ("day", feed.day),
                ("nonPositivePrices", feed.non_positive_prices),
            )
            if value
        }
        for feed in feeds
    }
    return json.dumps({"formats": used, "feeds": declared}, sort_keys=True, ensure_ascii=False)


def fault(declarations: str) -> str | None:
    """What the functions' own code finds wrong with declarations, if anything.

    Args:
        declarations: the document.

    Raises:
        FileNotFoundError: the program that holds that code has not been built.
    """
    request = {"files": [], "declarations": json.loads(declarations)}
    ended = subprocess.run(
        [PROGRAM], input=json.dumps(request), capture_output=True, text=True, check=True
    )
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer.get("error")


def with_file(archive: Path, text: str) -> Path:
    """A copy of a function's archive that holds the declarations beside the executable.

    It lies below the archive's folder, under a name that its content determines, and is whole
    whenever it is there.

    Args:
        archive: the archive as it was built.
        text: the document.
    """
    content = hashlib.sha256(archive.read_bytes() + text.encode()).hexdigest()[:16]
    made = archive.parent / "declared" / content / archive.name
    if made.exists():
        return made
    made.parent.mkdir(parents=True, exist_ok=True)
    half = made.with_name(f"{uuid4().hex}.part")
    shutil.copyfile(archive, half)
    entry = zipfile.ZipInfo(FILE, _DATE)
    entry.external_attr = 0o644 << 16
    with zipfile.ZipFile(half, "a", zipfile.ZIP_DEFLATED) as written:
        written.writestr(entry, text)
    half.replace(made)
    return made
