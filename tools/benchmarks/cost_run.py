"""Runs of the deployed pipeline on the emulator, with every call of its functions counted."""

import os
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline import emulator, up
from pipeline.deployment import STAGES, Deployment, client, load
from tools.benchmarks.billing import Table
from tools.benchmarks.door import Door
from tools.benchmarks.figures import tell
from tools.benchmarks.project import throwaway

PORT = 4724
PARTNER = "acme"
PATIENCE = 900.0  # seconds
_POLL = 0.05
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What one function did in a run, all of it divided by the run's files.

    Attributes:
        calls: Calls that its SDK made, by kind.
        units: What they are billed as, by the name of the price.
        bytes: Bytes sent and received, by service.
        cpu_ms: Milliseconds of processor time, on this machine.
        log_bytes: What its log takes in.
        peak_mb: The most memory that any of its processes has had, in MB.
        conflicts: Writes that met another's.
        invocations: How often it ran.
    """

    calls: Mapping[str, float]
    units: Mapping[str, float]
    bytes: Mapping[str, float]
    cpu_ms: float
    log_bytes: float
    peak_mb: float
    conflicts: float = 0.0
    invocations: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """What a number of files took, by stage and per file."""

    files: int
    stages: Mapping[str, Stage]


class Counted:
    """A deployment on an emulator of its own whose functions' calls are counted."""

    def __init__(self, deployment: Deployment, doors: Mapping[str, Door]) -> None:
        self._deployment = deployment
        self._doors = doors
        session = deployment.partner_session(PARTNER, "cost")
        self._uploads = client(session, "s3", deployment.outputs)

    def run(self, files: Sequence[tuple[str, bytes]], *, together: bool) -> Run:
        """Send files and count what they take until the last is aggregated.

        Args:
            files: Key behind the partner's prefix, and content, such as "feed/1/trades.csv".
            together: At once, and not each when the one before is aggregated.
        """
        before, began = self._processor_time(), time.time()
        for door in self._doors.values():
            door.forget()
        if together:
            for key, body in files:
                self._send(key, body)
            self._wait(files)
        else:
            for file in files:
                self._send(*file)
                self._wait([file])
        self._wait_for_messages()
        time.sleep(0.5)  # the last function's report
        spent = {name: value - before[name] for name, value in self._processor_time().items()}
        count = len(files)
        return Run(
            files=count,
            stages={
                name: Stage(
                    calls={kind: n / count for kind, n in sorted(door.calls.items())},
                    units={unit: n / count for unit, n in sorted(door.units.items())},
                    bytes={kind: n / count for kind, n in sorted(door.bytes.items())},
                    cpu_ms=spent[name] * 1000 / count,
                    log_bytes=sum(map(_billed, self._logged(name, began))) / count,
                    peak_mb=self._peak(name),
                    conflicts=door.conflicts / count,
                    invocations=sum("platform.report" in m for m in self._logged(name, began))
                    / count,
                )
                for name, door in self._doors.items()
            },
        )

    def _send(self, key: str, body: bytes) -> None:
        bucket = self._deployment.output("bucketName")
        self._uploads.put_object(Bucket=bucket, Key=f"uploads/{PARTNER}/{key}", Body=body)

    def _wait(self, files: Sequence[tuple[str, bytes]]) -> None:
        """Wait until each feed has as many files behind it as the highest number that was sent."""
        last: dict[str, int] = defaultdict(int)
        for name, _ in files:
            feed, sequence, _ = name.split("/")
            last[feed] = max(last[feed], int(sequence))
        table = self._deployment.client("dynamodb")
        deadline = time.monotonic() + PATIENCE
        for feed, number in last.items():
            key = {"pk": {"S": f"{PARTNER}/{feed}"}, "sk": {"S": "FEED"}}
            while True:
                answer = table.get_item(
                    TableName=self._deployment.output("tableName"), Key=key, ConsistentRead=True
                )
                if int(answer.get("Item", {}).get("aggregator", {"N": "0"})["N"]) >= number:
                    break
                if time.monotonic() > deadline:
                    raise RuntimeError(f"{feed} is not aggregated after {PATIENCE:.0f} s")
                time.sleep(_POLL)

    def _wait_for_messages(self) -> None:
        """Wait until nothing is at work any more: a worker wakes its successor at the very end."""
        sqs = self._deployment.client("sqs")
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        for queue in ("processorQueueUrl", "aggregatorQueueUrl"):
            url = self._deployment.output(queue)
            while any(
                int(value)
                for value in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)[
                    "Attributes"
                ].values()
            ):
                time.sleep(_POLL)

    def _processor_time(self) -> dict[str, float]:
        """Seconds of processor time of each function's processes."""
        return {
            name: sum(
                sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:13]))
                for process in self._processes(name)
            )
            / _TICK
            for name in self._doors
        }

    def _peak(self, name: str) -> float:
        peaks = [
            int(line.split()[1]) * 1024 / 1e6
            for process in self._processes(name)
            for line in (process / "status").read_text().splitlines()
            if line.startswith("VmHWM:")
        ]
        return max(peaks, default=0.0)

    def _processes(self, name: str) -> Iterator[Path]:
        function = self._deployment.output(f"{name}FunctionName")
        wanted = {
            f"AWS_LAMBDA_FUNCTION_NAME={function}".encode(),
            f"AWS_ENDPOINT_URL={self._doors[name].endpoint}".encode(),
        }
        for process in Path("/proc").glob("[0-9]*"):
            try:
                if wanted <= set((process / "environ").read_bytes().split(b"\0")):
                    yield process
            except OSError:  # another user's, or ended meanwhile
                continue

    def _logged(self, name: str, since: float) -> list[str]:
        pages = (
            self._deployment.client("logs")
            .get_paginator("filter_log_events")
            .paginate(
                logGroupName=f"/aws/lambda/{self._deployment.output(f'{name}FunctionName')}",
                startTime=int(since * 1000),
            )
        )
        events: list[dict[str, Any]] = [event for page in pages for event in page["events"]]
        return [event["message"] for event in events]


