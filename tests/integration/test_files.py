"""A partner's file goes through every stage, in order, and the day adds up to the last digit."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import logs, sample
from pipeline.archive import ArchivedError
from pipeline.deployment import Deployment
from pipeline.names import Feed
from pipeline.results import Results
from tests.engines import duckdb_rows
from tests.integration.cloud import Cloud, Partner, eventually, new_feed
from tests.integration.trades import Day, csv, days
from tests.permissions.pipeline import Pipeline

VALUES = ("open", "high", "low", "close", "volume", "vwap")


def results_of(cloud: Cloud, partner: Partner, feed: str) -> Results:
    """What the pipeline made of a feed."""
    deployment = Deployment(outputs=cloud.outputs, session=cloud.session)
    return Results(deployment, Feed(partner=partner.name, name=feed))


def aggregated(cloud: Cloud, partner: Partner, feed: str) -> dict[tuple[str, str], Day]:
    """Every day of a feed as the pipeline wrote it."""
    results = results_of(cloud, partner, feed)
    return {
        (day, symbol): Day(
            trades=values["trades"], **{name: Decimal(values[name]) for name in VALUES}
        )
        for day in results.days()
        for symbol, values in results.day(date.fromisoformat(day))["symbols"].items()
    }


def data_of(partner: Partner, feed: str, table: str, number: int) -> str:
    """The key of a number's object in a table of the data set."""
    folder = f"data/{table}/partner={partner.name}/feed={feed}/date=2026-01-05"
    return f"{folder}/{number:018}.parquet"


def test_a_file_is_aggregated_and_its_status_tells_the_whole_way(partner: Partner) -> None:
    feed = new_feed("way")
    version = partner.put(feed, "a.csv", csv("2026-01-05T14:30:00Z,SYNA,182.4,100,Q,@"))
    answer = partner.settled(feed, "a.csv", version)
    assert answer["status"] == "AGGREGATED"
    assert (answer["rows"], answer["symbols"], answer["rejects"]) == (1, 1, None)
    way = [entry["status"] for entry in answer["history"]]
    assert way == ["RECEIVED", "VALIDATED", "PROCESSED", "AGGREGATED"]
    assert answer["results"] == {
        table: [data_of(partner, feed, table, 1)] for table in ("bars", "days")
    }


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> list[sample.SampleFile]:
    folder = tmp_path_factory.mktemp("trades")
    return sample.write(folder, day=date(2026, 1, 5), files=3, rows=3000, seed=7)


@pytest.mark.parametrize("market", [market.feed for market in sample.MARKETS])
def test_the_days_of_many_files_equal_an_independent_calculation(
    cloud: Cloud, partner: Partner, session: list[sample.SampleFile], market: str
) -> None:
    feed = new_feed(market)
    files = [file.path for file in session if file.feed == market]
    for number, path in enumerate(files, 1):
        partner.put(feed, f"{number}/{path.name}", path.read_bytes())
    for number, path in enumerate(files, 1):
        assert partner.settled(feed, f"{number}/{path.name}")["status"] == "AGGREGATED"
    assert aggregated(cloud, partner, feed) == days(files)


def test_files_that_share_minutes_and_span_midnight_add_up(
    cloud: Cloud, partner: Partner, tmp_path: Path
) -> None:
    feed = new_feed("shared")
    contents = {
        "first.csv": csv(
            "2026-01-05T23:59:58.000000001Z,SYNA,1.000000001,0.000000001,,",
            "2026-01-05T23:59:59.999999999Z,SYNA,123456789.123456789,7,Q,@",
            "2026-01-06T00:00:00Z,SYNA,5,3,Q,@",
        ),
        "second.csv": csv(
            "2026-01-05T23:59:58Z,SYNA,2.5,0.333333333,,",
            '2026-01-06T00:00:00Z,SYNA,7,1,Q,"@,I"',
        ),
    }
    for number, (name, content) in enumerate(contents.items(), 1):
        (tmp_path / name).write_bytes(content)
        partner.put(feed, f"{number}/{name}", content)
    assert partner.settled(feed, "2/second.csv")["status"] == "AGGREGATED"
    expected = days([tmp_path / name for name in contents])
    assert aggregated(cloud, partner, feed) == expected
    assert expected["2026-01-06", "SYNA"].close == 7, "the later file's trade of that instant"


def test_bars_carry_exact_decimals(cloud: Cloud, partner: Partner, tmp_path: Path) -> None:
    feed = new_feed("bars")
    partner.put(
        feed,
        "a.csv",
        csv(
            "2026-01-05T14:30:00Z,SYNA,0.000000001,0.000000001,Q,@",
            "2026-01-05T14:30:59.999999999Z,SYNA,3,2,Q,@",
        ),
    )
    answer = partner.settled(feed, "a.csv")
    (tmp_path / "bars.parquet").write_bytes(cloud.read(*answer["results"]["bars"]))
    file = {"file": str(tmp_path / "bars.parquet")}
    (bar,) = duckdb_rows("from read_parquet($file)", file)
    assert bar["close_time_ns"] % 1_000_000_000 == 999_999_999
    assert bar["close_time"].microsecond == 999_999
    assert bar["notional"] == Decimal("6.000000000000000001")
    assert bar["volume"] == Decimal("2.000000001")
    assert (bar["open"], bar["close"], bar["trades"]) == (Decimal("1e-9"), 3, 2)


