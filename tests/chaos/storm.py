"""The storm itself: everything is sent while everything fails, and then it is left to settle."""

import json
import random
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pipeline.deployment import QUEUED, STAGES
from pipeline.names import Feed
from tests.chaos import mischief
from tests.chaos.ledger import Ledger, Standing
from tests.chaos.market import File, Series
from tests.integration.cloud import Cloud, Partner, eventually
from tests.integration.project import Project

VISIBILITY = 4  # seconds, in place of the queues' own minutes
SENDERS = 6
PATIENCE = 300.0  # seconds for the pipeline to come to rest
REST = 4.0  # seconds without a message after which nothing more happens by itself
_POLL = 0.25


@dataclass(frozen=True, kw_only=True)
class Aftermath:
    """What there is to look at when all has settled.

    Attributes:
        denied: A sequenced feed whose files the processor might not read during the storm.
        held: That feed before the operator gave the right back.
        attempts: Per function, how often a message was tried that nothing can be made of.
        dead: Per function, the letters that are dead in the end.
        redriven: What `pipeline redrive` moved back, in its order.
        killed: Processes of functions that were killed.
        repeated: Events that the validator was told again.
    """

    cloud: Cloud
    ledger: Ledger
    series: list[Series]
    denied: Series
    held: Standing
    attempts: dict[str, int]
    dead: dict[str, int]
    redriven: list[dict[str, Any]]
    killed: list[int]
    repeated: list[str]


