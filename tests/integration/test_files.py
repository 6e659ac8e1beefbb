"""A partner's file goes through every stage, in order, and the day adds up to the last digit."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from pipeline import bars, logs, sample
from pipeline.deployment import Deployment
from pipeline.names import Feed
from pipeline.results import ArchivedError, Results
from tests.integration.cloud import Cloud, Partner, eventually, new_feed
from tests.integration.trades import Day, csv, days
from tests.permissions.pipeline import Pipeline

VALUES = ("open", "high", "low", "close", "volume", "vwap")


def aggregated(cloud: Cloud, partner: Partner, feed: str) -> dict[tuple[str, str], Day]:
    """Every day of a feed as the pipeline wrote it."""
    pages = cloud.client("s3").list_objects_v2(
        Bucket=cloud.outputs["bucketName"], Prefix=f"aggregates/{partner.name}/{feed}/"
    )
    found = {}
    for entry in pages["Contents"]:
        document = json.loads(cloud.read(entry["Key"]))
        for symbol, values in document["symbols"].items():
            found[document["date"], symbol] = Day(
                trades=values["trades"], **{name: Decimal(values[name]) for name in VALUES}
            )
    return found


def test_a_file_is_aggregated_and_its_status_tells_the_whole_way(partner: Partner) -> None:
    feed = new_feed("way")
    version = partner.put(feed, "a.csv", csv("2026-01-05T14:30:00Z,SYNA,182.4,100,Q,@"))
    answer = partner.settled(feed, "a.csv", version)
    assert answer["status"] == "AGGREGATED"
    assert (answer["rows"], answer["symbols"], answer["rejects"]) == (1, 1, None)
    way = [entry["status"] for entry in answer["history"]]
    assert way == ["RECEIVED", "VALIDATED", "PROCESSED", "AGGREGATED"]
    assert answer["results"]["aggregates"] == [f"aggregates/{partner.name}/{feed}/2026-01-05.json"]


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
    (tmp_path / "bars.parquet").write_bytes(cloud.read(answer["results"]["bars"]))
    table = pyarrow.parquet.read_table(tmp_path / "bars.parquet")
    (bar,) = table.drop_columns(["open_time", "close_time"]).to_pylist()
    assert table["close_time"].cast(pyarrow.int64()).to_pylist()[0] % 1_000_000_000 == 999_999_999
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
        deployment = Deployment(outputs=cloud.outputs, session=cloud.session)
        results = Results(deployment, Feed(partner=partner.name, name=feed))
        found[name] = bars.merge(results.bars(results.day(date(2026, 1, 5))))
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
    assert (replaced["status"], replaced["results"]["aggregates"]) == ("SKIPPED", [])
    assert [event["status"] for event in replaced["history"]][-2:] == ["AGGREGATED", "SKIPPED"]
    assert f"1/x.csv, version {version}" in replaced["history"][-1]["reason"]
    assert aggregated(cloud, partner, feed)["2026-01-05", "SYNA"].high == 2


def test_a_correction_that_needs_archived_objects_goes_on_once_they_are_restored(
    cloud: Cloud, partner: Partner
) -> None:
    if cloud.endpoint is None:
        pytest.skip("a restore takes hours on AWS")
    feed = new_feed("ice")
    for number in (1, 2, 3):
        partner.put(feed, f"{number}/x.csv", csv(f"2026-01-05T14:3{number}:00Z,SYNA,1,1,Q,@"))
    assert partner.settled(feed, "3/x.csv")["status"] == "AGGREGATED"
    archived = [f"results/{partner.name}/{feed}/{n:018}/{1:06}/summary.json" for n in (2, 3)]
    for key in [*archived, f"aggregates/{partner.name}/{feed}/2026-01-05.json"]:
        Pipeline(cloud, partner).archive(key)
    version = partner.put(feed, "1/x.csv", csv("2026-01-05T14:31:00Z,SYNA,5,1,Q,@"))
    answer = partner.settled(feed, "1/x.csv", version)
    reasons = [entry["reason"] for entry in answer["history"] if entry["reason"]]
    assert answer["status"] == "AGGREGATED", reasons
    assert aggregated(cloud, partner, feed)["2026-01-05", "SYNA"].high == 5


def test_a_query_of_what_is_archived_asks_for_all_restores_and_is_answered_after_them(
    cloud: Cloud, partner: Partner
) -> None:
    if cloud.endpoint is None:
        pytest.skip("a restore takes hours on AWS")
    feed = new_feed("query")
    for number in (1, 2):
        partner.put(feed, f"{number}/x.csv", csv(f"2026-01-05T14:3{number}:00Z,SYNA,1,1,Q,@"))
    assert partner.settled(feed, "2/x.csv")["status"] == "AGGREGATED"
    deployment = Deployment(outputs=cloud.outputs, session=cloud.session)
    results = Results(deployment, Feed(partner=partner.name, name=feed))
    aggregate = results.day(date(2026, 1, 5))
    keys = [f"results/{partner.name}/{feed}/{n:018}/{1:06}/bars.parquet" for n in (1, 2)]
    pipeline = Pipeline(cloud, partner)
    for key in keys:
        pipeline.archive(key)
    with pytest.raises(ArchivedError, match="restore has been asked for") as refused:
        results.bars(aggregate)
    assert all(key in str(refused.value) for key in keys)
    assert all(map(pipeline.is_being_restored, keys))

    def answered() -> int:
        try:
            return len(results.bars(aggregate))
        except ArchivedError:
            return 0

    assert eventually(answered, bool) == 2


@pytest.mark.parametrize("name", ["notes.txt", "0/zero.csv", "x/y/z.csv"])
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
