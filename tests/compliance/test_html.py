"""The HTML report as a document: self-contained, complete without scripts, closed to injection."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from compliance.evidence import Evidence, Link, Problem
from compliance.reports import html
from compliance.reports.html import architecture
from tests.compliance import samples
from tests.compliance.scale import scaled

VOID = {"meta", "link", "input", "br", "img", "path"}


class Page(HTMLParser):
    """Every element with its attributes, and the text inside each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.inside: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.inside[-1] if self.inside else "", data))

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text(self, tag: str) -> str:
        return "".join(text for inside, text in self.texts if inside == tag)


def data(page: Page) -> dict[str, Any]:
    scripts = [text for inside, text in page.texts if inside == "script"]
    document: dict[str, Any] = json.loads(scripts[0])
    return document


@pytest.mark.parametrize(
    "evidence",
    [samples.sample(), samples.compliant(), samples.hostile()],
    ids=["sample", "compliant", "hostile"],
)
def test_elements_are_closed_and_nothing_is_fetched(evidence: Evidence) -> None:
    page = Page(html.render(evidence))
    assert page.inside == []
    for _, attributes in page.elements:
        assert "style" not in attributes  # the content security policy would drop it
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "action", "data", "poster", "srcset"):
            assert attributes.get(name, "#").startswith(("#", "data:,"))
    assert "url(" not in page.text("style").replace("url(#", "")
    assert "@import" not in page.text("style")


def test_its_policy_allows_its_own_style_and_script_and_nothing_else() -> None:
    text = html.render(samples.hostile())
    page = Page(text)
    (policy,) = [m["content"] for m in page.all("meta") if "http-equiv" in m]
    assert policy.startswith("default-src 'none'; base-uri 'none'; form-action 'none'")
    for tag in ("style", "script"):
        content = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert len(content) == 1
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_hostile_text_adds_no_element() -> None:
    def shape(evidence: Evidence) -> dict[str, int]:
        tags = [tag for tag, _ in Page(html.render(evidence)).elements]
        return {tag: tags.count(tag) for tag in ("script", "img", "a", "svg", "iframe")}

    problem = Problem(file="waivers.yaml", line=1, message="plain")
    assert shape(samples.hostile()) == shape(samples.sample(problems=(problem,)))


def test_the_verdict_is_the_first_heading() -> None:
    for evidence, headline in (
        (samples.sample(), "Not compliant: 2 failed, 1 undetermined"),
        (samples.compliant(), "Compliant"),
    ):
        assert Page(html.render(evidence)).text("h1") == headline


def test_what_blocks_stands_in_the_page_without_scripts() -> None:
    text = html.render(samples.sample())
    static = text.split('<script type="application/json"')[0]
    for part in ("fifoQueue is not true", "stack/orders.py:12", "environment.variables"):
        assert part in static


def test_every_answer_is_in_the_data_of_the_matrix() -> None:
    evidence = samples.sample()
    told = data(Page(html.render(evidence)))
    found = {
        (policy["name"], resource["urn"], told["answers"][row][column][0])
        for row, policy in enumerate(told["policies"])
        for column, resource in enumerate(told["resources"])
    }
    codes = {"PASS": "P", "FAIL": "F", "UNKNOWN": "U", "WAIVED": "W", "NOT_APPLICABLE": "-"}
    assert found == {(a.policy, a.urn, codes[a.outcome]) for a in evidence.answers}


def test_an_answer_more_takes_a_few_bytes_and_no_element() -> None:
    small, large = (
        html.render(scaled(samples.compliant(), 100, policies)) for policies in (50, 100)
    )
    assert (len(large) - len(small)) / 5_000 < 16
    elements = [len(Page(text).elements) for text in (small, large)]
    assert elements[1] - elements[0] < 50 * 25  # a row in the table of policies, a line per clause


def test_a_waiver_shows_how_long_it_holds() -> None:
    assert "2026-12-31 (37 days left)" in html.render(samples.sample())


