"""The Markdown report: short enough for a comment, and no text of the stack can change it."""

from __future__ import annotations

import dataclasses
import re

from markdown_it import MarkdownIt

from compliance.evidence import Evidence, Outcome, Problem
from compliance.reports import markdown
from tests.compliance import samples


def html(evidence: Evidence) -> str:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    rendered: str = parser.render(markdown.render(evidence))
    return rendered


def many(number: int) -> Evidence:
    """The sample with many failing queues."""
    original = samples.sample(findings=(), scanners=())
    queues = [
        dataclasses.replace(original.resources[2], urn=f"{samples.QUEUE}-{i:05}", links=())
        for i in range(number)
    ]
    more = [
        samples.answer(policy.name, queue.urn, Outcome.FAIL, message="bad " * 20)
        for policy in original.policies
        for queue in queues
    ]
    return dataclasses.replace(
        original,
        resources=(*original.resources, *queues),
        answers=(*original.answers, *more),
    )


def test_it_is_the_golden_report() -> None:
    golden = (samples.GOLDEN / "report.md").read_text(encoding="utf-8")
    assert markdown.render(samples.sample()) == golden


def test_the_verdict_comes_first_then_what_failed_then_the_table() -> None:
    text = html(samples.sample())
    places = [text.index(part) for part in ("Not compliant", "fifoQueue is not true", "<table>")]
    assert places == sorted(places)


def test_a_failure_names_its_policy_resource_and_line() -> None:
    text = html(samples.sample())
    assert (
        "<strong>queue-fifo</strong> on <code>orders-queue</code> at "
        "<code>stack/orders.py:12</code>: fifoQueue is not true<br>Fix: Set the property."
    ) in text


def test_a_compliant_stack_has_no_list_of_failures() -> None:
    text = html(samples.compliant())
    assert "Compliant" in text
    assert "<li>" not in text


def test_a_faulty_waiver_file_is_told_before_everything() -> None:
    problem = Problem(file="waivers.yaml", line=7, message="owner is missing")
    text = html(samples.sample(problems=(problem,)))
    assert "1 invalid waiver" in text
    assert text.index("owner is missing") < text.index("fifoQueue is not true")


def test_a_scanners_rules_are_counted_in_the_table() -> None:
    assert "<td>checkov:CKV_AWS_117</td>" in html(samples.sample())


def test_it_stays_within_a_comments_limit_and_counts_what_it_left_out() -> None:
    text = markdown.render(many(2000))
    assert len(text) <= markdown.LIMIT
    assert len(text) > markdown.LIMIT * 0.9
    assert "more lines; see the evidence for all" in text
    assert "| queue\\-fifo | 2001 |" in text


def test_one_endless_message_does_not_hide_what_else_failed() -> None:
    original = samples.sample()
    answers = tuple(
        dataclasses.replace(a, message="x" * markdown.LIMIT) if a.outcome is Outcome.FAIL else a
        for a in original.answers
    )
    text = markdown.render(dataclasses.replace(original, answers=answers))
    assert "environment" in text
    assert "… and 1 more lines" in text


def test_hostile_text_makes_no_markup() -> None:
    text = html(samples.hostile())
    for markup in ("<script", "<img", "<a ", "<strong>bold", "alert(3)</a>"):
        assert markup not in text
    assert "@octocat" not in re.sub("<code>.*?</code>", "", text)  # code mentions nobody
    rows = [line for line in text.splitlines() if line.startswith("<tr>")]
    assert len(rows) == 4  # a head, two policies, one scanner rule