def test_bars_of_files_that_interleave_equal_those_of_one_file(
    cloud: Cloud, partner: Partner
) -> None:
    rows = [
        f"2026-01-05T14:{30 + n // 20}:{n % 20 * 3:02}Z,SYN{'AB'[n % 2]},182.{n},{n + 1},Q,@"
        for n in range(60)
    ]
    parts = {"whole": [rows], "parts": [rows[::3], rows[1::3], rows[2::3]]}
    found = {}
    for name, contents in parts.items():
        feed = new_feed(name)
        for number, part in enumerate(contents, 1):
            partner.put(feed, f"{number}/x.csv", csv(*part))
        assert partner.settled(feed, f"{len(contents)}/x.csv")["status"] == "AGGREGATED"
        found[name] = results_of(cloud, partner, feed).bars(date(2026, 1, 5))
    assert len(found["whole"]) == 6
    assert found["parts"] == found["whole"]


def test_a_functions_log_tells_of_the_file(cloud: Cloud, partner: Partner) -> None:
    feed = new_feed("log")
    partner.put(feed, "a.csv", csv())
    partner.settled(feed, "a.csv")
    deployment = Deployment(outputs=cloud.outputs, session=cloud.session)

    def told() -> list[str]:
        lines = logs.lines(deployment, "aggregator", since=600, follow=False)
        return [line for line in lines if feed in line]

    assert eventually(told, bool)


