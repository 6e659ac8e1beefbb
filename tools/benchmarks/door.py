"""A door between a function and the emulator, which counts what goes through.

A function is told its door's address instead of the emulator's (`AWS_ENDPOINT_URL`), so that every
call that its SDK makes is counted, repeated tries included, with nothing in the function for it.
"""

import http.client
import json
import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

from tools.benchmarks import billing

_CONFLICT = (b"ConditionalCheckFailedException", b"TransactionCanceledException")
_HOP = {"connection", "transfer-encoding", "content-length", "date", "server"}


class Door:
    """A server on a free port of this machine, for as long as it is entered.

    Args:
        port: Where the emulator listens.
        table: The bill of the table, shared by all doors.

    Attributes:
        calls: How many calls of which kind went through.
        units: How many of which billed unit they come to.
        bytes: How many bytes of which service were sent and received.
        conflicts: How many writes met another's.
    """

    def __init__(self, port: int, table: billing.Table) -> None:
        self.calls: dict[str, float] = defaultdict(float)
        self.units: dict[str, float] = defaultdict(float)
        self.bytes: dict[str, float] = defaultdict(float)
        self.conflicts = 0
        self._lock = threading.Lock()
        self._table = table
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, port))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def forget(self) -> None:
        """Begin to count anew."""
        with self._lock:
            for counter in (self.calls, self.units, self.bytes):
                counter.clear()
            self.conflicts = 0

    def count(self, method: str, target: str, request: bytes, answer: bytes) -> None:
        """Count one call."""
        with self._lock:
            bill = self._bill(method, target, request, answer)
            self.calls[bill.kind] += 1
            self.conflicts += any(word in answer[:500] for word in _CONFLICT)
            for unit, number in bill.units.items():
                self.units[unit] += number
            self.bytes[f"{bill.kind.split()[0]} sent"] += len(request)
            self.bytes[f"{bill.kind.split()[0]} received"] += len(answer)

    def _bill(self, method: str, target: str, request: bytes, answer: bytes) -> billing.Bill:
        service, _, action = target.partition(".")
        if service.startswith("DynamoDB"):
            return self._table.bill(action, json.loads(request), json.loads(answer or b"{}"))
        if service == "AmazonSQS":
            return billing.sqs(action)
        return billing.s3(method)


def _handler(door: Door, port: int) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            emulator = http.client.HTTPConnection("127.0.0.1", port)
            try:
                emulator.putrequest(
                    self.command, self.path, skip_host=True, skip_accept_encoding=True
                )
                for name, value in self.headers.items():
                    if name.lower() not in ("connection", "expect"):
                        emulator.putheader(name, value)
                emulator.endheaders(body)
                answer = emulator.getresponse()
                content = answer.read()
            finally:
                emulator.close()
            door.count(self.command, self.headers.get("x-amz-target", ""), body, content)
            self.send_response_only(answer.status, answer.reason)
            length = answer.getheader("content-length") if self.command == "HEAD" else None
            for name, value in answer.getheaders():
                if name.lower() not in _HOP:
                    self.send_header(name, value)
            self.send_header("content-length", length or str(len(content)))
            self.end_headers()
            self.wfile.write(content)
            self.wfile.flush()

        do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass_on  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
