"""What the partners send in a storm: sample trades, with every turn that a feed's rules allow."""

import gzip
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path

from pipeline import sample
from pipeline.names import Feed

DAY = date(2026, 1, 5)
ROWS_PER_FILE = 40


@dataclass(frozen=True, kw_only=True)
class File:
    """An object of a feed and what is uploaded under its key, one version after the other.

    Attributes:
        name: The key behind the feed, sequence included.
        versions: The contents; the last is the one that counts.
    """

    name: str
    versions: tuple[bytes, ...]


@dataclass(frozen=True, kw_only=True)
class Series:
    """A feed and its files; a sequenced one's are in the order of their numbers."""

    feed: Feed
    sequenced: bool
    files: tuple[File, ...]


def series(folder: Path, *, feeds: int, files: int, seed: int) -> list[Series]:
    """So many feeds of so many files, the same ones for the same seed.

    A sequenced feed has a file that is corrected and one that is valid at the second try only; a
    feed numbered by arrival has one content under two names.
    """
    chance = random.Random(seed)  # noqa: S311
    return list(islice(_all(folder, files, seed, chance), feeds))


def _all(folder: Path, files: int, seed: int, chance: random.Random) -> Iterator[Series]:
    turn = 0
    while True:
        written = sample.write(
            folder / str(turn), day=DAY, files=files, rows=files * ROWS_PER_FILE, seed=seed + turn
        )
        for market in sample.MARKETS:
            of_market = [file for file in written if file.feed == market.feed]
            yield Series(
                feed=Feed(partner=market.partner, name=f"{market.feed}-{turn}"),
                sequenced=market.sequenced,
                files=_sequenced(of_market, chance)
                if market.sequenced
                else _by_arrival(of_market, chance),
            )
        turn += 1


def _sequenced(written: list[sample.SampleFile], chance: random.Random) -> tuple[File, ...]:
    corrected, mended = chance.sample(range(len(written)), 2)
    return tuple(
        File(
            name=f"{file.sequence}/{file.path.name}",
            versions=(
                *([_without_last_row(content)] if n == corrected else []),
                *([_with_a_fault(content)] if n == mended else []),
                content,
            ),
        )
        for n, file in enumerate(written)
        for content in [file.path.read_bytes()]
    )


def _by_arrival(written: list[sample.SampleFile], chance: random.Random) -> tuple[File, ...]:
    once = [File(name=file.path.name, versions=(file.path.read_bytes(),)) for file in written]
    twice = chance.choice(once)
    return (*once, File(name=f"again-{twice.name}", versions=twice.versions))


def _without_last_row(content: bytes) -> bytes:
    return _edited(content, lambda rows: rows[:-1])


def _with_a_fault(content: bytes) -> bytes:
    return _edited(content, lambda rows: [*rows, b"2026-01-05T23:59:59Z,SYNX,none,1,Q,@\n"])


def _edited(content: bytes, edit: Callable[[list[bytes]], list[bytes]]) -> bytes:
    zipped = content.startswith(b"\x1f\x8b")
    header, *rows = (gzip.decompress(content) if zipped else content).splitlines(keepends=True)
    edited = b"".join([header, *edit(rows)])
    return gzip.compress(edited, mtime=0) if zipped else edited
