"""Evidence of any size: the resources of another, many times over.

`python -m tests.compliance.scale EVIDENCE RESOURCES` measures the reports of it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count, islice
from pathlib import Path
from typing import TypeVar

from compliance import document, report
from compliance.evidence import Answer, Evidence, Resource
from tests.compliance.browser import chromium

T = TypeVar("T")


def scaled(evidence: Evidence, resources: int, policies: int | None = None) -> Evidence:
    """The evidence with exactly so many resources and policies, in copies with names of their own.

    Args:
        evidence: what is copied.
        resources: how many; the last copy is cut off there.
        policies: how many; None leaves those that there are.
    """
    asked = [
        (policy, f"{policy.name}-{number}" if number else policy.name)
        for policy, number in _copies(evidence.policies, policies or len(evidence.policies))
    ]
    about = list(_copies(evidence.resources, resources))
    given = {(answer.policy, answer.urn): answer for answer in evidence.answers}
    answers = [
        replace(given[policy.name, resource.urn], policy=name, urn=f"{resource.urn}-{number}")
        for policy, name in asked
        for resource, number in about
    ]
    return replace(
        evidence,
        policies=tuple(replace(policy, name=name) for policy, name in asked),
        resources=tuple(_copy(resource, number) for resource, number in about),
        answers=tuple(sorted(answers, key=_order)),
    )


def _copies(originals: tuple[T, ...], wanted: int) -> Iterator[tuple[T, int]]:
    return islice(((one, number) for number in count() for one in originals), wanted)


def _copy(resource: Resource, number: int) -> Resource:
    return replace(
        resource,
        urn=f"{resource.urn}-{number}",
        name=f"{resource.name}-{number}",
        parent=resource.parent and f"{resource.parent}-{number}",
        links=tuple(replace(link, urn=f"{link.urn}-{number}") for link in resource.links),
    )


def _order(answer: Answer) -> tuple[str, str]:
    return answer.policy, answer.urn


_OPEN = """
async (query) => {
  const painted = () => new Promise((done) =>
    requestAnimationFrame(() => setTimeout(done)));
  const search = document.getElementById("by-resource");
  const took = [];
  for (const text of [query, ""]) {
    const start = performance.now();
    search.value = text;
    search.dispatchEvent(new Event("input"));
    await painted();
    took.push(performance.now() - start);
  }
  const [opened] = performance.getEntriesByType("navigation");
  const elements = document.querySelectorAll("*").length;
  return [opened.domContentLoadedEventEnd / 1000, Math.max(...took) / 1000, elements];
}
"""


def _figures(path: Path, resources: int) -> Iterator[str]:
    evidence = scaled(document.load(path), resources)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written = report.write(evidence, folder)[0]
        start = time.perf_counter()
        evidence = document.load(written)
        size = written.stat().st_size / 1e6
        yield f"{len(evidence.answers):,} answers, {size:.1f} MB: read in {_since(start)}"
        for form in report.FORMATS:
            start = time.perf_counter()
            size = len(report.render(evidence, form).encode()) / 1e6
            yield f"{form}: {size:.2f} MB, rendered in {_since(start)}"
        with chromium() as browser:
            for _ in range(3):
                page = browser.new_page()
                page.goto((folder / "report.html").as_uri())
                opened, filtered, elements = page.evaluate(_OPEN, "queue")
                page.close()
                times = f"opened in {opened:.2f} s, filtered in {filtered:.2f} s"
                yield f"{times}, {elements:,} elements"


def _since(start: float) -> str:
    return f"{time.perf_counter() - start:.2f} s"


if __name__ == "__main__":
    for line in _figures(Path(sys.argv[1]), int(sys.argv[2])):
        sys.stdout.write(f"{line}\n")
