"""The HTML report in a real browser: it opens, filters, explains, prints, and fetches nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from compliance.evidence import Evidence, Outcome
from compliance.reports import html
from tests.compliance import samples
from tests.compliance.browser import chromium, executable
from tests.compliance.scale import scaled

# How long the page takes says what else the machine does.
expect.set_options(timeout=60_000)  # milliseconds


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


class Report:
    """An open report, and everything the browser complained of or asked for."""

    def __init__(
        self, browser: Browser, folder: Path, evidence: Evidence, **context: object
    ) -> None:
        path = folder / "report.html"
        path.write_text(html.render(evidence), encoding="utf-8")
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.page: Page = browser.new_context(**context).new_page()  # type: ignore[arg-type]
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(path.as_uri())
        self.address = path.as_uri()


@pytest.fixture
def report(browser: Browser, tmp_path: Path) -> Iterator[Report]:
    opened = Report(browser, tmp_path, samples.sample())
    yield opened
    opened.page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(
    "evidence",
    [samples.sample(), samples.compliant(), samples.hostile()],
    ids=["sample", "compliant", "hostile"],
)
def test_it_opens_without_a_complaint_or_a_request(
    browser: Browser, tmp_path: Path, evidence: Evidence, theme: str
) -> None:
    report = Report(browser, tmp_path, evidence, color_scheme=theme)
    expect(report.page.locator("#grid td button")).to_have_count(4)
    assert report.complaints == []
    assert report.requests == [report.address]
    report.page.context.close()


def test_a_cell_opens_its_evidence_with_the_line_of_the_program(report: Report) -> None:
    page = report.page
    page.get_by_role("button", name="queue-fifo on orders-queue: failed", exact=True).click()
    dialog = page.get_by_role("dialog")
    for part in ("stack/orders.py:12", "fifoQueue is not true", samples.QUEUE, "Set the property."):
        expect(dialog).to_contain_text(part)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_a_waived_cell_shows_its_waiver(report: Report) -> None:
    page = report.page
    page.get_by_role("button", name="queue-encryption on orders-queue: waived").click()
    expect(page.get_by_role("dialog")).to_contain_text("analytics, until 2026-12-31")


def test_filters_narrow_the_matrix_and_clear_again(report: Report) -> None:
    page = report.page
    shown = page.locator("#grid td button:visible")
    page.get_by_role("searchbox", name="Policy").fill("queue-fifo")
    expect(shown).to_have_count(2)
    page.get_by_role("searchbox", name="Resource").fill("Queue orders")
    expect(shown).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("1 policies, 1 resources")
    page.get_by_role("button", name="Clear").click()
    expect(shown).to_have_count(4)


def test_it_opens_without_rows_and_columns_that_are_all_not_applicable(
    browser: Browser, tmp_path: Path
) -> None:
    original = samples.sample()
    idle = samples.policy("table-ttl")
    answers = [
        samples.answer(idle.name, resource.urn, Outcome.NOT_APPLICABLE, reason="Governs Table.")
        for resource in original.resources
    ]
    evidence = dataclasses.replace(
        original, policies=(*original.policies, idle), answers=(*original.answers, *answers)
    )
    page = Report(browser, tmp_path, evidence).page
    expect(page.locator("#shown")).to_have_text("2 policies, 2 resources")
    expect(page.locator("#grid").get_by_text("table-ttl")).to_be_hidden()
    page.get_by_label("Show").select_option("everything")
    expect(page.locator("#shown")).to_have_text("3 policies, 4 resources")
    page.context.close()


def test_showing_one_outcome_leaves_its_rows_and_columns(report: Report) -> None:
    page = report.page
    page.get_by_label("Show").select_option("failed")
    expect(page.locator("#grid td button:visible")).to_have_count(1)
    expect(page.locator("#shown")).to_have_text("1 policies, 1 resources, 1 failed")


def test_a_search_without_a_match_shows_an_empty_matrix(report: Report) -> None:
    page = report.page
    page.get_by_role("searchbox", name="Policy").fill("no such policy")
    expect(page.locator("#grid td button:visible")).to_have_count(0)
    assert report.complaints == []


def test_the_arrow_keys_move_between_cells_and_enter_opens_one(report: Report) -> None:
    page = report.page
    page.get_by_role("button", name="queue-encryption on orders-queue: waived").focus()
    page.keyboard.press("ArrowDown")
    expect(
        page.get_by_role("button", name="queue-fifo on orders-queue: failed", exact=True)
    ).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("fifoQueue is not true")


def test_a_resource_of_the_drawing_narrows_the_matrix_to_it(report: Report) -> None:
    page = report.page
    page.locator(f'a.row[data-urn="{samples.QUEUE}"]').click()
    expect(page.locator("#shown")).to_have_text("2 policies, 1 resources")


def test_the_theme_can_be_changed(report: Report) -> None:
    page = report.page
    background = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(background)
    page.get_by_role("button", name="Dark").click()
    assert page.evaluate(background) != before
    expect(page.get_by_role("button", name="Light")).to_be_visible()


# Tables that have to be scrolled sideways.
_CUT = """
() => [...document.querySelectorAll(".scroll:not(#grid):not(.drawing)")]
  .filter((part) => part.scrollWidth > part.clientWidth)
  .map((part) => part.closest("section").id)
