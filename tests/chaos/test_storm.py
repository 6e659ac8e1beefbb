"""Whatever befalls the functions, their events and the machine: each file counts once, in turn."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.deployment import STAGES
from tests.chaos import reference
from tests.chaos.ledger import FINAL, Standing
from tests.chaos.market import DAY, Series
from tests.chaos.storm import Aftermath
from tests.integration.trades import Day, days

VALUES = ("open", "high", "low", "close", "volume", "vwap")


def data_of(one: Series, table: str, number: int) -> str:
    """The key of a number's object in a table of the data set."""
    folder = f"data/{table}/partner={one.feed.partner}/feed={one.feed.name}/date={DAY}"
    return f"{folder}/{number:018}.parquet"


def in_order(one: Series, standing: Standing) -> list[tuple[int, str, bytes]]:
    """The files that have trades: number, name and the content that counts."""
    contents = {file.name: file.versions[-1] for file in one.files}
    files = [
        (number, item["file"], contents[item["file"]])
        for number, item in sorted(standing.numbers.items())
    ]
    return [file for file in files if reference.rows(file[2])]


def counted(one: Series, files: list[tuple[int, str, bytes]]) -> list[bool]:
    """Whether each file counts: by arrival, the same content does so once."""
    hashes = [reference.content_hash(content) for _, _, content in files]
    return [one.sequenced or hashes.index(known) == n for n, known in enumerate(hashes)]


def test_the_storm_hit_functions_at_work(aftermath: Aftermath) -> None:
    reports = [
        line["record"]["status"]
        for stage in ("processor", "aggregator")  # which answer, whatever a message is like
        for line in aftermath.ledger.lines(stage)
        if line.get("type") == "platform.report"
    ]
    assert aftermath.killed
    assert "error" in reports
    assert len(aftermath.repeated) >= sum(len(one.files) for one in aftermath.series)


def test_every_upload_has_an_end_and_every_cursor_is_there(aftermath: Aftermath) -> None:
    for one in aftermath.series:
        standing = aftermath.ledger.standing(one.feed)
        assert aftermath.ledger.unsettled(one.feed) == []
        assert standing.cursors == dict.fromkeys(STAGES, len(one.files))
        assert sorted(standing.numbers) == list(range(1, len(one.files) + 1))
        assert {item["file"] for item in standing.numbers.values()} == {f.name for f in one.files}
        assert {item["status"] for item in standing.numbers.values()} == {"AGGREGATED"}
        assert {version["status"] for version in standing.versions.values()} <= FINAL
        for item in standing.numbers.values():
            assert not item.get("parked"), item
            assert {item[stage] for stage in STAGES} == {item["revision"]}


def test_every_file_counts_once_and_in_its_newest_version(
    aftermath: Aftermath, tmp_path: Path
) -> None:
    for one in aftermath.series:
        standing = aftermath.ledger.standing(one.feed)
        files = in_order(one, standing)
        for (number, name, content), counts in zip(files, counted(one, files), strict=True):
            path = tmp_path / f"{one.feed.partner}-{one.feed.name}-{number}-{Path(name).name}"
            path.write_bytes(content)
            key, revision = data_of(one, "bars", number), standing.numbers[number]["revision"]
            if not counts and not aftermath.ledger.exists(key):
                continue
            (tmp_path / "written.parquet").write_bytes(aftermath.ledger.read(key))
            written = reference.written_bars(tmp_path / "written.parquet")
            assert {bar.pop("number") for bar in written} <= {number}
            assert written == (reference.bars(path) if counts else []), f"{one.feed} {number}"
            assert aftermath.ledger.metadata(key) == {"revision": str(revision)}


def test_every_day_equals_an_independent_calculation(aftermath: Aftermath, tmp_path: Path) -> None:
    for one in aftermath.series:
        files = in_order(one, aftermath.ledger.standing(one.feed))
        paths = []
        for (number, name, content), counts in zip(files, counted(one, files), strict=True):
            path = tmp_path / f"{one.feed.partner}-{one.feed.name}-{number}-{Path(name).name}"
            path.write_bytes(content)
            paths += [path] if counts else []
        day = aftermath.ledger.results(one.feed).day(DAY)
        written = {
            (str(DAY), symbol): Day(
                trades=values["trades"], **{name: Decimal(values[name]) for name in VALUES}
            )
            for symbol, values in day["symbols"].items()
        }
        assert written == days(paths), one.feed


def test_no_reader_ever_saw_a_file_out_of_turn(aftermath: Aftermath) -> None:
    for one in aftermath.series:
        folder = data_of(one, "days", 1).rpartition("/")[0]
        moments = aftermath.ledger.first_written(f"{folder}/")
        assert len(moments) > 1
        assert moments == sorted(moments), one.feed


def test_histories_tell_of_every_stage_in_the_order_of_the_numbers(aftermath: Aftermath) -> None:
    for one in aftermath.series:
        standing = aftermath.ledger.standing(one.feed)
        for status in ("PROCESSED", "AGGREGATED"):
            moments = []
            for number in sorted(standing.numbers):
                history = [e for version in standing.of_number(number) for e in version["history"]]
                # After a last attempt the history has the moment of its end, not of the stage's.
                if not any(event["status"] == "FAILED" for event in history):
                    moments.append(min(e["at"] for e in history if e["status"] == status))
            assert moments == sorted(moments), f"{one.feed} {status}"


def test_logs_tell_of_every_stage_in_the_order_of_the_numbers(aftermath: Aftermath) -> None:
    for stage in STAGES:
        handled: dict[tuple[str, int], list[dict[str, Any]]] = {}
        for line in aftermath.ledger.lines(stage):
            if line.get("outcome") in ("proceed", "duplicate") and line.get("revision") == 1:
                feed = f"{line['partner']}/{line['feed']}"
                handled.setdefault((feed, line["number"]), []).append(line)
        # Who was interrupted after the work, and before telling of it, tells of it too late.
        told = {
            which: lines[0]
            for which, lines in handled.items()
            if lines[0]["outcome"] == "proceed" and (len(lines) == 1 or stage == "validator")
        }
        for one in aftermath.series:
            numbers = [
                number
                for feed, number in sorted(told, key=lambda which: moment(told[which]))
                if feed == str(one.feed)
            ]
            assert numbers == sorted(numbers), f"{one.feed} {stage}"


def moment(line: dict[str, Any]) -> tuple[str, str]:
    """When a line was written: its second, and the fraction of it, which may be short."""
    second, _, fraction = line["timestamp"].rstrip("Z").partition(".")
    return second, fraction.ljust(9, "0")


def test_a_dead_file_holds_its_feed_and_burns_no_other(aftermath: Aftermath) -> None:
    held, feed = aftermath.held, str(aftermath.denied.feed)
    assert held.cursors["processor"] == held.cursors["aggregator"] == 0
    assert held.cursors["validator"] == len(aftermath.denied.files)
    dead = [letter["number"] for letter in aftermath.redriven if letter["feed"] == feed]
    assert set(dead) == {1}


def test_poison_is_dead_after_exactly_three_attempts_and_stays(aftermath: Aftermath) -> None:
    assert aftermath.attempts == dict.fromkeys(STAGES, 3)
    assert aftermath.dead == dict.fromkeys(STAGES, 1)
