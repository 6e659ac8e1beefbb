"""The emulator itself is killed: what it had come to rest with is there again, and goes on."""

import os
import signal
import time

from local.emulator import process
from tests.chaos.storm import Aftermath
from tests.integration.cloud import eventually, new_feed
from tests.integration.project import Project
from tests.integration.trades import csv


def test_a_feed_goes_on_where_it_was(project: Project, aftermath: Aftermath) -> None:
    cloud, state = aftermath.cloud, project.folder / ".pipeline" / "emulator"
    partner, feed = cloud.partner(cloud.partners[0]), new_feed("kill")
    partner.put(feed, "1/a.csv", csv("2026-01-05T14:30:00Z,SYNA,1,1,Q,@"))
    partner.put(feed, "3/c.csv", csv("2026-01-05T14:32:00Z,SYNA,3,1,Q,@"))
    assert partner.settled(feed, "1/a.csv")["status"] == "AGGREGATED"
    eventually(lambda: partner.status(feed, "3/c.csv"), lambda a: a["status"] == "WAITING")
    running = process.status(state)
    assert running is not None
    table, before = state / "state" / "dynamodb.json", time.time()
    eventually(lambda: table.stat().st_mtime, lambda saved: saved > before)

    os.kill(running.pid, signal.SIGKILL)
    eventually(lambda: process.status(state), lambda found: found is None)
    process.start(state, running.port)

    partner.put(feed, "2/b.csv", csv("2026-01-05T14:31:00Z,SYNA,2,1,Q,@"))
    for file in ("1/a.csv", "2/b.csv", "3/c.csv"):
        assert partner.settled(feed, file)["status"] == "AGGREGATED"
