"""What the API can be asked about: files in each status, and files of every kind of name."""

from dataclasses import dataclass

from pipeline.deployment import Deployment
from pipeline.feeds import Operator
from pipeline.names import Feed
from tests.integration.cloud import new_feed
from tests.integration.trades import csv
from tests.permissions.pipeline import Event, Pipeline
from tests.permissions.rights import UPLOADS
from tests.permissions.roles import Grant, Roles

BAD = csv("2026-01-05T14:30:00Z,SYNA,none,1,Q,@")
NAMES = (
    "plain.csv",
    "with space.csv",
    "plus+and&equals=.csv",
    "question?and#hash.csv",
    "percent%20and%.csv",
    "umläut-日本.csv.gz",
    "~tilde;semi,colon:at@.csv",
    "..csv",
    "quote'\"back\\slash.csv",
    "n" * 200 + ".csv",
)


@dataclass(frozen=True, kw_only=True)
class World:
    """A partner's feeds.

    Attributes:
        partner: whose they are.
        statuses: a feed, sequenced, with one file in each status: status → file.
        every_status: that feed's name.
        by_name: a feed, numbered by arrival, whose files are `NAMES`.
        no_number: a file in it that was rejected for its name.
    """

    partner: str
    every_status: str
    statuses: dict[str, str]
    by_name: str
    no_number: str

    @property
    def files(self) -> dict[str, list[str]]:
        """All files by feed."""
        return {
            self.every_status: list(self.statuses.values()),
            self.by_name: [*NAMES, self.no_number],
        }


def make(pipeline: Pipeline, roles: Roles) -> World:
    """Bring files so far by hand, and no further."""
    feed, by_name = new_feed("every"), new_feed("names")
    maker = _Maker(pipeline, roles, feed)
    statuses = {
        "AGGREGATED": maker.aggregated("1/aggregated.csv"),
        "SKIPPED": maker.skipped("2/skipped.csv"),
        "PROCESSED": maker.processed("3/processed.csv"),
        "FAILED": maker.failed("4/failed.csv"),
        "VALIDATED": maker.validated("5/validated.csv"),
        "REJECTED": maker.rejected("6/rejected.csv"),
        "WAITING": maker.validated("7/waiting.csv"),
        "RECEIVED": maker.received("9/received.csv"),
    }
    for name in (*NAMES, "notes.pdf"):
        assert pipeline.invoke("validator", pipeline.upload(by_name, name))
    return World(
        partner=pipeline.partner.name,
        every_status=feed,
        statuses=statuses,
        by_name=by_name,
        no_number="notes.pdf",
    )


class _Maker:
    """Files of one feed; every method returns the file's name."""

    def __init__(self, pipeline: Pipeline, roles: Roles, feed: str) -> None:
        self._pipeline = pipeline
        self._roles = roles
        self._feed = feed

    def aggregated(self, file: str) -> str:
        (work,) = self._pipeline.processed(self._feed, file)
        assert self._pipeline.invoke("aggregator", work)
        return file

    def processed(self, file: str) -> str:
        self._pipeline.processed(self._feed, file)
        return file

    def validated(self, file: str) -> str:
        assert self._pipeline.invoke("validator", self._pipeline.upload(self._feed, file))
        return file

    def rejected(self, file: str) -> str:
        assert self._pipeline.invoke("validator", self._pipeline.upload(self._feed, file, BAD))
        return file

    def skipped(self, file: str) -> str:
        self.rejected(file)
        cloud = self._pipeline.cloud
        deployment = Deployment(outputs=cloud.outputs, session=cloud.session)
        feed = Feed(partner=self._pipeline.partner.name, name=self._feed)
        number = int(file.partition("/")[0])
        Operator(deployment, feed).skip(range(number, number + 1), "there is no better file")
        return file

    def received(self, file: str) -> str:
        """Known of, but not to be read: the validator fails."""
        self._fail("validator", self._pipeline.upload(self._feed, file))
        return file

    def failed(self, file: str) -> str:
        """Not to be read at the processor's last attempt."""
        (work,) = self._pipeline.validated(self._feed, file)
        work["Records"][0]["attributes"]["ApproximateReceiveCount"] = "3"
        self._fail("processor", work)
        return file

    def _fail(self, function: str, event: Event) -> None:
        read = Grant(role=f"{function}-role", action="s3:GetObjectVersion", resource=UPLOADS)
        with self._roles.without(read, self._pipeline.partner.name):
            assert not self._pipeline.invoke(function, event)
