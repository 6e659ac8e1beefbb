"""`pipeline query` answers from the bucket as it is now."""

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline import query
from pipeline.archive import ArchivedError
from pipeline.dataset import Part
from pipeline.deployment import Deployment
from pipeline.errors import CommandError
from pipeline.names import Feed
from tests.integration.cloud import Cloud, Partner, eventually, new_feed
from tests.integration.project import REPOSITORY, Project
from tests.integration.trades import csv
from tests.permissions.pipeline import Pipeline

Ask = Callable[[str, str], list[dict[str, Any]]]


@pytest.fixture
def deployment(cloud: Cloud) -> Deployment:
    return Deployment(outputs=cloud.outputs, session=cloud.session)


@pytest.fixture
def ask(deployment: Deployment, partner: Partner, tmp_path: Path) -> Ask:
    """Asks about a feed, over a copy that all questions of a test share."""

    def ask(feed: str, sql: str) -> list[dict[str, Any]]:
        part = Part(feed=Feed(partner=partner.name, name=feed))
        with query.opened(deployment, tmp_path / "copy", part) as connection:
            return query.run(connection, sql).documents()

    return ask


def test_the_views_merge_files_that_share_a_minute(partner: Partner, ask: Ask) -> None:
    feed = new_feed("views")
    partner.put(feed, "1/x.csv", csv("2026-01-05T14:30:10Z,SYNA,2,1,Q,@"))
    partner.put(
        feed,
        "2/x.csv",
        csv("2026-01-05T14:30:00Z,SYNA,1,3,Q,@", "2026-01-05T14:31:00Z,SYNA,9,1,Q,@"),
    )
    assert partner.settled(feed, "2/x.csv")["status"] == "AGGREGATED"
    first, second = ask(
        feed,
        "select minute, symbol, open, high, low, close, vwap, volume, notional, trades "
        "from minutes order by minute",
    )
    assert first == {
        **{"minute": "2026-01-05T14:30:00Z", "symbol": "SYNA", "open": "1", "high": "2"},
        **{"low": "1", "close": "2", "vwap": 1.25, "volume": "4", "notional": "5", "trades": 2},
    }
    assert (second["minute"], second["close"]) == ("2026-01-05T14:31:00Z", "9")
    (day,) = ask(
        feed, "select * exclude (notional_rest, uncounted) from (from daily) where trades > 0"
    )
    times = {name: day.pop(name) for name in list(day) if "_time" in name}
    assert times["open_time"] == "2026-01-05T14:30:00Z"
    assert times["close_time_ns"] % 10**11 == 60_000_000_000
    assert day == {
        **{"partner": partner.name, "feed": feed, "date": "2026-01-05", "symbol": "SYNA"},
        **{"open": "1", "high": "9", "low": "1", "close": "9", "vwap": 2.8, "volume": "5"},
        **{"notional": "14", "trades": 3},
    }
    assert ask(feed, "select count(*) as n from bars union all select count(*) from days") == [
        {"n": 3},
        {"n": 2},
    ]