class Storm:
    """One deployment, and all that happens to it.

    Args:
        project: Where it was deployed.
        series: What its partners send.
        seed: Decides every order, victim and moment that is up to the storm.
    """

    def __init__(self, project: Project, series: list[Series], seed: int) -> None:
        self._project, self._series, self._seed = project, series, seed
        self._state = project.folder / ".pipeline" / "emulator"
        self._cloud = Cloud(project.outputs)
        self._ledger = Ledger(self._cloud)
        self._sqs = self._cloud.client("sqs")
        self._redriven: list[dict[str, Any]] = []

    def rage(self) -> Aftermath:
        """Send every file in a random order while functions are killed and events repeated.

        Half-way the emulator is stopped and started again. One feed's processor lacks the right
        to read it until the end, so that its first file dies and the others must wait.
        """
        self._shorten_times()
        denied = next(one for one in self._series if one.sequenced)
        others = [one for one in self._series if one is not denied]
        tap = mischief.Tap(self._cloud)
        with self._processor_denied(denied.feed):
            poison = self._poison()
            with (
                mischief.functions_killed(self._state, self._seed) as killed,
                mischief.events_repeated(self._cloud, tap, self._seed) as repeated,
            ):
                self._send()
                self._wait(lambda: len(list(filter(self._unsettled, others))) <= len(others) // 2)
            attempts = {function: self._attempts(function, poison) for function in STAGES}
            self._settle(others)
            held = self._held(denied)
        self._redrive()
        self._settle(self._series)
        return Aftermath(
            cloud=self._cloud,
            ledger=self._ledger,
            series=self._series,
            denied=denied,
            held=held,
            attempts=attempts,
            dead={function: self._letters(f"{function}DlqUrl") for function in STAGES},
            redriven=self._redriven,
            killed=killed,
            repeated=repeated,
        )

    def _shorten_times(self) -> None:
        """Let go of messages soon: of those whose function dies before it holds them, too."""
        for stage in QUEUED:
            mischief.set_lease(self._cloud, stage, VISIBILITY)
            self._sqs.set_queue_attributes(
                QueueUrl=self._cloud.outputs[f"{stage}QueueUrl"],
                Attributes={"VisibilityTimeout": str(VISIBILITY)},
            )

    @contextmanager
    def _processor_denied(self, feed: Feed) -> Iterator[None]:
        role, iam = self._cloud.outputs["processorRoleName"], self._cloud.client("iam")
        bucket = self._cloud.outputs["bucketName"]
        deny = {
            "Effect": "Deny",
            "Action": ["s3:GetObject", "s3:GetObjectVersion"],
            "Resource": f"arn:aws:s3:::{bucket}/uploads/{feed}/*",
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
        iam.put_role_policy(RoleName=role, PolicyName="storm", PolicyDocument=policy)
        try:
            yield
        finally:
            iam.delete_role_policy(RoleName=role, PolicyName="storm")

    def _poison(self) -> str:
        """Give every function one message that nothing can be made of; the mark they bear."""
        mark = f"poison-{uuid.uuid4().hex}"
        for stage in QUEUED:
            self._sqs.send_message(
                QueueUrl=self._cloud.outputs[f"{stage}QueueUrl"],
                MessageBody=mark,
                MessageGroupId=mark,
                MessageDeduplicationId=mark,
            )
        self._cloud.client("lambda").invoke(
            FunctionName=self._cloud.outputs["validatorFunctionName"],
            InvocationType="Event",
            Payload=json.dumps({"poison": mark}),
        )
        return mark

    def _send(self) -> None:
        """Upload everything in a random order, the versions of one file in theirs."""
        partners = {
            name: self._cloud.partner(name) for name in {s.feed.partner for s in self._series}
        }
        work = [
            (partners[one.feed.partner], one.feed, f) for one in self._series for f in one.files
        ]
        random.Random(self._seed).shuffle(work)  # noqa: S311
        with ThreadPoolExecutor(SENDERS) as pool:
            half = len(work) // 2
            _all_of([pool.submit(_upload, *one) for one in work[:half]])
            rest = [pool.submit(_upload, *one) for one in work[half:]]
            mischief.restart(self._state)
            _all_of(rest)

    def _attempts(self, function: str, mark: str) -> int:
        """How often a message was tried before it came to rest among the dead letters."""

        def find() -> int:
            answer = self._sqs.receive_message(
                QueueUrl=self._cloud.outputs[f"{function}DlqUrl"],
                MaxNumberOfMessages=10,
                VisibilityTimeout=0,
                MessageSystemAttributeNames=["ApproximateReceiveCount"],
            )
            for message in answer.get("Messages", []):
                if message["Body"] == mark:
                    return int(message["Attributes"]["ApproximateReceiveCount"]) - 1  # this look
                if mark in message["Body"]:  # as the failures' bus tells of it
                    detail = json.loads(message["Body"])["detail"]
                    return int(detail["requestContext"]["approximateInvokeCount"])
            return 0

        return eventually(find, bool)

    def _settle(self, series: list[Series]) -> None:
        """Wait until these feeds are at rest; whenever all else is, redrive what is dead."""
        busy = time.monotonic()

        def settled() -> bool:
            nonlocal busy
            if any(self._letters(f"{stage}QueueUrl") for stage in QUEUED):
                busy = time.monotonic()
            if not any(map(self._unsettled, series)):
                return True
            if time.monotonic() - busy > REST:
                self._redrive()
                busy = time.monotonic()
            return False

        self._wait(settled)

    def _redrive(self) -> None:
        for function in STAGES:
            if self._letters(f"{function}DlqUrl") > 1:  # beside the poison, which stays
                answer = self._project.pipeline("redrive", function, "--yes", "--json")
                self._redriven += json.loads(answer)["moved"]

    def _held(self, denied: Series) -> Standing:
        """The denied feed once its first file is dead and all behind it have arrived."""

        def waiting(standing: Standing) -> bool:
            first, *rest = (number["status"] for _, number in sorted(standing.numbers.items()))
            return first == "FAILED" and set(rest) == {"WAITING"}

        eventually(lambda: self._letters("processorDlqUrl"), lambda count: count > 1)
        return eventually(lambda: self._ledger.standing(denied.feed), waiting)

    def _letters(self, output: str) -> int:
        """How many messages a queue has, hidden ones too."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._cloud.outputs[output], AttributeNames=names
        )
        return sum(int(answer["Attributes"][name]) for name in names)

    def _unsettled(self, one: Series) -> list[str]:
        return self._ledger.unsettled(one.feed)

    def _wait(self, enough: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not enough():
            if time.monotonic() > deadline:
                left = [line for one in self._series for line in self._unsettled(one)]
                raise AssertionError(f"after {PATIENCE:.0f} s still:\n" + "\n".join(left))
            time.sleep(_POLL)


def _upload(partner: Partner, feed: Feed, file: File) -> None:
    """Upload every version of a file; while the emulator is away, again and again."""
    for content in file.versions:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                partner.put(feed.name, file.name, content)
                break
            except (BotoCoreError, ClientError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(_POLL)


def _all_of(uploads: list[Future[None]]) -> None:
    for upload in uploads:
        upload.result()
