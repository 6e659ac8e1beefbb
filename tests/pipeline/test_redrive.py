"""What a dead letter is about, read from whatever ended up in the queue."""

import io
import json
from contextlib import nullcontext
from typing import Any

import pytest
import typer

from pipeline.commands import feeds
from pipeline.deployment import Deployment
from pipeline.errors import UsageError
from pipeline.redrive import DeadLetter, DeadLetterQueue


class Sqs:
    """A queue that holds these bodies, and hides what it has given."""

    def __init__(self, *bodies: str) -> None:
        self.waiting = [
            {"Body": body, "MessageId": str(n), "ReceiptHandle": str(n)}
            for n, body in enumerate(bodies)
        ]
        self.held: list[dict[str, Any]] = []
        self.sent: list[str] = []
        self.deleted: list[str] = []

    def receive_message(self, **_: Any) -> dict[str, Any]:
        """At most ten of a group at a time, as SQS gives them: all are of one here."""
        if self.held:
            return {}
        self.held, self.waiting = self.waiting[:10], self.waiting[10:]
        return {"Messages": self.held} if self.held else {}

    def change_message_visibility_batch(self, **call: Any) -> None:
        """Shows messages again; each in its old place."""
        assert all(entry["VisibilityTimeout"] == 0 for entry in call["Entries"])
        shown = [entry["ReceiptHandle"] for entry in call["Entries"]]
        self.waiting[:0] = [held for held in self.held if held["ReceiptHandle"] in shown]
        self.held = [held for held in self.held if held["ReceiptHandle"] not in shown]

    def get_queue_attributes(self, **call: Any) -> dict[str, Any]:
        return {"Attributes": dict.fromkeys(call["AttributeNames"], "0")}

    def send_message(self, **message: Any) -> None:
        self.sent.append(message["MessageBody"])

    def delete_message(self, **message: Any) -> None:
        self.deleted.append(message["ReceiptHandle"])
        self.held = [
            held for held in self.held if held["ReceiptHandle"] != message["ReceiptHandle"]
        ]


class Lambda:
    """Remembers what it was invoked with."""

    def __init__(self) -> None:
        self.payloads: list[dict[str, Any]] = []

    def invoke(self, **call: Any) -> None:
        self.payloads.append(json.loads(call["Payload"]))


def queue(
    function: str, sqs: Sqs, monkeypatch: pytest.MonkeyPatch
) -> tuple[DeadLetterQueue, Lambda]:
    functions = Lambda()
    clients = {"sqs": sqs, "lambda": functions}
    monkeypatch.setattr(Deployment, "client", lambda _self, service: clients[service])
    monkeypatch.setattr(Deployment, "output", lambda _self, name: name)
    return DeadLetterQueue(Deployment(outputs={}, session=None), function), functions


def work(number: object) -> str:
    return json.dumps({"partner": "acme", "feed": "x", "file": f"{number}/a.csv", "number": number})


def test_work_goes_back_in_feed_order_and_is_deleted_after_it_was_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sqs = Sqs(work(12), work(2), work(7))
    dead, _ = queue("processor", sqs, monkeypatch)
    assert [letter.number for letter in dead.redrive()] == [2, 7, 12]
    assert sqs.sent == [work(2), work(7), work(12)]
    assert sqs.deleted == ["1", "2", "0"]


def test_what_stays_does_not_keep_what_is_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = Sqs("poison", *(work(number) for number in range(1, 26)))
    dead, _ = queue("processor", sqs, monkeypatch)
    assert [letter.number for letter in dead.redrive()] == list(range(1, 26))
    assert [message["Body"] for message in sqs.waiting] == ["poison"]


def test_what_fails_again_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing(Sqs):
        def send_message(self, **message: Any) -> None:
            super().send_message(**message)
            again = {"Body": message["MessageBody"], "MessageId": "", "ReceiptHandle": "again"}
            self.waiting.append(again)

    sqs = Failing(work(1))
    dead, _ = queue("processor", sqs, monkeypatch)
    assert len(list(dead.redrive())) == 1
    assert [message["Body"] for message in sqs.waiting] == [work(1)]