def test_a_correction_replaces_what_the_copy_had(
    partner: Partner, ask: Ask, tmp_path: Path
) -> None:
    feed, sums = new_feed("again"), "select sum(volume) as volume from minutes"
    partner.put(feed, "1/x.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    assert partner.settled(feed, "1/x.csv")["status"] == "AGGREGATED"
    assert ask(feed, sums) == [{"volume": "1"}]
    version = partner.put(feed, "1/x.csv", csv("2026-01-05T14:30:00Z,SYNA,1,7,Q,@"))
    assert partner.settled(feed, "1/x.csv", version)["status"] == "AGGREGATED"
    assert ask(feed, sums) == [{"volume": "7"}]
    assert len(list(tmp_path.glob("copy/bars/**/*.parquet"))) == 1


def test_the_copy_fetches_what_is_new_alone_and_drops_what_is_gone(
    cloud: Cloud, partner: Partner, deployment: Deployment, ask: Ask, tmp_path: Path
) -> None:
    feed = new_feed("copy")
    for number in (1, 2):
        partner.put(feed, f"{number}/x.csv", csv(f"2026-01-05T14:3{number}:00Z,SYNA,1,1,Q,@"))
        assert partner.settled(feed, f"{number}/x.csv")["status"] == "AGGREGATED"
        ask(feed, "from bars")
        fetched = {
            path: path.stat().st_mtime_ns for path in tmp_path.glob("copy/bars/**/*.parquet")
        }
        assert len(fetched) == number
    ask(feed, "from bars")
    assert fetched == {path: path.stat().st_mtime_ns for path in fetched}
    # Nothing of the pipeline deletes; an operator who empties a feed does.
    for table in ("bars", "days"):
        folder = f"data/{table}/partner={partner.name}/feed={feed}/date=2026-01-05"
        cloud.client("s3").delete_object(
            Bucket=cloud.outputs["bucketName"], Key=f"{folder}/{1:018}.parquet"
        )
    assert ask(feed, "select number from bars") == [{"number": 2}]


def test_a_day_that_is_asked_for_leaves_the_rest_of_the_copy_alone(
    partner: Partner, deployment: Deployment, tmp_path: Path
) -> None:
    feed = new_feed("part")
    rows = [f"2026-01-0{day}T14:30:00Z,SYNA,1,1,Q,@" for day in (5, 6)]
    partner.put(feed, "1/x.csv", csv(*rows))
    assert partner.settled(feed, "1/x.csv")["status"] == "AGGREGATED"
    whole = Part(feed=Feed(partner=partner.name, name=feed))
    for part in (whole, Part(day=date(2026, 1, 6)), whole):
        with query.opened(deployment, tmp_path, part) as connection:
            found = query.run(connection, "select feed, date from bars").rows
        assert len([row for row in found if row[0] == feed]) == (1 if part.day else 2)


def test_archived_days_are_named_and_restored_where_that_is_asked_for(
    cloud: Cloud, partner: Partner, deployment: Deployment, tmp_path: Path
) -> None:
    if cloud.endpoint is None:
        pytest.skip("a restore takes hours on AWS")
    feed, pipeline = new_feed("old"), Pipeline(cloud, partner)
    partner.put(feed, "1/x.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    answer = partner.settled(feed, "1/x.csv")
    (key,) = answer["results"]["bars"]
    pipeline.archive(key)
    part = Part(feed=Feed(partner=partner.name, name=feed))
    with (
        pytest.raises(ArchivedError, match=rf"archived in Glacier(?s:.*){key}(?s:.*)--restore"),
        query.opened(deployment, tmp_path, part),
    ):
        pass
    with (
        pytest.raises(ArchivedError, match="restore has been asked for"),
        query.opened(deployment, tmp_path, part, restore=True),
    ):
        pass
    assert pipeline.is_being_restored(key)

    def answered() -> int:
        try:
            with query.opened(deployment, tmp_path, part) as connection:
                return len(query.run(connection, "from bars").rows)
        except ArchivedError:
            return 0

    assert eventually(answered, bool) == 1


def test_a_data_set_without_files_says_so(deployment: Deployment, tmp_path: Path) -> None:
    part = Part(feed=Feed(partner="acme", name="nothing"))
    with (
        pytest.raises(CommandError, match="nothing there yet"),
        query.opened(deployment, tmp_path, part),
    ):
        pass


def test_the_commands_of_the_documentation_lead_to_a_query(tmp_path: Path) -> None:
    """From `make demo` on; what it sets up, the project of these tests has."""
    text = (REPOSITORY / "docs" / "query.md").read_text(encoding="utf-8")
    commands = text.partition("```sh\n")[2].partition("```")[0].splitlines()
    assert len(commands) == 3
    project = Project.make(tmp_path)
    path = f"{REPOSITORY / '.venv' / 'bin'}:{os.environ['PATH']}"
    try:
        for command in commands:
            finished = project.run("bash", "-c", command, env={"PATH": path})
            assert finished.returncode == 0, finished.stderr
        assert "SYNA" in finished.stdout
        answer = project.pipeline("query", "select sum(trades) as trades from minutes", "--json")
        assert json.loads(answer) == [{"trades": 36000}]
    finally:
        project.run("pipeline", "stop")
