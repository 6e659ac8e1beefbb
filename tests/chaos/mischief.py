"""What befalls the pipeline: functions die, events are told again, the emulator is restarted."""

import contextlib
import json
import os
import random
import signal
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local.emulator import process
from tests.integration.cloud import Cloud

KILL_EVERY = 0.4  # seconds, on average
LOOK = 0.03  # seconds in which a process that is at work uses some of the processor
_OUTAGE = (BotoCoreError, ClientError)  # what a client sees while the emulator is away


@contextlib.contextmanager
def functions_killed(state: Path, seed: int) -> Iterator[list[int]]:
    """Kill one function's process after the other; yields the ids of the killed.

    At random, of those at work where any is: most only wait for the next event.
    """
    chance, over, killed = random.Random(seed), threading.Event(), []  # noqa: S311

    def kill() -> None:
        while not over.wait(chance.uniform(0, 2 * KILL_EVERY)):
            before = {pid: processor_time(pid) for pid in function_processes(state)}
            over.wait(LOOK)
            working = [pid for pid, used in before.items() if processor_time(pid) > used]
            running = working or list(before)
            if running:
                victim = chance.choice(running)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(victim, signal.SIGKILL)
                    killed.append(victim)

    with _in_background(kill, over):
        yield killed


def set_lease(cloud: Cloud, stage: str, seconds: int) -> None:
    """Set for how long a stage's function holds a message at a time."""
    functions, name = cloud.client("lambda"), cloud.outputs[f"{stage}FunctionName"]
    answer = functions.get_function_configuration(FunctionName=name)
    variables = answer["Environment"]["Variables"] | {"LEASE_SECONDS": str(seconds)}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})


def function_processes(state: Path) -> list[int]:
    """The ids of all processes that the emulator of this state directory runs functions in."""
    emulator = process.status(state)
    return [pid for pid in processes_of(emulator.pid) if pid != emulator.pid] if emulator else []


def processes_of(group: int) -> list[int]:
    """The ids of all processes of a process group."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has just ended
                state, _, own = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(own) == group and state != "Z":
                    found.append(int(entry.name))
    return sorted(found)


def processor_time(pid: int) -> int:
    """What a process has used of the processor, in the kernel's ticks; -1 of one that has ended."""
    try:
        fields = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return -1
    return int(fields[11]) + int(fields[12])


class Tap:
    """A queue to which the bucket tells every upload as well, in the words that S3 uses."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._sqs = cloud.client("sqs")
        bucket, name = cloud.outputs["bucketName"], f"tap-{uuid.uuid4().hex[:8]}"
        arn = f"arn:aws:sqs:{cloud.outputs['region']}:{cloud.outputs['accountId']}:{name}"
        allowed = {
            "Effect": "Allow",
            "Principal": {"Service": "s3.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:s3:::{bucket}"}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._url = self._sqs.create_queue(QueueName=name, Attributes={"Policy": policy})[
            "QueueUrl"
        ]
        s3 = cloud.client("s3")
        told = s3.get_bucket_notification_configuration(Bucket=bucket)
        told.pop("ResponseMetadata")
        uploads = {"Key": {"FilterRules": [{"Name": "prefix", "Value": "uploads/"}]}}
        more = {"Id": name, "QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": uploads}
        s3.put_bucket_notification_configuration(
            Bucket=bucket,
            NotificationConfiguration={
                **told,
                "QueueConfigurations": [more],
            },
        )

    def events(self) -> list[str]:
        """The uploads told of since the last look."""
        answer = self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10)
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return [message["Body"] for message in messages]


@contextlib.contextmanager
def events_repeated(cloud: Cloud, tap: Tap, seed: int) -> Iterator[list[str]]:
    """Tell the validator every upload again, once or twice, in any order; yields what was told."""
    chance, over, told = random.Random(seed), threading.Event(), []  # noqa: S311
    functions, waiting = cloud.client("lambda"), list[str]()

    def tolerated() -> contextlib.suppress:
        return contextlib.suppress(*([] if over.is_set() else _OUTAGE))

    def repeat() -> None:
        fresh: list[str] = []
        while not over.wait(0.02) or fresh or waiting:
            with tolerated():
                fresh = tap.events()
                waiting.extend(event for event in fresh for _ in range(chance.choice((1, 1, 2))))
            chance.shuffle(waiting)
            while len(waiting) > (0 if over.is_set() else 8):  # the rest waits for others to mix
                with tolerated():
                    functions.invoke(
                        FunctionName=cloud.outputs["validatorFunctionName"],
                        InvocationType="Event",
                        Payload=waiting[-1],
                    )
                    told.append(waiting.pop())

    with _in_background(repeat, over):
        yield told


def restart(state: Path) -> None:
    """Stop the emulator, functions at work and all, and start it where it was."""
    running = process.status(state)
    assert running is not None, f"no emulator runs on {state}"
    process.stop(state)
    process.start(state, running.port)


@contextlib.contextmanager
def _in_background(work: Any, over: threading.Event) -> Iterator[None]:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
