"""What others read from the emulator's own bucket is what an independent calculation gives.

A feed has files that share minutes, a correction, and the same number twice. Polars,
pandas and DuckDB read the bucket with their own clients of S3; Spark and fastparquet have none in
their packages, and read objects downloaded from it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from pipeline import dataset, query
from pipeline.dataset import Part
from pipeline.deployment import Deployment
from pipeline.mirror import Mirror
from pipeline.names import Feed
from tests.chaos import reference
from tests.integration.cloud import Cloud, Partner, new_feed
from tests.integration.trades import csv
from tests.readers import readers

COLUMNS = ["minute", "symbol", "open", "high", "low", "close", "volume", "notional", "trades"]


@dataclass(frozen=True, kw_only=True)
class Held:
    """A feed at rest.

    Attributes:
        table: The key of its folder of bars.
        keys: Its objects of bars.
        folder: The same as a data set on disk.
        expected: A row of COLUMNS per file, minute and symbol, in order.
    """

    cloud: Cloud
    feed: Feed
    keys: list[str]
    folder: Path
    expected: list[list[Any]]

    @property
    def table(self) -> str:
        return f"data/bars/partner={self.feed.partner}/feed={self.feed.name}"


@pytest.fixture(scope="module")
def held(
    cloud: Cloud, partner: Partner, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Held]:
    feed = Feed(partner=partner.name, name=new_feed("readers"))
    folder = tmp_path_factory.mktemp("readers")
    wrong = csv("2026-01-05T14:30:00Z,SYNA,9999,1,Q,@")
    counted = {
        "1/x.csv": csv(
            "2026-01-05T14:30:00.000000001Z,SYNA,182.123456789,0.1,Q,@",
            "2026-01-05T14:30:59.999999999Z,SYNB/C,0.000000001,0.000000001,Q,@",
            "2026-01-06T00:00:00Z,SYNA,5,3,Q,@",
        ),
        "2/y.csv": csv(
            "2026-01-05T14:30:30Z,SYNA,181,100000,Q,@", "2026-01-05T14:31:00Z,SYNA,1,1,Q,@"
        ),
    }
    partner.put(feed.name, "1/x.csv", wrong)
    assert partner.settled(feed.name, "1/x.csv")["status"] == "AGGREGATED"
    for file, content in counted.items():
        for _ in "twice":
            version = partner.put(feed.name, file, content)
        assert partner.settled(feed.name, file, version)["status"] == "AGGREGATED"
    deployment = Deployment(outputs=cloud.outputs, session=cloud.session)
    rows = []
    for number, content in enumerate(counted.values(), 1):
        path = folder / f"{number}.csv"
        path.write_bytes(content)
        rows += [
            [bar["minute"] // 1000, *(bar[name] for name in COLUMNS[1:])]
            for bar in reference.bars(path)
        ]
    listed = cloud.client("s3").list_objects_v2(
        Bucket=cloud.outputs["bucketName"],
        Prefix=f"data/bars/partner={feed.partner}/feed={feed.name}/",
    )
    with Mirror(deployment, folder / "data").current(Part(feed=feed)):
        yield Held(
            cloud=cloud,
            feed=feed,
            keys=[entry["Key"] for entry in listed["Contents"]],
            folder=folder / "data",
            expected=sorted(rows),
        )


def exact(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows as a reader answered them, in order, with their decimals exact."""
    return sorted(
        [minute, symbol, *(Decimal(str(value)) for value in figures), int(trades)]
        for minute, symbol, *figures, trades in rows
    )


def rounded(rows: list[list[Any]]) -> list[list[Any]]:
    """The expected rows with a notional of 18 digits, as one column holds it."""
    at = COLUMNS.index("notional")
    return [[*row[:at], row[at].quantize(Decimal("1e-18")), *row[at + 1 :]] for row in rows]


def s3(held: Held) -> dict[str, str]:
    """The keys that the tests' own client has."""
    own = held.cloud.session.get_credentials().get_frozen_credentials()
    return {"key": own.access_key, "secret": own.secret_key}


def test_pandas(held: Held) -> None:
    endpoint = urlsplit(str(held.cloud.endpoint))
    store = {
        **{"access_key": s3(held)["key"], "secret_key": s3(held)["secret"]},
        **{"endpoint_override": endpoint.netloc, "scheme": endpoint.scheme, "region": "us-east-1"},
    }
    asked = {
        **{"pyarrow": store, "bucket": held.cloud.outputs["bucketName"]},
        **{"keys": held.keys, "columns": COLUMNS},
    }
    assert exact(readers.answer("pandas_reader", asked)) == rounded(held.expected)


def test_polars(held: Held) -> None:
    options = {
        **{"aws_access_key_id": s3(held)["key"], "aws_secret_access_key": s3(held)["secret"]},
        **{"aws_endpoint_url": held.cloud.endpoint, "aws_region": "us-east-1"},
        "aws_allow_http": "true",
    }
    asked = {
        **{"polars": options, "bucket": held.cloud.outputs["bucketName"]},
        **{"table": held.table, "columns": COLUMNS},
    }
    assert exact(readers.answer("polars_reader", asked)) == rounded(held.expected)


def test_fastparquet_which_has_decimals_as_floats(held: Held) -> None:
    files = [str(path) for path in held.folder.glob("bars/**/*.parquet")]
    found = sorted(readers.answer("fastparquet_reader", {"files": files, "columns": COLUMNS}))
    assert len(found) == len(held.expected)
    for row, expected in zip(found, held.expected, strict=True):
        assert row[:2] == expected[:2]
        assert row[2:] == pytest.approx([float(value) for value in expected[2:]], rel=1e-12)


def test_duckdb_on_the_bucket_itself(held: Held) -> None:
    deployment = Deployment(outputs=held.cloud.outputs, session=held.cloud.session)
    tables = dataset.tables(
        "duckdb",
        location=f"s3://{held.cloud.outputs['bucketName']}/data",
        files=Part(feed=held.feed).files,
    )
    columns = ", ".join(["epoch_us(minute)", *COLUMNS[1:]])
    asked = {
        "statements": [query.secret(deployment), tables, dataset.views("duckdb")],
        "queries": [f"select {columns} from bars", "select sum(notional) from minutes"],  # noqa: S608
    }
    rows, ((total,),) = readers.answer("duckdb_reader", asked)
    assert exact(rows) == rounded(held.expected)
    assert Decimal(total) == sum(row[-2] for row in rounded(held.expected))


def test_spark_by_default_and_in_its_own_products_of_decimals(held: Held) -> None:
    columns = ", ".join(["unix_micros(minute)", *COLUMNS[1:]])
    views = dataset.views("spark").split(";")[:2]
    tables = dataset.tables("spark", location=str(held.folder)).split(";")[:2]
    asked = {
        "statements": [*tables, *views],
        "queries": [
            f"select {columns} from bars",  # noqa: S608
            "select sum(notional), sum(vwap * volume), count(distinct date) from bars",
            "select sum(trades), count(*) from daily where date = date '2026-01-05'",
        ],
    }
    rows, ((total, product, days),), (day,) = readers.answer("spark", asked)
    assert exact(rows) == rounded(held.expected)
    notional = sum(row[-2] for row in rounded(held.expected))
    assert Decimal(total) == notional
    assert product is not None, "38 digits overflowed"
    assert abs(Decimal(product) - notional) < Decimal("1e-5")
    assert (days, day) == (2, [4, 2])
