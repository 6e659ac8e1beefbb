"""What a feed's first files decide: whether it is numbered by sequence or by arrival."""

from tests.integration.cloud import Partner, new_feed
from tests.integration.trades import csv

BAD = csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@")
GOOD = csv("2026-01-05T14:31:00Z,SYNA,2,1,Q,@")


def test_a_stray_first_file_that_is_refused_does_not_decide_for_those_behind_it(
    partner: Partner,
) -> None:
    feed = new_feed("stray")
    partner.put(feed, "5000000/stray.csv", BAD)
    assert partner.settled(feed, "5000000/stray.csv")["status"] == "REJECTED"
    partner.put(feed, "a.csv", GOOD)
    assert partner.settled(feed, "a.csv")["status"] == "AGGREGATED"
    stands = partner.get(f"/status/{partner.name}/{feed}").json()
    assert (stands["kind"], stands["gaps"], stands["failed"]) == ("arrival", [], [])


def test_folders_that_are_dates_are_part_of_the_name(partner: Partner) -> None:
    feed = new_feed("dates")
    files = ["20260105/x.csv", "2026/01/06/x.csv", "dt=2026-01-07/hour=14/x.csv"]
    for number, file in enumerate(files, 1):
        partner.put(feed, file, GOOD)
        settled = partner.settled(feed, file)
        assert (settled["status"], settled["sequence"]) == ("AGGREGATED", number)
