"""Helpers of the emulator's tests: an account to fill, and a place where functions report."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.emulator.process import ACCOUNT, HOST, REGION, Emulator

LIMIT = 20.0
T = TypeVar("T")


def until(look: Callable[[], T], *, limit: float = LIMIT) -> T:
    """Look until there is something to see.

    Raises:
        AssertionError: There was nothing within the limit, in seconds.
    """
    deadline = time.monotonic() + limit
    while not (seen := look()):
        assert time.monotonic() < deadline, f"nothing within {limit} s"
        time.sleep(0.01)
    return seen


def statement(actions: str | Sequence[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    """A policy statement that allows."""
    return {"Effect": "Allow", "Action": actions, "Resource": resource, **more}


def document(*statements: dict[str, Any]) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trust(principal: dict[str, str]) -> str:
    """A trust policy for one principal."""
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}],
        }
    )


LAMBDA = {"Service": "lambda.amazonaws.com"}
LOGS = statement(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"])


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the tests create things with, as root unless they ask for another's credentials."""

    emulator: Emulator
    archive: bytes

    def client(self, service: str, credentials: dict[str, Any] | None = None) -> Any:
        """A client of a service, with the credentials that `AssumeRole` answers or root's."""
        keys = credentials or {"AccessKeyId": "test", "SecretAccessKey": "test"}
        return boto3.client(
            service,
            endpoint_url=self.emulator.endpoint,
            region_name=REGION,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys["SecretAccessKey"],
            aws_session_token=keys.get("SessionToken"),
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
        )

    def role(self, *statements: dict[str, Any], principal: dict[str, str] | None = None) -> str:
        """A role with these rights: its ARN."""
        name = unique("role")
        iam = self.client("iam")
        arn: str = iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=trust(principal or LAMBDA)
        )["Role"]["Arn"]
        if statements:
            iam.put_role_policy(
                RoleName=name, PolicyName="rights", PolicyDocument=document(*statements)
            )
        return arn

    def session(self, *statements: dict[str, Any]) -> dict[str, Any]:
        """The credentials of a session of a new role with these rights."""
        arn = self.role(*statements, principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
        answer = self.client("sts").assume_role(RoleArn=arn, RoleSessionName="test")
        credentials: dict[str, Any] = answer["Credentials"]
        return credentials

    def function(
        self,
        *rights: dict[str, Any],
        variables: dict[str, str] | None = None,
        role: str | None = None,
        **settings: Any,
    ) -> str:
        """A function that runs the probe with these rights (and its logs'): its name."""
        name = unique("function")
        functions = self.client("lambda")
        functions.create_function(
            FunctionName=name,
            Runtime="provided.al2023",
            Handler="bootstrap",
            Code={"ZipFile": self.archive},
            Role=role or self.role(LOGS, *rights),
            Timeout=settings.pop("Timeout", 10),
            MemorySize=512,
            Environment={"Variables": variables or {}},
            **settings,
        )
        functions.get_waiter("function_active_v2").wait(
            FunctionName=name, WaiterConfig={"Delay": 0.1}
        )
        return name

    def invoke(self, function: str, command: dict[str, Any], **more: Any) -> Any:
        """Invoke a function: its answer as data, or None of an asynchronous call."""
        answer = self.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(command), **more
        )
        body = answer["Payload"].read()
        return json.loads(body) if body else None

    def fifo_queue(self, **attributes: str) -> tuple[str, str]:
        """A FIFO queue: its URL and ARN."""
        sqs = self.client("sqs")
        url = sqs.create_queue(
            QueueName=f"{unique('queue')}.fifo", Attributes={"FifoQueue": "true", **attributes}
        )["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return url, arn["Attributes"]["QueueArn"]

    def send(self, url: str, command: dict[str, Any], *, group: str = "group") -> None:
        """Send a command to a FIFO queue."""
        self.client("sqs").send_message(
            QueueUrl=url,
            MessageBody=json.dumps(command),
            MessageGroupId=group,
            MessageDeduplicationId=uuid4().hex,
        )


def refused(call: Callable[..., Any], **arguments: Any) -> bool:
    """Whether a call is answered with an error of the caller's."""
    try:
        call(**arguments)
    except ClientError as error:
        assert error.response["ResponseMetadata"]["HTTPStatusCode"] in (400, 403), error
        return True
    return False


def new_bucket(account: Account) -> str:
    """A bucket: its name."""
    bucket = unique("bucket")
    account.client("s3").create_bucket(Bucket=bucket)
    return bucket


def unique(kind: str) -> str:
    """A name that no other test has."""
    return f"{kind}-{uuid4().hex[:8]}"


class Notes:
    """An HTTP server that keeps what functions report to it, in order of arrival.

    Its path is its own: functions of an earlier test may go on reporting to a port that the
    system has since given to another.
    """

    def __init__(self) -> None:
        self._notes: list[dict[str, Any]] = []
        notes = self._notes
        path = f"/{unique('notes')}"

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                note = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if self.path == path:
                    notes.append(note)
                self.send_response(204 if self.path == path else 404)
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self._server.server_address[1]}{path}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def take(self, count: int) -> list[dict[str, Any]]:
        """The first so many notes, once there are so many."""
        return until(lambda: self._notes[:count] if len(self._notes) >= count else [])

    def __len__(self) -> int:
        return len(self._notes)