def _billed(message: str) -> int:
    """The bytes of an event, with the 26 that CloudWatch adds ("PutLogEvents", API reference)."""
    return len(message.encode()) + 26


@contextmanager
def counted(
    memory: int | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[Counted]:
    """Deploy, put a door before the emulator for each function, and warm all of them up.

    Args:
        memory: MB that each function has, if not what the stack gives it.
        variables: Variables that each function has besides its own.
    """
    with throwaway(PORT) as target:
        try:
            up.up(target)
            deployment = load(target)
            table = Table()
            with ExitStack() as stack:
                doors = {name: stack.enter_context(Door(PORT, table)) for name in STAGES}
                for name, door in doors.items():
                    own = {**(variables or {}), "AWS_ENDPOINT_URL": door.endpoint}
                    _change(deployment, name, own, memory)
                run = Counted(deployment, doors)
                tell("warming the functions up")
                warm = [(f"warm-{n}/1/trades.csv", SMALL) for n in range(8)]
                run.run(warm, together=True)
                yield run
        finally:
            emulator.stop(target)


def _change(
    deployment: Deployment, name: str, variables: Mapping[str, str], memory: int | None
) -> None:
    """Give a function variables of its own and, if that is asked for, another memory."""
    functions = deployment.client("lambda")
    function = deployment.output(f"{name}FunctionName")
    known = functions.get_function_configuration(FunctionName=function)
    functions.update_function_configuration(
        FunctionName=function,
        Environment={"Variables": {**known["Environment"]["Variables"], **variables}},
        MemorySize=memory or known["MemorySize"],
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=function)


def trades(minute: int, symbols: int, rows: int) -> bytes:
    """A minute of trades, made up: so many rows over so many symbols."""
    at = f"2026-01-05T{14 + (30 + minute) // 60:02}:{(30 + minute) % 60:02}"
    lines = ["timestamp,symbol,price,size"]
    for row in range(rows):
        micros = row * 60_000_000 // rows
        symbol = f"S{row % symbols:04}"
        price = f"{100 + row % 700 / 100:.2f}"
        second = f"{micros // 1_000_000:02}.{micros % 1_000_000:06}"
        lines.append(f"{at}:{second}Z,{symbol},{price},{1 + row % 9}00")
    return ("\n".join(lines) + "\n").encode()


SMALL = trades(0, 10, 600)