"""


def test_on_a_phone_nothing_but_the_wide_parts_scrolls_sideways(
    browser: Browser, tmp_path: Path
) -> None:
    phone = {"width": 360, "height": 740}
    for evidence in (samples.sample(), samples.hostile()):
        report = Report(browser, tmp_path, evidence, viewport=phone)
        assert report.page.evaluate("document.documentElement.scrollWidth") <= 360
        assert report.page.evaluate(_CUT) == []
        report.page.context.close()


def test_printed_it_keeps_the_verdict_and_leaves_the_controls_out(report: Report) -> None:
    page = report.page
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", name="Not compliant")).to_be_visible()
    expect(page.get_by_text("fifoQueue is not true").first).to_be_visible()
    expect(page.locator("#matrix")).to_be_hidden()
    expect(page.locator("nav")).to_be_hidden()


@pytest.fixture(scope="module")
def large(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Report]:
    folder = tmp_path_factory.mktemp("large")
    opened = Report(browser, folder, scaled(samples.compliant(), 1000, policies=64))
    yield opened
    assert opened.complaints == []
    opened.page.context.close()


@pytest.fixture
def wide(large: Report) -> Page:
    """The report of 64,000 answers, nothing filtered, at its first column."""
    large.page.get_by_role("button", name="Clear").click()
    large.page.get_by_label("Show").select_option("everything")
    large.page.locator("#grid").scroll_into_view_if_needed()
    expect(large.page.locator("#shown")).to_have_text("64 policies, 1000 resources")
    return large.page


_SCROLL = "(grid, x) => { grid.scrollLeft = x; }"


def test_a_thousand_resources_put_no_more_into_the_page_than_is_in_sight(wide: Page) -> None:
    elements = "document.querySelectorAll('*').length"
    assert wide.evaluate(elements) < 20_000
    wide.locator("#grid").evaluate(_SCROLL, 10_000)
    expect(wide.locator("#grid thead th[aria-colindex='410']")).to_be_in_viewport()
    assert wide.evaluate(elements) < 20_000


def test_scrolled_to_its_end_the_matrix_shows_the_last_resource(wide: Page) -> None:
    grid = wide.locator("#grid")
    grid.evaluate(_SCROLL, 1_000_000)
    last = wide.locator("#grid thead th").last
    expect(last).to_have_attribute("aria-colindex", "1001")
    expect(wide.get_by_role("grid")).to_have_attribute("aria-colcount", "1001")
    edges = [part.evaluate("e => e.getBoundingClientRect().right") for part in (grid, last)]
    assert abs(edges[0] - edges[1]) < 4
    expect(wide.locator("#grid button[tabindex='0']")).to_have_count(1)


def test_a_search_finds_a_resource_that_was_not_in_sight(wide: Page) -> None:
    wide.get_by_role("searchbox", name="Resource").fill("orders-function-249")
    expect(wide.locator("#grid td button")).to_have_count(64)
    wide.get_by_role("button", name="queue-fifo-31 on orders-function-249: passed").click()
    expect(wide.get_by_role("dialog")).to_contain_text("stack/function.py:40")
    wide.keyboard.press("Escape")


def test_the_arrow_keys_go_on_beyond_what_was_in_sight(wide: Page) -> None:
    wide.locator("#grid button[tabindex='0']").focus()
    for _ in range(80):
        wide.keyboard.press("ArrowRight")
    focused = wide.locator("#grid button:focus")
    expect(focused).to_have_attribute("data-column", "80")
    expect(focused).to_be_in_viewport()
    wide.locator("#grid").evaluate(_SCROLL, 0)
    expect(wide.locator("#grid button:focus")).to_have_count(1)


def test_after_an_empty_search_the_matrix_fills_its_width_again(wide: Page) -> None:
    before = wide.locator("#grid td button").count()
    wide.get_by_role("searchbox", name="Resource").fill("no such resource")
    expect(wide.locator("#grid td button")).to_have_count(0)
    wide.get_by_role("searchbox", name="Resource").fill("")
    expect(wide.locator("#grid td button")).to_have_count(before)


_CONTRAST = """
() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const [r, g, b, a = 1] = rgb(getComputedStyle(at).backgroundColor);
      if (a > 0) layers.push([r, g, b, a]);
      if (a === 1) break;
    }
    let colour = layers.pop() || [255, 255, 255];
    for (const [r, g, b, a] of layers.reverse()) {
      colour = [r, g, b].map((v, i) => v * a + colour[i] * (1 - a));
    }
    return colour;
  };
  const low = [];
  for (const element of document.querySelectorAll("main *, header *, nav *")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("svg")) continue;
    const pair = [light(rgb(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    if (ratio < 4.5) low.push(`${element.className} ${element.textContent.slice(0, 20)} ${ratio}`);
  }
  return low;
}
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_enough_contrast(browser: Browser, tmp_path: Path, theme: str) -> None:
    report = Report(browser, tmp_path, samples.sample(), color_scheme=theme)
    assert report.page.evaluate(_CONTRAST) == []
    report.page.context.close()


def test_a_machine_without_a_browser_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="apt-get install chromium"):
        executable()
