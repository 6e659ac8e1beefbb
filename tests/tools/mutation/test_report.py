"""Verdicts, scores and pages of a run."""

import json
from typing import Any

from tools.mutation.markdown import headline, render, told
from tools.mutation.ownership import owned
from tools.mutation.report import Report, as_data
from tools.mutation.run import Result, Verdict, unused


def result(**changes: Any) -> Result:
    return Result(
        **{
            "resource": "one",
            "type": "aws:sqs/queue:Queue",
            "path": "fifoQueue",
            "kind": "flip",
            "rule": 0,
            "owners": ("queue-fifo",),
            "also": ("queue-visibility",),
            "objected": ("queue-fifo",),
            "reason": "",
            **changes,
        }
    )


KILLED = result()
SURVIVED = result(objected=())
WRONG = result(objected=("queue-fifo", "resource-tags"))
EQUIVALENT = result(owners=(), also=(), objected=(), reason="the same")
UNCLASSIFIED = result(rule=None, owners=(), also=(), reason="")


def report(*results: Result, **more: Any) -> Report:
    return Report(**{"results": results, "unused": (), **more})


def test_each_verdict_follows_from_who_objected() -> None:
    assert KILLED.verdict is Verdict.KILLED
    assert SURVIVED.verdict is Verdict.SURVIVED
    assert WRONG.verdict is Verdict.WRONG_KILLER
    assert EQUIVALENT.verdict is Verdict.EQUIVALENT
    assert UNCLASSIFIED.verdict is Verdict.UNCLASSIFIED


def test_whoever_may_object_as_well_is_no_wrong_killer() -> None:
    assert result(objected=("queue-fifo", "queue-visibility")).verdict is Verdict.KILLED


def test_whoever_may_object_as_well_does_not_stand_in_for_an_owner() -> None:
    assert result(objected=("queue-visibility",)).missing == ("queue-fifo",)


def test_every_one_of_several_owners_has_to_object() -> None:
    both = ("queue-fifo", "resource-name")
    assert result(owners=both).missing == ("resource-name",)
    assert result(owners=both, objected=both).verdict is Verdict.KILLED


def test_an_objection_to_an_equivalent_mutant_is_a_wrong_one() -> None:
    assert result(owners=(), also=(), reason="the same").wrong == ("queue-fifo",)


def test_the_score_counts_what_has_an_owner() -> None:
    total = report(KILLED, KILLED, SURVIVED, WRONG, EQUIVALENT).total
    assert (total.owned, total.killed, total.by_owner) == (4, 3, 2)
    assert total.percent == 50


def test_only_a_clean_run_passes() -> None:
    assert report(KILLED, EQUIVALENT).passed
    for bad in (SURVIVED, WRONG, UNCLASSIFIED):
        assert not report(KILLED, bad).passed
    assert not report(KILLED, unused=(owned("Queue", "a", "b"),)).passed


def test_scores_are_kept_by_policy_requirement_and_type() -> None:
    found = report(KILLED, SURVIVED)
    assert found.by_policy["queue-fifo"].owned == 2
    assert found.by_requirement["MQ-1"].by_owner == 1
    assert found.by_requirement["S3-1"].owned == 0
    assert found.matrix["queue-fifo"]["Queue"].percent == 50


def test_rules_that_no_mutant_needs_are_told() -> None:
    rules = (owned("Queue", "a", "x"), owned("Queue", "b", "x"))
    assert list(unused([result(rule=0)], rules)) == [rules[1]]


def test_objections_that_nobody_raises_need_not_be_allowed() -> None:
    rules = (owned("Queue", "a", "queue-fifo", also="queue-visibility"),)
    assert list(unused([result()], rules)) == [rules[0]]
    raised = result(objected=("queue-fifo", "queue-visibility"))
    assert list(unused([result(), raised], rules)) == []


def test_what_went_wrong_is_told_with_the_mutation() -> None:
    assert told(SURVIVED) == "`one (Queue) fifoQueue: flip`: queue-fifo let it pass"
    assert told(WRONG).endswith("resource-tags objected without owning it")
    assert "no rule" in told(UNCLASSIFIED)


def test_the_page_has_score_survivors_wrong_killers_and_reasons() -> None:
    page = render(report(KILLED, SURVIVED, WRONG, EQUIVALENT))
    for part in (
        headline(report(KILLED, SURVIVED, WRONG, EQUIVALENT)),
        told(SURVIVED),
        told(WRONG),
    ):
        assert part in page
    assert "| 1 | the same | `Queue fifoQueue` |" in page


def test_a_clean_page_has_no_section_of_trouble() -> None:
    page = render(report(KILLED))
    assert "## Survivors" not in page
    assert "## Wrong killers" not in page


def test_the_data_are_json_and_name_every_mutant_once() -> None:
    data = json.loads(
        json.dumps(as_data(report(KILLED, SURVIVED, WRONG, EQUIVALENT, seconds=1.26)))
    )
    assert data["score"] == {"owned": 3, "killed": 2, "killedByOwner": 1, "percent": 33.33}
    assert [found["mutant"] for found in data["survivors"]] == [SURVIVED.name]
    assert [found["wrong"] for found in data["wrongKillers"]] == [["resource-tags"]]
    assert data["equivalent"] == [{"reason": "the same", "mutants": [EQUIVALENT.name]}]
    assert data["seconds"] == 1.3
    assert data["passed"] is False
