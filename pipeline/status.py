"""Asking the status API, signed as the partner: once, or until the answer is final."""

import time
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

_FAILED = {"REJECTED", "FAILED", "SKIPPED"}
_SECONDS_PER_REQUEST = 30
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0  # seconds between two questions
# A stage writes FAILED before its last attempt and overwrites it on success, so an answer of
# FAILED counts as final only when it has stood this long.
_FAILED_SETTLES = 3.0


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
        return cls(feed=Feed.parse("/".join(parts[:2])), file=parts[2] if len(parts) == 3 else None)

    @property
    def path(self) -> str:
        """The path behind the API's stage, percent-encoded."""
        file = "" if self.file is None else "/" + quote(self.file)
        return f"/status/{self.feed}{file}"


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


def verdict(answer: dict[str, Any] | None) -> Exit:
    """What an answer means as an exit code: aggregated, refused, or still moving."""
    if answer is None:
        return Exit.UNSETTLED
    statuses = [answer["status"]] if "status" in answer else [f["status"] for f in answer["files"]]
    if any(status in _FAILED for status in statuses):
        return Exit.REFUSED
    settled = statuses and all(status == "AGGREGATED" for status in statuses)
    return Exit.DONE if settled else Exit.UNSETTLED


def watch(
    ask: Callable[[], dict[str, Any] | None],
    timeout: float,
    show: Callable[[dict[str, Any] | None], None],
) -> dict[str, Any] | None:
    """Ask until the answer is final or the time is over; returns the last answer.

    Args:
        ask: Fetches the answer.
        timeout: Seconds after which to give up.
        show: Called with each answer, to show progress.
    """
    began = time.monotonic()
    pause, failed_since = _FIRST_PAUSE, None
    while True:
        answer = ask()
        show(answer)
        now = time.monotonic()
        match verdict(answer):
            case Exit.DONE:
                return answer
            case Exit.REFUSED:
                failed_since = failed_since or now
                if not _may_recover(answer) or now - failed_since >= _FAILED_SETTLES:
                    return answer
            case _:
                failed_since = None
        left = began + timeout - now
        if left <= 0:
            return answer
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, _LONGEST_PAUSE)


def _may_recover(answer: dict[str, Any] | None) -> bool:
    """Whether a refused answer could yet change: a last attempt may be under way."""
    if answer is None:
        return False
    files = [answer] if "status" in answer else answer["files"]
    return any(file["status"] not in _FAILED - {"FAILED"} | {"AGGREGATED"} for file in files)