def test_a_file_waits_for_the_one_before_it(partner: Partner) -> None:
    feed = new_feed("order")
    partner.put(feed, "2/b.csv", csv("2026-01-05T14:31:00Z,SYNA,2,1,Q,@"))
    partner.put(feed, "3/c.csv", csv("2026-01-05T14:32:00Z,SYNA,3,1,Q,@"))
    waiting = eventually(
        lambda: partner.status(feed, "3/c.csv"), lambda a: a["status"] == "WAITING"
    )
    assert waiting["waitingFor"] == {"sequence": 1, "file": None, "status": "MISSING"}
    partner.put(feed, "1/a.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    answers = [partner.settled(feed, file) for file in ("1/a.csv", "2/b.csv", "3/c.csv")]
    finished = [answer["history"][-1]["at"] for answer in answers]
    assert finished == sorted(finished)
    assert all("WAITING" in [e["status"] for e in a["history"]] for a in answers[1:])


def test_an_invalid_row_rejects_the_file_and_the_report_names_line_and_value(
    cloud: Cloud, partner: Partner
) -> None:
    feed = new_feed("reject")
    version = partner.put(
        feed,
        "bad.csv",
        csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@", "2026-01-05T14:30:01Z,SYNA,-4,1,Q,@"),
    )
    answer = partner.settled(feed, "bad.csv", version)
    assert answer["status"] == "REJECTED"
    assert answer["rejects"]["count"] == 1
    report = cloud.read(answer["rejects"]["location"]).decode()
    (line,) = [entry for entry in map(json.loads, report.splitlines()) if entry.get("line")]
    assert (line["line"], line["column"], line["value"]) == (3, "price", "-4")
    assert answer["rejects"]["first"] == [line]
    assert line["remedy"]
    assert answer["rejects"]["byReason"] == {line["reason"]: 1}


def test_a_valid_version_of_a_rejected_number_lets_the_feed_go_on(partner: Partner) -> None:
    feed = new_feed("mend")
    partner.put(feed, "1/a.csv", csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@"))
    assert partner.settled(feed, "1/a.csv")["status"] == "REJECTED"
    partner.put(feed, "2/b.csv", csv("2026-01-05T14:31:00Z,SYNA,2,1,Q,@"))
    waiting = eventually(
        lambda: partner.status(feed, "2/b.csv"), lambda a: a["status"] == "WAITING"
    )
    assert waiting["waitingFor"] == {"sequence": 1, "file": "1/a.csv", "status": "REJECTED"}
    version = partner.put(feed, "1/a.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    assert partner.settled(feed, "1/a.csv", version)["status"] == "AGGREGATED"
    assert partner.settled(feed, "2/b.csv")["status"] == "AGGREGATED"


def test_a_file_that_another_of_its_number_replaced_does_not_claim_to_count(
    cloud: Cloud, partner: Partner
) -> None:
    feed = new_feed("replaced")
    partner.put(feed, "1/x.csv", csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@"))
    assert partner.settled(feed, "1/x.csv")["status"] == "REJECTED"
    partner.put(feed, "01/fixed.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    assert partner.settled(feed, "01/fixed.csv")["status"] == "AGGREGATED"
    version = partner.put(feed, "1/x.csv", csv("2026-01-05T14:30:00Z,SYNA,2,1,Q,@"))
    assert partner.settled(feed, "1/x.csv", version)["status"] == "AGGREGATED"
    replaced = partner.status(feed, "01/fixed.csv")
    assert replaced["status"] == "SKIPPED"
    assert [event["status"] for event in replaced["history"]][-2:] == ["AGGREGATED", "SKIPPED"]
    assert f"1/x.csv, version {version}" in replaced["history"][-1]["reason"]
    assert aggregated(cloud, partner, feed)["2026-01-05", "SYNA"].high == 2


def test_a_correction_replaces_a_file_on_every_day_and_leaves_none_that_it_has_left(
    cloud: Cloud, partner: Partner, tmp_path: Path
) -> None:
    feed = new_feed("days")
    other = csv("2026-01-05T15:00:00Z,SYNA,2,1,Q,@", "2026-01-06T15:00:00Z,SYNA,2,1,Q,@")
    first = csv("2026-01-05T14:30:00Z,SYNA,9,1,Q,@", "2026-01-06T14:30:00Z,SYNB,9,1,Q,@")
    corrected = csv("2026-01-06T14:30:00Z,SYNA,1,1,Q,@", "2026-01-07T14:30:00Z,SYNB,1,1,Q,@")
    partner.put(feed, "1/x.csv", first)
    partner.put(feed, "2/x.csv", other)
    assert partner.settled(feed, "2/x.csv")["status"] == "AGGREGATED"
    version = partner.put(feed, "1/x.csv", corrected)
    assert partner.settled(feed, "1/x.csv", version)["status"] == "AGGREGATED"
    for name, content in (("1.csv", corrected), ("2.csv", other)):
        (tmp_path / name).write_bytes(content)
    assert aggregated(cloud, partner, feed) == days([tmp_path / "1.csv", tmp_path / "2.csv"])


def test_by_arrival_the_same_content_counts_once_and_which_does_a_correction_decides(
    cloud: Cloud, partner: Partner
) -> None:
    feed, same = new_feed("same"), csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@")

    def trades() -> int:
        return aggregated(cloud, partner, feed)["2026-01-05", "SYNA"].trades

    partner.put(feed, "x.csv", same)
    assert partner.settled(feed, "x.csv")["status"] == "AGGREGATED"
    partner.put(feed, "y.csv", same)
    assert partner.settled(feed, "y.csv")["status"] == "AGGREGATED"
    assert trades() == 1
    version = partner.put(feed, "x.csv", csv("2026-01-05T14:30:00Z,SYNA,2,1,Q,@"))
    assert partner.settled(feed, "x.csv", version)["status"] == "AGGREGATED"
    assert eventually(trades, lambda found: found == 2) == 2
    assert partner.settled(feed, "y.csv")["status"] == "AGGREGATED"


def test_a_query_of_what_is_archived_asks_for_all_restores_and_is_answered_after_them(
    cloud: Cloud, partner: Partner
) -> None:
    if cloud.endpoint is None:
        pytest.skip("a restore takes hours on AWS")
    feed = new_feed("query")
    for number in (1, 2):
        partner.put(feed, f"{number}/x.csv", csv(f"2026-01-05T14:3{number}:00Z,SYNA,1,1,Q,@"))
    assert partner.settled(feed, "2/x.csv")["status"] == "AGGREGATED"
    results, pipeline = results_of(cloud, partner, feed), Pipeline(cloud, partner)
    asks: dict[str, Callable[[], int]] = {
        "bars": lambda: len(results.bars(date(2026, 1, 5))),
        "days": lambda: len(results.day(date(2026, 1, 5))["symbols"]),
    }
    for table, ask in asks.items():
        keys = [data_of(partner, feed, table, number) for number in (1, 2)]
        for key in keys:
            pipeline.archive(key)
        with pytest.raises(ArchivedError, match="restore has been asked for") as refused:
            ask()
        assert all(key in str(refused.value) for key in keys)
        assert all(map(pipeline.is_being_restored, keys))

        def answered(ask: Callable[[], int] = ask) -> int:
            try:
                return ask()
            except ArchivedError:
                return 0

        assert eventually(answered, bool) == {"bars": 2, "days": 1}[table]


@pytest.mark.parametrize("name", ["notes.pdf", "0/zero.csv", "x/y/z.csv"])
def test_an_invalid_name_is_rejected_with_its_reason_and_holds_nothing(
    partner: Partner, name: str
) -> None:
    feed = new_feed("name")
    partner.put(feed, name, csv())
    answer = partner.settled(feed, name)
    assert answer["status"] == "REJECTED"
    assert answer["history"][-1]["reason"]
    assert answer["sequence"] is None
    partner.put(feed, "1/good.csv", csv())
    assert partner.settled(feed, "1/good.csv")["status"] == "AGGREGATED"


def test_a_file_of_a_header_alone_is_valid_and_empty(partner: Partner) -> None:
    feed = new_feed("empty")
    partner.put(feed, "nothing.csv", csv())
    answer = partner.settled(feed, "nothing.csv")
    assert (answer["status"], answer["rows"]) == ("AGGREGATED", 0)
