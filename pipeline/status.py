"""Asking the status API, signed as the partner: once, or until the answer is final."""

import shlex
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import boto3
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from pipeline.deployment import Deployment
from pipeline.errors import CommandError, Exit, UsageError
from pipeline.names import Feed

_REFUSED = {"REJECTED", "FAILED", "SKIPPED"}
_FINAL = {"AGGREGATED", "REJECTED", "SKIPPED"}
# A stage writes FAILED before its last attempt and overwrites it on success, and a file waits for
# one before it that may be on its way: such answers end a watch only when they stand this long.
_HELD = {"FAILED", "WAITING"}
_HELD_SETTLES = 3.0  # seconds
_SECONDS_PER_REQUEST = 30
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between two questions


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is asked about: a feed, or one file of it."""

    feed: Feed
    file: str | None

    @classmethod
    def parse(cls, text: str) -> "Subject":
        """Read `PARTNER/FEED[/FILE]`; anything else is a UsageError."""
        parts = text.split("/", 2)
        if len(parts) < 2 or (len(parts) == 3 and not parts[2]):
            raise UsageError(f"{text!r}: write PARTNER/FEED or PARTNER/FEED/FILE.")
        try:
            text.encode()
        except UnicodeEncodeError:
            raise UsageError(f"{text!r} is not UTF-8: no file can have this name.") from None
        return cls(feed=Feed.parse("/".join(parts[:2])), file=parts[2] if len(parts) == 3 else None)

    @property
    def path(self) -> str:
        """The path behind the API's stage, percent-encoded."""
        if self.file is None:
            return f"/status/{self.feed}"
        # HTTP clients and gateways mend such a path, unless its slashes are encoded as well.
        mended = not {"", ".", ".."}.isdisjoint(self.file.split("/"))
        return f"/status/{self.feed}/{quote(self.file, safe='' if mended else '/')}"


class StatusApi:
    """The status API as one partner may call it.

    Args:
        deployment: The stack to ask.
        partner: Whose rights sign the requests.
    """

    def __init__(self, deployment: Deployment, partner: str) -> None:
        self._url = deployment.output("statusApiUrl")
        self._region = deployment.output("region")
        self._session: boto3.Session = deployment.partner_session(partner, "status")
        self._http = requests.Session()

    def get(self, subject: Subject, *, cursor: str | None = None) -> dict[str, Any] | None:
        """The API's answer about a feed or file; None when it knows of none.

        Raises:
            CommandError: The API cannot be reached or refuses the request.
        """
        query = {"limit": "100"} if subject.file is None else {}
        if cursor is not None:
            query["cursor"] = cursor
        request = AWSRequest("GET", self._url + subject.path, params=query)
        credentials = self._session.get_credentials()
        if credentials is None:
            raise CommandError("No AWS credentials were found. Log in, or set AWS_PROFILE.")
        SigV4Auth(credentials.get_frozen_credentials(), "execute-api", self._region).add_auth(
            request
        )
        prepared = request.prepare()
        try:
            answer = self._http.get(
                prepared.url, headers=dict(prepared.headers), timeout=_SECONDS_PER_REQUEST
            )
        except requests.RequestException as error:
            raise CommandError(
                f"The status API at {self._url} cannot be reached: {error}. "
                "For the local stack, run `pipeline up`."
            ) from error
        if answer.status_code == requests.codes.not_found:
            return None
        if answer.status_code != requests.codes.ok:
            raise CommandError(
                f"The status API answered {answer.status_code} for {subject.path}: "
                f"{answer.text[:500]}"
            )
        document = answer.json()
        if not isinstance(document, dict):
            raise CommandError(f"The status API answered no object for {subject.path}.")
        return document

    def ask(self, subject: Subject) -> dict[str, Any] | None:
        """As `get`, with every page of a feed's files in one answer."""
        answer = self.get(subject)
        while answer is not None and answer.get("cursor"):
            page = self.get(subject, cursor=answer["cursor"])
            if page is None:
                break
            answer["files"] += page["files"]
            answer["cursor"] = page["cursor"]
        return answer


def statuses(answer: dict[str, Any] | None) -> list[str]:
    """The statuses in an answer: the file's own, or those of a feed's files."""
    if answer is None:
        return []
    return [answer["status"]] if "status" in answer else [f["status"] for f in answer["files"]]


def waiting(answer: dict[str, Any]) -> str:
    """What a file waits for, in words; empty when it waits for nothing."""
    before = answer.get("waitingFor")
    if not before:
        return ""
    what = before["file"] or f"number {before['sequence']}"
    return f"waiting for {what} ({before['status']})"


