"""SQL over the data set: what is answered is exact, and what is wrong is said."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import boto3
import duckdb
import pytest

from pipeline import dataset, query
from pipeline.dataset import Part
from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.names import Feed


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with dataset.connect() as connection:
        yield connection


def deployment(**more: str) -> Deployment:
    session = boto3.Session(
        aws_access_key_id="an'id", aws_secret_access_key="key", aws_session_token="token"
    )
    return Deployment(outputs={"region": "us-east-1", **more}, session=session)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("0.100000000000000001::decimal(38,18)", "0.100000000000000001"),
        ("20::decimal(38,18)", "20"),
        ("9007199254740993", 9007199254740993),
        ("timestamptz '2026-01-05 15:30:00.5+01:00'", "2026-01-05T14:30:00.500000Z"),
        ("date '2026-01-05'", "2026-01-05"),
        ("timestamp '2026-01-05 14:30:00'", "2026-01-05T14:30:00"),
        ("[1.5::decimal(3,1), null]", ["1.5", None]),
        ("{a: true}", {"a": True}),
        ("'nan'::double", None),
        ("interval 1 minute", "0:01:00"),
    ],
)
def test_json_loses_nothing(
    connection: duckdb.DuckDBPyConnection, value: str, plain: object
) -> None:
    (document,) = query.run(connection, f"select {value} as x").documents()
    assert json.loads(json.dumps(document)) == {"x": plain}


def test_a_table_shows_what_json_has_and_nothing_for_null(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    answer = query.run(connection, "select 1.50 as a, null as b, 'x' as c")
    assert (answer.columns, answer.table()) == (["a", "b", "c"], [["1.5", "", "x"]])


def test_no_statement_has_no_answer(connection: duckdb.DuckDBPyConnection) -> None:
    assert query.run(connection, "").rows == ()


def test_rows_are_written_as_parquet_and_counted(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    path = tmp_path / "it's.parquet"
    assert query.write(connection, "from range(3) t(n)", path) == 3
    assert connection.read_parquet(str(path)).fetchall() == [(0,), (1,), (2,)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("selec 1", "syntax error"),
        ("from nothing", "The data set has bars, days, minutes, daily"),
        ("select 'x'::int", "Could not convert"),
    ],
)
def test_what_duckdb_refuses_is_said_in_its_words(
    connection: duckdb.DuckDBPyConnection, sql: str, said: str
) -> None:
    with pytest.raises(CommandError, match=said):
        query.run(connection, sql)


def test_what_cannot_be_written_is_said(
    connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    with pytest.raises(CommandError, match="nowhere"):
        query.write(connection, "select 1", tmp_path / "nowhere" / "x.parquet")
    with pytest.raises(CommandError, match="give a query"):
        query.write(connection, "", tmp_path / "x.parquet")


def test_duckdb_acts_under_the_callers_rights_at_the_stacks_endpoint() -> None:
    assert query.secret(deployment()) == (
        "create secret (type s3, key_id 'an''id', secret 'key', session_token 'token', "
        "region 'us-east-1')"
    )
    local = query.secret(deployment(endpointUrl="http://127.0.0.1:4566"))
    assert "endpoint '127.0.0.1:4566', url_style 'path', use_ssl 'false'" in local


def test_a_part_is_a_feed_a_day_or_both() -> None:
    feed = Part(feed=Feed(partner="acme", name="x"))
    assert feed.files == "partner=acme/feed=x/date=*/*.parquet"
    assert feed.prefix("bars") == "data/bars/partner=acme/feed=x/date="
    day = Part(day=date(2026, 1, 5))
    assert day.files == "partner=*/feed=*/date=2026-01-05/*.parquet"
    assert day.prefix("days") == "data/days/partner="
    assert replace(feed, day=date(2026, 1, 5)).prefix("days").endswith("/feed=x/date=2026-01-05/")