def test_whoever_is_interrupted_lets_go_of_what_it_has_not_moved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Interrupting(Sqs):
        def delete_message(self, **message: Any) -> None:
            if self.deleted:
                raise KeyboardInterrupt
            super().delete_message(**message)

    sqs = Interrupting(work(3), work(1), work(2))
    dead, _ = queue("processor", sqs, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        list(dead.redrive())
    assert [letter.number for letter in dead.look()] == [2, 3]
    assert sqs.held == []


def test_letters_that_another_command_took_meanwhile_are_told_of(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Taken(Sqs):
        def change_message_visibility_batch(self, **_: Any) -> None:
            self.held = []

    queue("processor", Taken(work(1), work(2), "poison"), monkeypatch)
    monkeypatch.setattr(feeds, "load", lambda _: Deployment(outputs={}, session=None))
    feeds.redrive("processor", yes=True)
    said = capsys.readouterr().err
    assert "2 were taken by another command meanwhile" in said
    assert "3 dead letters seen, 0 moved back." in said


def test_where_nobody_can_be_asked_nothing_is_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = Sqs(work(1))
    queue("processor", sqs, monkeypatch)
    monkeypatch.setattr(feeds, "load", lambda _: Deployment(outputs={}, session=None))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError, match="say --yes"):
        feeds.redrive("processor")
    assert (sqs.sent, sqs.held) == ([], [])


@pytest.mark.parametrize(("words", "moved"), [("y\n", 1), ("yes\n", 1), ("n\n", 0), ("\n", 0)])
def test_an_answer_that_is_piped_counts(
    monkeypatch: pytest.MonkeyPatch, words: str, moved: int
) -> None:
    sqs = Sqs(work(1))
    queue("processor", sqs, monkeypatch)
    monkeypatch.setattr(feeds, "load", lambda _: Deployment(outputs={}, session=None))
    monkeypatch.setattr("sys.stdin", io.StringIO(words))
    with nullcontext() if moved else pytest.raises(typer.Abort):
        feeds.redrive("processor")
    assert len(sqs.sent) == moved


RECORDS: tuple[object, ...] = ("x", {}, [], [7], [{}])
NO_EVENTS = (
    *("x", ["x"], {"detail": "x"}, {"detail": {"requestPayload": "x"}}),
    *({"detail": {"requestPayload": {"Records": records}}} for records in RECORDS),
    {"detail": {"requestPayload": {"Records": [{"s3": {"object": {"key": 7}}}]}}},
)


@pytest.mark.parametrize("message", NO_EVENTS, ids=str)
def test_what_is_no_event_of_the_bucket_stays(
    message: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    dead, functions = queue("validator", Sqs(json.dumps(message)), monkeypatch)
    assert list(dead.redrive()) == []
    assert functions.payloads == []


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("uploads/acme/x/0007/a.csv", ("acme/x", 7, "0007/a.csv")),
        ("uploads/acme/x/7.csv", ("acme/x", 0, "7.csv")),
        ("uploads/acme/x/" + "9" * 5000 + "/a.csv", ("acme/x", 0, "9" * 5000 + "/a.csv")),
        ("uploads/stray.csv", ("", 0, "uploads/stray.csv")),
    ],
    ids=lambda value: str(value)[:40],
)
def test_any_key_that_the_bucket_told_of_is_taken_up_again(
    key: str, named: tuple[str, int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    event = {"Records": [{"s3": {"object": {"key": key}}}]}
    sqs = Sqs(json.dumps({"detail": {"requestPayload": event}}))
    dead, functions = queue("validator", sqs, monkeypatch)
    (moved,) = dead.redrive()
    assert (moved.feed, moved.number, moved.file) == named
    assert functions.payloads == [event]


@pytest.mark.parametrize(
    "body",
    [
        *("poison", "[1]", '{"partner": "acme"}', "null", "7", "[" * 100_000),
        *(
            work("x"),
            work(None),
            work(7).replace("7}", "1e999}"),
            work(7).replace("acme", "\\ud800"),
            work(7).replace("acme", "a b"),
            work(7).replace("acme", "acme/x"),
        ),
    ],
    ids=lambda body: body[:70],
)
def test_what_is_no_work_stays(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sqs = Sqs(body)
    dead, _ = queue("aggregator", sqs, monkeypatch)
    assert list(dead.redrive()) == []
    assert (sqs.sent, sqs.deleted) == ([], [])


def test_a_failed_event_of_the_bucket_is_given_to_the_validator_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    event = {"Records": [{"s3": {"object": {"key": "uploads/acme/x/7/a+b%C3%A9.csv"}}}]}
    sqs = Sqs(json.dumps({"detail": {"requestPayload": event}}))
    dead, functions = queue("validator", sqs, monkeypatch)
    (moved,) = dead.redrive()
    assert (moved.feed, moved.number, moved.file) == ("acme/x", 7, "7/a bé.csv")
    assert functions.payloads == [event]


def test_a_failed_question_about_a_status_is_shown_and_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sqs = Sqs(work(1))
    dead, _ = queue("status", sqs, monkeypatch)
    (seen,) = dead.look()
    assert isinstance(seen, DeadLetter)
    assert not seen.document()["redrivable"]
