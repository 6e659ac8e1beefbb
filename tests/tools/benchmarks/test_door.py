"""The door passes everything on as it is, and counts it."""

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tools.benchmarks.billing import Table
from tools.benchmarks.door import Door


class Echo(BaseHTTPRequestHandler):
    """Answers with what it was sent."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.send_response(202)
        self.send_header("x-host", self.headers["host"])
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("content-length", "1234")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def door() -> Iterator[Door]:
    server = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with Door(server.server_address[1], Table()) as door:
        yield door
    server.shutdown()
    server.server_close()


def ask(door: Door, method: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    connection = http.client.HTTPConnection(door.endpoint.removeprefix("http://"))
    body = json.dumps({"Item": {"pk": {"S": "a"}, "sk": {"S": "b"}}}) if method == "POST" else None
    connection.request(method, "/path?x=1", body, headers)
    answer = connection.getresponse()
    return answer, answer.read()


def test_call_is_passed_on_with_its_host_for_the_signature_covers_it(door: Door) -> None:
    answer, body = ask(door, "POST", **{"x-amz-target": "DynamoDB_20120810.PutItem"})
    assert answer.status == 202
    assert answer.getheader("x-host") == door.endpoint.removeprefix("http://")
    assert json.loads(body)["Item"]["pk"] == {"S": "a"}


def test_calls_are_counted_by_kind_until_they_are_forgotten(door: Door) -> None:
    ask(door, "POST", **{"x-amz-target": "DynamoDB_20120810.PutItem"})
    ask(door, "POST", **{"x-amz-target": "AmazonSQS.SendMessage"})
    assert door.calls == {"DynamoDB PutItem": 1, "SQS SendMessage": 1}
    assert door.units == {"write unit": 1, "queue request": 1}
    door.forget()
    assert not door.calls


def test_length_of_an_object_survives_a_head(door: Door) -> None:
    answer, body = ask(door, "HEAD")
    assert (answer.getheader("content-length"), body) == ("1234", b"")
    assert door.calls == {"S3 HEAD": 1}
