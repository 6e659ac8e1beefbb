"""A page of another origin, in a real browser, asks for a partner's files and signs by itself."""

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Error, Page

from tests.api.world import World
from tests.compliance.browser import chromium
from tests.integration.cloud import Cloud, Partner

ASK = """async ({url, call}) => {
    const { ask } = await import("/signed.js");
    const answer = await ask(url, call);
    return {
        status: answer.status,
        etag: answer.headers.get("ETag"),
        type: answer.headers.get("Content-Type"),
        body: await answer.text(),
    };
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """A page of an origin of its own, with nothing on it."""
    here = functools.partial(SimpleHTTPRequestHandler, directory=str(Path(__file__).parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), here) as server, chromium() as browser:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        opened = browser.new_page()
        opened.goto(f"http://127.0.0.1:{server.server_address[1]}/signed.js")
        yield opened
        server.shutdown()


class Desk:
    """What the page does with a partner's credentials."""

    def __init__(self, page: Page, cloud: Cloud, partner: Partner) -> None:
        self._page = page
        self._url = cloud.outputs["statusApiUrl"]
        self._region = cloud.outputs["region"]
        self._credentials = partner.credentials

    def ask(self, path: str, **call: Any) -> dict[str, Any]:
        held = {
            "accessKeyId": self._credentials.access_key,
            "secretAccessKey": self._credentials.secret_key,
            "sessionToken": self._credentials.token,
        }
        told = {"credentials": held, "region": self._region, **call}
        answer: dict[str, Any] = self._page.evaluate(ASK, {"url": self._url + path, "call": told})
        return answer


@pytest.fixture
def desk(page: Page, cloud: Cloud, partner: Partner) -> Desk:
    return Desk(page, cloud, partner)


def test_it_reads_the_answer_and_its_etag(desk: Desk, known: World) -> None:
    path = f"/status/{known.partner}/{known.every_status}/{known.statuses['AGGREGATED']}"
    answer = desk.ask(path)
    assert (answer["status"], answer["type"]) == (200, "application/json")
    assert '"status":"AGGREGATED"' in answer["body"]
    again = desk.ask(path, headers={"if-none-match": answer["etag"]})
    assert (again["status"], again["etag"], again["body"]) == (304, answer["etag"], "")


def test_it_pages_through_a_feed_and_finds_any_name(desk: Desk, known: World) -> None:
    feed = f"/status/{known.partner}/{known.by_name}"
    assert desk.ask(f"{feed}?limit=2")["status"] == 200
    assert desk.ask(f"{feed}/uml%C3%A4ut-%E6%97%A5%E6%9C%AC.csv.gz")["status"] == 200
    assert desk.ask(f"{feed}/with%20space.csv", method="HEAD")["status"] == 200


def test_it_reads_why_it_is_refused(desk: Desk, known: World, other_partner: Partner) -> None:
    refused = desk.ask(f"/status/{other_partner.name}/us-equities")
    assert (refused["status"], refused["type"]) == (403, "application/json")
    assert "not authorized" in refused["body"]
    missing = desk.ask(f"/status/{known.partner}/{known.by_name}/none.csv")
    assert (missing["status"], missing["type"]) == (404, "application/problem+json")


def test_it_may_use_no_header_and_no_method_beyond_those_that_are_allowed(
    desk: Desk, known: World
) -> None:
    path = f"/status/{known.partner}/{known.every_status}"
    for call in ({"headers": {"x-anything": "1"}}, {"method": "DELETE"}):
        with pytest.raises(Error, match="Failed to fetch"):
            desk.ask(path, **call)