def verdict(answer: dict[str, Any] | None) -> Exit:
    """What an answer means as an exit code: aggregated, refused, or still moving."""
    found = set(statuses(answer))
    if found & _REFUSED:
        return Exit.REFUSED
    return Exit.DONE if found == {"AGGREGATED"} else Exit.UNSETTLED


def watch(
    ask: Callable[[], dict[str, Any] | None],
    timeout: float,
    show: Callable[[dict[str, Any] | None], None],
) -> dict[str, Any] | None:
    """Ask until nothing will move any more or the time is over; returns the last answer.

    Args:
        ask: Fetches the answer.
        timeout: Seconds after which to give up.
        show: Called with each answer, to show progress.
    """
    deadline = time.monotonic() + timeout
    pause = _FIRST_PAUSE
    before: list[str] = []
    unchanged_since = time.monotonic()
    while True:
        answer = ask()
        show(answer)
        found = statuses(answer)
        now = time.monotonic()
        if found != before:
            before, unchanged_since, pause = found, now, _FIRST_PAUSE
        if found and set(found) <= _FINAL:
            return answer
        held = verdict(answer) is Exit.REFUSED and set(found) <= _FINAL | _HELD
        if (held and now - unchanged_since >= _HELD_SETTLES) or now >= deadline:
            return answer
        time.sleep(min(pause, max(deadline - now, 0)))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def describe(answer: dict[str, Any], bucket: str) -> list[str]:
    """An answer in lines for a person: the status first, then what else is known.

    Args:
        answer: The API's answer.
        bucket: The name of the bucket that has the reports.
    """
    if "status" not in answer:
        return _describe_feed(answer)
    lines = [answer["status"]]
    lines += [
        f"{name}: {answer[name]}"
        for name in ("sequence", "version", "rows", "symbols")
        if answer.get(name) is not None
    ]
    lines += [waiting(answer)] if waiting(answer) else []
    if answer.get("rejects"):
        lines += _describe_rejects(answer["rejects"], bucket)
    for entry in answer["history"]:
        reason = f"  {entry['reason']}" if entry.get("reason") else ""
        lines.append(f"{entry['at']}  {entry['status']}{reason}")
    return lines


def _describe_rejects(rejects: dict[str, Any], bucket: str) -> list[str]:
    """What to mend, and how the partner reads the whole report with its own role."""
    report = shlex.quote(f"s3://{bucket}/{rejects['location']}")
    lines = [f"faults: {rejects['count']:,}; the report: aws s3 cp {report} -"]
    counted = sorted(rejects["byReason"].items(), key=lambda item: (-item[1], item[0]))
    lines += [f"  {count:,} × {reason}" for reason, count in counted]  # noqa: RUF001
    return lines + [f"  {fault(one)}" for one in rejects["first"]]


def fault(one: dict[str, Any]) -> str:
    """A fault of a file in one line: where, which value, why, and what to do."""
    where = f"line {one['line']}" if one["line"] else "the file"
    column = f", {one['column']}" if one["column"] else ""
    value = f" {one['value']!r}" if one["value"] else ""
    remedy = f". {one['remedy'][0].upper()}{one['remedy'][1:]}." if one.get("remedy") else ""
    return f"{where}{column}:{value} {one['reason']}{remedy}"


def _describe_feed(answer: dict[str, Any]) -> list[str]:
    cursors = ", ".join(f"{stage} {n}" for stage, n in answer["cursors"].items())
    lines = [f"{answer['kind']}; complete up to: {cursors}"]
    counts = answer["open"]
    told = ", ".join(f"{counts[what]} {what}" for what in ("waiting", "failed", "gaps"))
    more = f", up to number {counts['countedTo']} and more behind it" if counts["countedTo"] else ""
    lines.append(f"{told}{more}")
    lines += [f"missing: {gap['from']} to {gap['to']}" for gap in answer["gaps"]]
    lines += [f"{file['file']}  {file['status']}" for file in answer["files"]]
    return lines


def summary(answer: dict[str, Any] | None) -> str:
    """An answer in one line: a file's status, or how many of a feed's files have which."""
    if answer is None:
        return "not seen yet"
    if "status" in answer:
        return f"{answer['status']} {waiting(answer)}".rstrip()
    counts = Counter(statuses(answer))
    return ", ".join(f"{n} {status}" for status, n in sorted(counts.items())) or "no files yet"
