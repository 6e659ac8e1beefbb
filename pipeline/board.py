"""The files of a demonstration on their way through the stages, shown as they move."""

from collections.abc import Sequence
from typing import Any

from rich.live import Live
from rich.table import Table

from pipeline import status
from pipeline.console import progress, say
from pipeline.deployment import Deployment
from pipeline.files import Sent
from pipeline.status import StatusApi, Subject

_STAGES = ("RECEIVED", "VALIDATED", "PROCESSED", "AGGREGATED")
_ON_ITS_WAY = "SENT"


def follow(deployment: Deployment, sent: Sequence[Sent], *, timeout: float) -> list[dict[str, Any]]:
    """Watch files until nothing moves any more, and show each step of each.

    Args:
        deployment: The stack they were sent to.
        sent: The files.
        timeout: Seconds after which to give up.

    Returns:
        The last status answer of each file, in the order sent.
    """
    apis = {
        partner: StatusApi(deployment, partner)
        for partner in sorted({one.upload.feed.partner for one in sent})
    }
    feeds = sorted({one.upload.feed for one in sent}, key=str)
    shown: dict[str, str] = {}

    def ask() -> dict[str, Any]:
        found = {}
        for feed in feeds:
            answer = apis[feed.partner].ask(Subject(feed=feed, file=None)) or {"files": []}
            for file in answer["files"]:
                found[f"{feed}/{file['file']}", file["version"]] = file["status"]
        return {
            "files": [
                {"status": found.get((one.upload.status, one.version_id), _ON_ITS_WAY)}
                for one in sent
            ]
        }

    with Live(console=progress, auto_refresh=False, transient=True) as live:

        def show(answer: dict[str, Any] | None) -> None:
            now = dict(
                zip((one.upload.status for one in sent), status.statuses(answer), strict=True)
            )
            if progress.is_terminal:
                live.update(_picture(now), refresh=True)
            else:
                for file, state in now.items():
                    if shown.get(file) != state:
                        say(f"  {file}: {state}")
            shown.update(now)

        status.watch(ask, timeout, show)
    return [_last(apis[one.upload.feed.partner], one) for one in sent]


def _last(api: StatusApi, one: Sent) -> dict[str, Any]:
    """The whole answer about one file."""
    answer = api.get(Subject(feed=one.upload.feed, file=one.upload.file))
    return answer or {"status": _ON_ITS_WAY}


def _picture(now: dict[str, str]) -> Table:
    """One line per file: the stages it has behind it, and its status."""
    table = Table(box=None, pad_edge=False)
    for column in ("file", *(stage.lower() for stage in _STAGES), ""):
        table.add_column(column)
    for file, state in now.items():
        reached = _STAGES.index(state) if state in _STAGES else -1
        marks = [
            "[green]●[/green]" if n <= reached else "[dim]○[/dim]" for n in range(len(_STAGES))
        ]
        table.add_row(file, *marks, "" if state in _STAGES else state)
    return table
