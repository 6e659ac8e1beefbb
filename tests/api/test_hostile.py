"""No request breaks the API, reaches another partner, or learns of the inside."""

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.api.raw import Answer, ask
from tests.api.world import World
from tests.integration.cloud import Partner

# Parts of a path as they stand in the request line: what may stand there unencoded, and any byte
# encoded, well or badly, once or twice.
_PLAIN = st.text("abz09-._~!$&'()*+,;=:@/", max_size=12)
_ENCODED = st.binary(max_size=6).map(lambda some: "".join(f"%{byte:02x}" for byte in some))
_TRICKS = st.sampled_from(
    ["%", "%2", "%zz", "%00", "%2e%2e/", "../", "./", "//", "%2F", "%252F", "%5c", "%c0%af"]
)
_TARGETS = st.lists(st.one_of(_PLAIN, _ENCODED, _TRICKS), max_size=8).map("".join)
_QUERIES = st.one_of(
    st.just(""),
    st.lists(st.one_of(_PLAIN, _ENCODED, st.sampled_from(["limit=", "cursor=", "&", "="]))).map(
        lambda parts: "?" + "".join(parts).replace("/", "")
    ),
)
# What would tell of the inside: names of services, errors of the SDK, traces, Go.
_INSIDE = (b"dynamodb", b"status-table", b"goroutine", b"panic", b"Traceback", b"operation error")

hostile = settings(
    max_examples=200,
    derandomize=True,
)


def harmless(answer: Answer) -> None:
    """No fault of the API's, and nothing of the inside in it."""
    assert answer.status < 500
    assert not any(word in answer.body for word in _INSIDE)
    if answer.headers.get("content-type") == "application/problem+json":
        assert answer.json()["status"] == answer.status


@hostile
@given(target=_TARGETS, query=_QUERIES)
@example(target="/" * 200, query="")
@example(target="a" * 8000, query="")
@example(target="%F0%9F%92%A9" * 500, query="")
@example(target="..%2f..%2f..%2fetc%2fpasswd", query="")
@example(target="x.csv", query="?limit=99999999999999999999&cursor=" + "A" * 4000)
@example(target="x.csv", query="?" + "&".join(f"p{n}=1" for n in range(500)))
def test_no_path_of_the_partners_own_is_a_fault(
    target: str, query: str, partner: Partner, known: World
) -> None:
    harmless(ask(partner, f"/status/{partner.name}/{known.every_status}/{target}{query}"))


@hostile
@given(target=_TARGETS, query=_QUERIES)
def test_no_path_at_all_is_a_fault(target: str, query: str, partner: Partner) -> None:
    harmless(ask(partner, f"/{target}{query}"))


@hostile
@given(value=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=200))
@example(value='"' * 4000)
@example(value=",".join(['W/"0"'] * 500))
def test_no_condition_is_a_fault(value: str, partner: Partner, known: World) -> None:
    path = f"/status/{partner.name}/{known.every_status}"
    answer = ask(partner, path, headers={"If-None-Match": value})
    harmless(answer)
    assert answer.status in (200, 304)


@pytest.mark.parametrize(
    "way",
    [
        "/status/{other}/{feed}",
        "/status/{other}/{feed}/a.csv",
        "/status/{own}/../{other}/{feed}",
        "/status/{own}/%2e%2e/{other}/{feed}",
        "/status/{own}/..%2f{other}/{feed}",
        "/status/{own}%2f..%2f{other}/{feed}",
        "/status//{other}/{feed}",
        "/status/./{other}/{feed}",
        "/status/{own}/x/../../{other}/{feed}",
        "/status/{own}/x/%2e%2e%2f%2e%2e%2f{other}%2f{feed}",
        "/STATUS/{other}/{feed}",
        "/status/%{hex}/{feed}",
    ],
)
def test_no_way_leads_to_another_partner(
    way: str, partner: Partner, other_partner: Partner
) -> None:
    feed = "secret-feed"
    version = other_partner.put(feed, "a.csv", b"timestamp,symbol,price,size\n")
    other_partner.settled(feed, "a.csv", version)
    encoded = "%".join(f"{byte:02x}" for byte in other_partner.name.encode())
    path = way.format(own=partner.name, other=other_partner.name, feed=feed, hex=encoded)
    answer = ask(partner, path)
    harmless(answer)
    assert answer.status in (400, 403, 404)
    assert version.encode() not in answer.body


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_other_method_is_let_through(method: str, partner: Partner, known: World) -> None:
    path = f"/status/{partner.name}/{known.every_status}"
    answer = ask(partner, path, method=method)
    harmless(answer)
    assert answer.status in (400, 403, 405, 501)


@pytest.mark.parametrize(
    "tampering",
    [
        {"Authorization": ""},
        {"Authorization": "AWS4-HMAC-SHA256 nonsense"},
        {"Authorization": "Bearer " + "x" * 3000},
        {"X-Amz-Date": "19700101T000000Z"},
        {"X-Amz-Security-Token": "another"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_a_request_tampered_with_is_refused_as_a_message(
    tampering: dict[str, str], partner: Partner, known: World
) -> None:
    path = f"/status/{partner.name}/{known.every_status}"
    answer = ask(partner, path, tampering=tampering)
    assert answer.status == 403
    assert set(json.loads(answer.body)) <= {"message", "Message"}
