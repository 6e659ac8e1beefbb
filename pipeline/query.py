"""SQL over the data set of a stack: DuckDB on the bucket itself, or on a copy of it."""

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb

from pipeline import dataset
from pipeline.console import step
from pipeline.dataset import Part
from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.mirror import Mirror


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a query answers: its columns, and its rows as Python has them."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def documents(self) -> list[dict[str, Any]]:
        """The rows as JSON has them: decimals as text, exact; times as RFC 3339 in UTC."""
        return [dict(zip(self.columns, map(_plain, row), strict=True)) for row in self.rows]

    def table(self) -> list[list[str]]:
        """The rows as text."""
        return [["" if value is None else str(_plain(value)) for value in row] for row in self.rows]


@contextmanager
def opened(
    deployment: Deployment, folder: Path, part: Part, *, restore: bool = False
) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with the tables and views of a deployment's data set.

    Args:
        deployment: Whose data set.
        folder: Where its copy is kept, if DuckDB cannot read the bucket by itself.
        part: What of it the tables hold.
        restore: Whether to ask for the restore of what is archived.

    Raises:
        CommandError: The part is empty, or some of it is archived.
    """
    with dataset.connect() as connection:
        if _reads_s3(connection):
            connection.execute(secret(deployment))
            _create(connection, f"s3://{deployment.output('bucketName')}/data", part)
            yield connection
            return
        mirror = Mirror(deployment, folder)
        with ExitStack() as held:
            with step("Fetching what is new of the data set") as current:
                now = held.enter_context(mirror.current(part, restore=restore))
                current.result(f"{now.current} objects, {now.fetched} new, {now.removed} gone")
            _create(connection, str(folder), part)
            yield connection


def run(connection: duckdb.DuckDBPyConnection, sql: str) -> Answer:
    """What a query answers.

    Raises:
        CommandError: DuckDB refuses it.
    """
    relation = _asked(connection, sql)
    if relation is None:
        return Answer(columns=(), rows=())
    with _errors():
        return Answer(columns=relation.columns, rows=relation.fetchall())


def write(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write a query's answer as Parquet; how many rows it has.

    Raises:
        CommandError: DuckDB refuses it, or the file cannot be written.
    """
    relation = _asked(connection, sql)
    if relation is None:
        raise CommandError("There is nothing to write: give a query.")
    with _errors():
        relation.write_parquet(str(path))
        ((rows,),) = connection.execute(
            "select count(*) from read_parquet($path)", {"path": str(path)}
        ).fetchall()
    return int(rows)


def secret(deployment: Deployment) -> str:
    """The statement that gives DuckDB's S3 client the caller's rights, in this process alone."""
    own = deployment.environment()
    options = {
        "key_id": own["AWS_ACCESS_KEY_ID"],
        "secret": own["AWS_SECRET_ACCESS_KEY"],
        "session_token": own["AWS_SESSION_TOKEN"],
        "region": own["AWS_REGION"],
    }
    if own["AWS_ENDPOINT_URL"]:
        endpoint = urlsplit(own["AWS_ENDPOINT_URL"])
        ssl = str(endpoint.scheme == "https").lower()
        options |= {"endpoint": endpoint.netloc, "url_style": "path", "use_ssl": ssl}
    written = ", ".join(f"{name} {_quoted(value)}" for name, value in options.items() if value)
    return f"create secret (type s3, {written})"


def _reads_s3(connection: duckdb.DuckDBPyConnection) -> bool:
    try:
        connection.execute("load httpfs")
    except duckdb.Error:
        return False
    return True


def _create(connection: duckdb.DuckDBPyConnection, location: str, part: Part) -> None:
    try:
        connection.execute(
            dataset.tables("duckdb", location=location.replace("'", "''"), files=part.files)
        )
    except duckdb.IOException as error:
        if "No files found" not in str(error):
            raise CommandError(str(error)) from error
        raise CommandError(
            "The data set has nothing there yet: send files, and wait until they are aggregated."
        ) from error
    connection.execute(dataset.views("duckdb"))


def _asked(connection: duckdb.DuckDBPyConnection, sql: str) -> duckdb.DuckDBPyRelation | None:
    try:
        return connection.sql(sql)
    except duckdb.CatalogException as error:
        there = ", ".join(dataset.VIEWS)
        raise CommandError(f"{error}\nThe data set has {there} (docs/query.md).") from error
    except duckdb.Error as error:
        raise CommandError(str(error)) from error


@contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise CommandError(str(error)) from error


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _plain(value: Any) -> Any:
    """A value as JSON has it, exact."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            plain = f"{value:f}"
            return plain.rstrip("0").rstrip(".") if "." in plain else plain
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            moment = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return moment.isoformat() + ("Z" if value.tzinfo else "")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case dict():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
    return str(value)