def test_the_drawing_marks_the_resource_that_fails() -> None:
    page = Page(html.render(samples.sample()))
    rows = {a["data-urn"]: a["class"] for a in page.all("a") if "data-urn" in a}
    assert rows == {samples.QUEUE: "row flawed", samples.FUNCTION: "row flawed"}


def test_the_drawing_of_a_compliant_stack_marks_nothing() -> None:
    page = Page(html.render(samples.compliant()))
    rows = {a["data-urn"]: a["class"] for a in page.all("a") if "data-urn" in a}
    assert rows == {samples.QUEUE: "row", samples.FUNCTION: "row"}


def test_the_drawing_has_an_arrow_for_a_link_between_components() -> None:
    edges = [p for p in Page(html.render(samples.sample())).all("path") if "data-from" in p]
    assert len(edges) == 1


def test_resources_that_claim_to_be_each_others_parents_are_drawn_all_the_same() -> None:
    original = samples.sample()
    parents = {samples.QUEUE: samples.FUNCTION, samples.FUNCTION: samples.QUEUE}
    circular = dataclasses.replace(
        original,
        resources=tuple(
            dataclasses.replace(r, parent=parents.get(r.urn, r.parent)) for r in original.resources
        ),
    )
    assert "orders-queue" in architecture.draw(circular)


def test_a_chain_of_references_of_any_length_is_drawn() -> None:
    original = samples.sample()
    component, queue = (
        next(r for r in original.resources if r.urn == urn)
        for urn in (samples.ORDERS, samples.QUEUE)
    )
    chain = []
    for n in range(3000):
        owner, behind = f"{samples.ORDERS}-{n}", f"{samples.QUEUE}-{(n + 1) % 3000}"
        link = Link(property="name", urn=behind)
        chain.append(dataclasses.replace(component, urn=owner, name=f"orders-{n}", links=()))
        chain.append(
            dataclasses.replace(queue, urn=f"{samples.QUEUE}-{n}", parent=owner, links=(link,))
        )
    evidence = dataclasses.replace(original, policies=(), answers=(), resources=tuple(chain))
    assert "orders-2999" in architecture.draw(evidence)


def test_ungoverned_types_are_listed() -> None:
    assert "<code>shop:index:Orders</code> (1)" in html.render(samples.sample())


def test_it_has_the_landmarks_and_labels_that_reading_aloud_needs() -> None:
    page = Page(html.render(samples.sample()))
    assert page.all("html") == [{"lang": "en"}]
    for landmark in ("header", "nav", "main"):
        assert len(page.all(landmark)) == 1
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    for section in page.all("section"):
        assert section["aria-labelledby"] in ids
    regions = [a["aria-label"] for _, a in page.elements if a.get("role") == "region"]
    titles = [text for inside, text in page.texts if inside == "h2"]
    assert len({*titles, *regions}) == len(titles) + len(regions)  # no two sound alike
    labelled = page.text("label")
    for word in ("Policy", "Resource", "Show"):
        assert word in labelled


def test_each_clause_has_its_policies_their_passes_and_what_else_proves_it() -> None:
    text = html.render(samples.sample())
    view = text[text.index('<section id="clauses"') : text.index('<section id="matrix"')]
    rows = [re.sub(r"\s*<[^>]+>\s*", " ", row).split() for row in view.split("<tr>")[2:]]
    said = [" ".join(row) for row in rows]
    assert said[0].startswith("MQ-1 Every queue is FIFO constraint queue-encryption undetermined")
    assert "queue-fifo fails (1 of 2)" in said[0]
    assert said[2].startswith("GOV-3 Policies have tests tests")


def test_old_evidence_without_clauses_has_no_view_of_them() -> None:
    text = html.render(dataclasses.replace(samples.sample(), clauses=()))
    assert 'id="clauses"' not in text
    assert 'href="#clauses"' not in text
