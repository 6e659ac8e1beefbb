"""Files a second through the whole pipeline on the emulator, and how long one takes.

    python -m benchmarks.throughput [--feeds 4] [--files 50] [--json]

Deploys to an emulator of its own, uploads small files of many feeds at once and reads from the
status API when each was uploaded, received and aggregated.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.project import throwaway
from pipeline import files, status, up
from pipeline.deployment import Deployment, load
from pipeline.files import Upload
from pipeline.names import Feed
from pipeline.status import StatusApi, Subject
from pipeline.target import Target

PORT = 4721
PARTNER = "acme"
_TRADES = "timestamp,symbol,price,size\n" + "".join(
    f"2026-01-05T14:{minute:02}:{second:02}Z,SYNA,182.4,100\n"
    for minute in range(30, 60)
    for second in range(60)
)


def measure(target: Target, feeds: int, per_feed: int) -> dict[str, float]:
    """Upload files in many feeds at once and wait until the last is aggregated."""
    up.up(target)
    deployment = load(target)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trades.csv"
        path.write_text(_TRADES)
        names = [Feed(partner=PARTNER, name=f"bench-{n}") for n in range(feeds)]
        batches = [
            [Upload(path=path, feed=feed, file=f"{n}/{path.name}") for n in range(1, per_feed + 1)]
            for feed in names
        ]
        began = time.time()
        with ThreadPoolExecutor(feeds) as pool:
            list(pool.map(lambda batch: files.send(deployment, batch), batches))
        answers = _all_aggregated(deployment, names, per_feed)
    waits = sorted(_seconds(answer) for answer in answers)
    ended = max(_moments(answer)[-1] for answer in answers).timestamp()
    return {
        "files": len(answers),
        "filesPerSecond": len(answers) / (ended - began),
        "p50Seconds": statistics.median(waits),
        "p99Seconds": waits[int(0.99 * (len(waits) - 1))],
    }


def _all_aggregated(
    deployment: Deployment, feeds: list[Feed], per_feed: int
) -> list[dict[str, Any]]:
    api = StatusApi(deployment, PARTNER)
    found: list[dict[str, Any]] = []
    for feed in feeds:
        about = Subject(feed=feed, file=None)
        while status.verdict(answer := api.ask(about)) != 0 or len(_files(answer)) < per_feed:
            time.sleep(0.2)
        for file in _files(answer):
            document = api.get(Subject(feed=feed, file=file["file"]))
            assert document is not None  # noqa: S101
            found.append(document)
    return found


def _files(answer: dict[str, Any] | None) -> list[dict[str, Any]]:
    return answer["files"] if answer else []


def _moments(answer: dict[str, Any]) -> list[datetime]:
    return [datetime.fromisoformat(entry["at"]) for entry in answer["history"]]


def _seconds(answer: dict[str, Any]) -> float:
    moments = _moments(answer)
    return (moments[-1] - moments[0]).total_seconds()


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--feeds", type=int, default=4)
    arguments.add_argument("--files", type=int, default=50, help="files per feed")
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    with throwaway(PORT) as target:
        try:
            found = measure(target, asked.feeds, asked.files)
        finally:
            up.stop_emulator(target)
    if asked.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    lines = (
        f"{found['files']:.0f} files in {asked.feeds} feeds: {found['filesPerSecond']:.1f} files/s",
        f"received to aggregated: p50 {found['p50Seconds']:.2f} s, p99 {found['p99Seconds']:.2f} s",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
