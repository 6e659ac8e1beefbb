"""The sample is deterministic, says that it is synthetic, and keeps the file contract."""

import csv
import gzip
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import sample
from pipeline.sample import SampleFile

DAY = date(2026, 1, 5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[SampleFile]:
    folder = tmp_path_factory.mktemp("sample")
    return sample.write(folder, day=DAY, files=3, rows=3000, seed=1)


def rows(file: SampleFile) -> list[dict[str, str]]:
    data = file.path.read_bytes()
    text = (gzip.decompress(data) if file.path.suffix == ".gz" else data).decode()
    return list(csv.DictReader(text.splitlines()))


def test_the_same_seed_gives_the_same_bytes(made: list[SampleFile], tmp_path: Path) -> None:
    again = sample.write(tmp_path, day=DAY, files=3, rows=3000, seed=1)
    assert [f.path.read_bytes() for f in again] == [f.path.read_bytes() for f in made]
    other = sample.write(tmp_path, day=DAY, files=3, rows=3000, seed=2)
    assert [f.path.read_bytes() for f in other] != [f.path.read_bytes() for f in made]


def test_every_file_name_says_that_it_is_synthetic(made: list[SampleFile]) -> None:
    assert all("synthetic" in file.path.name for file in made)


def test_there_are_several_feeds_with_several_files_numbered_where_the_feed_is(
    made: list[SampleFile],
) -> None:
    numbers = {
        feed: [f.sequence for f in made if f.feed == feed] for feed in {f.feed for f in made}
    }
    assert len(numbers) >= 3
    assert [1, 2, 3] in numbers.values()
    assert [None, None, None] in numbers.values()


def test_times_never_go_back_and_stay_in_their_day(made: list[SampleFile]) -> None:
    for file in made:
        times = [datetime.fromisoformat(row["timestamp"]) for row in rows(file)]
        assert times == sorted(times)
        assert {time.astimezone(UTC).date() for time in times} == {DAY}


def test_prices_lie_on_their_ticks_and_sizes_are_positive(made: list[SampleFile]) -> None:
    ticks = {i.symbol: i.tick for market in sample.MARKETS for i in market.instruments}
    for file in made:
        for row in rows(file):
            assert Decimal(row["price"]) > 0
            assert Decimal(row["price"]) % ticks[row["symbol"]] == 0
            assert Decimal(row["size"]) > 0


def test_the_session_has_a_burst_at_the_open_and_odd_lots(made: list[SampleFile]) -> None:
    equities = [row for file in made if file.feed == "us-equities" for row in rows(file)]
    half_hours = Counter(row["timestamp"][11:15] for row in equities)
    assert half_hours["14:3"] > 3 * half_hours["17:3"]
    odd = sum(Decimal(row["size"]) % 100 != 0 for row in equities)
    assert 0.2 < odd / len(equities) < 0.6
    assert {row["symbol"] for row in equities} == {"SYNA", "SYNB", "SYNC.A", "SYND"}
