"""Whatever befalls the functions, their events and the machine: each file counts once, in turn."""

from tests.chaos.storm import Aftermath


def test_it_was_a_storm(aftermath: Aftermath) -> None:
    lines = [
        line
        for name in ("validator", "processor", "aggregator")
        for line in aftermath.ledger.lines(name)
    ]
    reports = [line["record"] for line in lines if line.get("type") == "platform.report"]
    print(
        len(aftermath.killed),
        len(aftermath.repeated),
        len(reports),
        sum(r["status"] == "error" for r in reports),
        aftermath.redriven,
        aftermath.attempts,
        aftermath.dead,
    )
    assert 0
