"""HTTP's own rules: conditions, pages, HEAD, OPTIONS, and what a page of another origin may see."""

import base64
import json

import pytest
from schemathesis.schemas import BaseSchema

from tests.api.raw import ask
from tests.api.world import NAMES, World
from tests.integration.cloud import Cloud, Partner

ORIGIN = "https://desk.example"


@pytest.fixture(params=["feed", "file"])
def path(request: pytest.FixtureRequest, known: World) -> str:
    feed = f"/status/{known.partner}/{known.every_status}"
    return feed if request.param == "feed" else f"{feed}/{known.statuses['AGGREGATED']}"


def test_the_same_state_has_the_same_etag(path: str, partner: Partner) -> None:
    assert ask(partner, path).headers["etag"] == ask(partner, path).headers["etag"]


def test_another_state_has_another_etag(partner: Partner, known: World) -> None:
    feed = f"/status/{known.partner}/{known.every_status}"
    etags = {ask(partner, f"{feed}/{file}").headers["etag"] for file in known.statuses.values()}
    assert len(etags) == len(known.statuses)


@pytest.mark.parametrize("form", ["{etag}", "W/{etag}", '"other", {etag}', "*", ' {etag} ,"x"'])
def test_what_the_caller_has_is_not_sent_again(form: str, path: str, partner: Partner) -> None:
    etag = ask(partner, path).headers["etag"]
    again = ask(partner, path, headers={"If-None-Match": form.format(etag=etag)})
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == etag
    assert again.headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("form", ['"other"', "nonsense", '"', ""])
def test_what_the_caller_has_not_is_sent(form: str, path: str, partner: Partner) -> None:
    assert ask(partner, path, headers={"If-None-Match": form}).status == 200


def test_head_answers_as_get_without_the_body(path: str, partner: Partner) -> None:
    told, head = ask(partner, path), ask(partner, path, method="HEAD")
    assert (head.status, head.body) == (told.status, b"")
    for name in (
        "content-length",
        "etag",
        "cache-control",
        "content-type",
        "access-control-allow-origin",
    ):
        assert head.headers[name] == told.headers[name]
    condition = {"If-None-Match": told.headers["etag"]}
    assert ask(partner, path, method="HEAD", headers=condition).status == 304


def test_head_refuses_as_get_does(partner: Partner, other_partner: Partner) -> None:
    for path in (f"/status/{partner.name}/none/a.csv", f"/status/{other_partner.name}/any"):
        told, head = ask(partner, path), ask(partner, path, method="HEAD")
        assert (head.status, head.body) == (told.status, b"")


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_pages_of_a_feed_hold_each_file_once_in_order(
    limit: int, partner: Partner, known: World, contract: BaseSchema
) -> None:
    feed = f"/status/{known.partner}/{known.by_name}"
    names: list[str] = []
    query = f"?limit={limit}"
    while True:
        page = ask(partner, f"{feed}{query}").json()
        assert len(page["files"]) <= limit
        names += [file["file"] for file in page["files"]]
        if page["cursor"] is None:
            break
        assert len(page["files"]) == limit
        query = f"?limit={limit}&cursor={page['cursor']}"
    assert names == sorted([*NAMES, known.no_number], key=str.encode)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=", "limit=1e1"])
def test_a_limit_out_of_range_is_a_problem(query: str, partner: Partner, known: World) -> None:
    answer = ask(partner, f"/status/{known.partner}/{known.by_name}?{query}")
    assert answer.status == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "1 to 100" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["limit=1&limit=2", "limit=1&limit=1", "cursor=&cursor="])
def test_a_parameter_given_twice_is_a_problem(query: str, partner: Partner, known: World) -> None:
    answer = ask(partner, f"/status/{known.partner}/{known.by_name}?{query}")
    assert answer.status == 400
    assert answer.json()["detail"] == f"The {query.partition('=')[0]} is given more than once."


def test_a_cursor_of_another_feed_or_none_is_a_problem(partner: Partner, known: World) -> None:
    page = ask(partner, f"/status/{known.partner}/{known.by_name}?limit=1").json()
    forged = base64.urlsafe_b64encode(json.dumps({"feed": "x/y", "after": "a"}).encode())
    for cursor in (page["cursor"], forged.decode().rstrip("="), "%00", "nonsense", ""):
        answer = ask(partner, f"/status/{known.partner}/{known.every_status}?cursor={cursor}")
        assert (answer.status, answer.json()["status"]) == (400, 400)


def test_a_preflight_needs_no_signature_and_allows_what_a_signed_request_carries(
    path: str, cloud: Cloud, partner: Partner
) -> None:
    preflight = {
        "Origin": ORIGIN,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization,if-none-match,x-amz-date",
    }
    unsigned = {"Authorization": ""}
    answer = ask(partner, path, method="OPTIONS", headers=preflight, tampering=unsigned)
    assert answer.status == 200
    assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)
    methods = answer.headers["access-control-allow-methods"].replace(" ", "").split(",")
    assert {"GET", "HEAD"} <= set(methods)
    allowed = answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    assert {
        "authorization",
        "if-none-match",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    } <= set(allowed)


def test_every_answer_may_be_read_by_a_page_of_another_origin(
    partner: Partner, other_partner: Partner, known: World
) -> None:
    feed = f"/status/{known.partner}/{known.every_status}"
    for path, status in (
        (feed, 200),
        (f"{feed}?limit=0", 400),
        (f"{feed}/none.csv", 404),
        (f"/status/{other_partner.name}/any", 403),
        ("/nowhere", 403),
    ):
        answer = ask(partner, path, headers={"Origin": ORIGIN})
        assert answer.status == status
        assert answer.headers["access-control-allow-origin"] in ("*", ORIGIN)
        assert "etag" in answer.headers["access-control-expose-headers"].lower()
