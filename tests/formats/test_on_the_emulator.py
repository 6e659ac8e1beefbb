"""Each sample is sent as it is to a feed that declares its format, and counts."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

import formats
from local import environment
from tests.engines import duckdb_rows
from tests.formats.trades import ALL, Sample
from tests.integration.cloud import Cloud, Partner
from tests.integration.project import Project

SHIPPED = tuple(sample for sample in ALL if sample.shipped)


def feed(sample: Sample) -> str:
    """A feed of its own for each sample, for files of one feed must have one format."""
    return f"form-{SHIPPED.index(sample)}"


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Partner]:
    project = Project.make(tmp_path_factory.mktemp("forms"))
    environment.prepare(project.folder)
    settings = project.folder / "Pulumi.local.yaml"
    document = yaml.safe_load(settings.read_text())
    document["config"]["market-data-pipeline:feeds"] = {
        f"acme/{feed(sample)}": {"format": sample.format, "order": "arrival"} for sample in SHIPPED
    }
    settings.write_text(yaml.safe_dump(document))
    try:
        project.pipeline("up")
        yield Cloud(project.outputs).partner("acme")
    finally:
        project.run("pipeline", "stop")


@pytest.fixture(scope="module")
def versions(partner: Partner) -> dict[Sample, str]:
    """All are under way at once."""
    return {
        sample: partner.put(feed(sample), sample.file, sample.path.read_bytes())
        for sample in SHIPPED
    }


def days(partner: Partner, sample: Sample, file: Path) -> dict[str, tuple[int, Decimal]]:
    """Trades and volume of each symbol, over all days that the pipeline made of a feed.

    Each object lies in `file` while it is read.
    """
    cloud = partner.cloud
    listed = cloud.client("s3").list_objects_v2(
        Bucket=cloud.outputs["bucketName"],
        Prefix=f"data/days/partner=acme/feed={feed(sample)}/",
    )
    found: dict[str, tuple[int, Decimal]] = {}
    for entry in listed.get("Contents", ()):
        file.write_bytes(cloud.read(entry["Key"]))
        rows = duckdb_rows(
            "select symbol, trades, volume from read_parquet($file)", {"file": str(file)}
        )
        for day in rows:
            trades, volume = found.get(day["symbol"], (0, Decimal(0)))
            found[day["symbol"]] = (trades + day["trades"], volume + day["volume"])
    return found


@pytest.mark.parametrize("sample", SHIPPED, ids=lambda sample: str(sample.file))
def test_a_file_that_is_sent_as_it_is_counts(
    partner: Partner, versions: dict[Sample, str], sample: Sample, tmp_path: Path
) -> None:
    answer = partner.settled(feed(sample), sample.file, versions[sample])
    assert answer["status"] == "AGGREGATED", answer
    assert answer["format"]["name"] == sample.format
    assert answer["format"]["hash"] == formats.find(sample.format).hash
    expected: dict[str, tuple[int, Decimal]] = {}
    for _, symbol, _, size in sample.trades:
        trades, volume = expected.get(symbol, (0, Decimal(0)))
        expected[symbol] = (trades + 1, volume + Decimal(size))
    assert days(partner, sample, tmp_path / "day.parquet") == expected
