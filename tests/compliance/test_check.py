"""The check under the real engine: what it finds, where, and when it refuses a verdict."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from compliance import check, document, evidence
from compliance.engine import Preview
from compliance.errors import BrokenRunError
from compliance.evidence import Answer, Evidence, Finding, Outcome, Verdict
from compliance.scanners import Scan
from tests.compliance.workshop import SECRET, Workshop


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def find(result: Evidence, policy: str, name: str) -> Answer:
    (found,) = [
        a
        for a in result.answers
        if a.policy == policy and a.urn.endswith(f"aws:sqs/queue:Queue::{name}")
    ]
    return found


@pytest.fixture(scope="module")
def compliant(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    return Workshop(tmp_path_factory.mktemp("compliant")).check()


def test_a_compliant_stack_has_an_answer_for_every_question_and_exits_zero(
    compliant: Evidence,
) -> None:
    result = compliant
    assert result.verdict is Verdict.COMPLIANT
    assert check.exit_code(result) == 0
    assert len(result.answers) == len(result.policies) * len(result.resources)
    assert {r.type for r in result.resources} == {
        "pulumi:pulumi:Stack",
        "pulumi:providers:aws",
        "shop:index:Orders",
        "aws:sqs/queue:Queue",
    }
    assert find(result, "queue-fifo", "orders").outcome is Outcome.PASS


def test_it_says_what_was_checked_and_with_what(compliant: Evidence) -> None:
    result = compliant
    assert dataclasses.astuple(result.subject) == (
        "preview",
        "shop",
        ".",
        "dev",
        "123456789012",
        "us-east-1",
    )
    assert {"pulumi-cli", "pulumi-policy", "pulumi-aws", "python"} <= result.tools.keys()
    assert {u.type for u in result.ungoverned} == {
        "pulumi:pulumi:Stack",
        "pulumi:providers:aws",
        "shop:index:Orders",
    }


@pytest.mark.parametrize(("read", "governed"), [([], False), (["aws:sqs/queue:Queue"], True)])
def test_a_type_that_only_rules_for_everything_judge_is_ungoverned_unless_the_pack_reads_it(
    workshop: Workshop, read: list[str], governed: bool
) -> None:
    workshop.introduce(general=True)
    with (workshop.pack / "introductions.jsonl").open("a") as file:
        file.write(json.dumps({"rulesFor": read}) + "\n")
    listed = {ungoverned.type for ungoverned in workshop.check().ungoverned}
    assert ("aws:sqs/queue:Queue" not in listed) is governed


def test_a_reference_by_name_is_a_link(compliant: Evidence) -> None:
    (orders,) = [r for r in compliant.resources if r.urn.endswith("Queue::orders")]
    assert [link.urn.rsplit("::", 1)[-1] for link in orders.links] == ["letters"]


def test_a_violation_names_the_line_of_the_program(workshop: Workshop) -> None:
    workshop.program(fifo="False")
    result = workshop.check()
    assert check.exit_code(result) == 3
    answer = find(result, "queue-fifo", "orders")
    assert (answer.outcome, answer.message) == (Outcome.FAIL, "fifoQueue is not true")
    source = (workshop.project / "__main__.py").read_text().splitlines()
    assert answer.source is not None
    assert answer.source.file == "__main__.py"
    assert source[answer.source.line - 1].strip() == "aws.sqs.Queue("


def test_an_undetermined_value_has_a_code_of_its_own(workshop: Workshop) -> None:
    workshop.env["UNKNOWN_NAMES"] = "yes"
    result = workshop.check()
    assert check.exit_code(result) == 4
    answer = find(result, "queue-named", "orders")
    assert (answer.outcome, answer.path) == (Outcome.UNKNOWN, "name")


def test_two_checks_of_the_same_inputs_differ_in_the_time_alone(workshop: Workshop) -> None:
    first, second = workshop.check(), workshop.check()
    same_time = dataclasses.replace(second, generated_at=first.generated_at)
    assert document.dumps(same_time) == document.dumps(first)


def test_the_hashes_change_with_the_program_the_pack_and_the_waivers(workshop: Workshop) -> None:
    before = workshop.check().hashes
    workshop.program(after="# a comment")
    (workshop.pack / "policies" / "more.py").write_text("")
    workshop.waivers.write_text("waivers: []\n")
    after = workshop.check().hashes
    assert before.program != after.program
    assert before.policy_pack != after.policy_pack
    assert (before.waivers is None, after.waivers is None) == (True, False)
    assert before.preview == after.preview


def test_no_secret_comes_to_light(workshop: Workshop) -> None:
    workshop.program(fifo="False")
    events: list[Mapping[str, Any]] = []
    text = document.dumps(workshop.check(on_event=events.append))
    assert SECRET not in text
    assert SECRET not in json.dumps(events)


def test_the_engines_events_are_told(workshop: Workshop) -> None:
    kinds: list[str] = []
    workshop.check(on_event=lambda event: kinds.extend(event.keys() - {"sequence", "timestamp"}))
    assert kinds.index("preludeEvent") < kinds.index("resourcePreEvent")
    assert "policyAnalyzeSummaryEvent" in kinds
    assert "summaryEvent" in kinds


ALIAS = "plan-gate/no-foreign-alias"
GATE = ("plan-gate/no-retain-on-delete", "plan-gate/no-protect", "plan-gate/no-ignored-changes")


def test_the_plan_gate_sees_what_the_pack_cannot(workshop: Workshop) -> None:
    workshop.program(options="retain_on_delete=True, protect=True, ignore_changes=['tags']")
    result = workshop.check()
    assert check.exit_code(result) == 3
    for policy in GATE:
        assert find(result, policy, "letters").outcome is Outcome.FAIL
        assert find(result, policy, "orders").outcome is Outcome.PASS


def test_the_plan_gate_sees_what_is_inherited_from_a_component(workshop: Workshop) -> None:
    workshop.program(component="retain_on_delete=True, protect=True")
    result = workshop.check()
    for policy in GATE[:2]:
        assert find(result, policy, "orders").outcome is Outcome.FAIL


ALIASES = ("pulumi.Alias(type_='aws:sns/topic:Topic')", "'{stack}$aws:sns/topic:Topic::letters'")


@pytest.mark.parametrize("alias", ALIASES, ids=["a type alone", "a whole URN"])
def test_the_plan_gate_sees_an_alias_that_adopts_a_resource_of_another_type(
    workshop: Workshop, alias: str
) -> None:
    component = "urn:pulumi:dev::shop::shop:index:Orders"
    workshop.program(options=f"aliases=[{alias.format(stack=component)}]")
    result = workshop.check()
    assert find(result, ALIAS, "letters").outcome is Outcome.NOT_APPLICABLE  # nothing to adopt
    workshop.deployed(
        {"urn": f"{component}::orders", "type": "shop:index:Orders"},
        {
            "urn": f"{component}$aws:sns/topic:Topic::letters",
            "type": "aws:sns/topic:Topic",
            "custom": True,
            "id": "arn:aws:sns:us-east-1:123456789012:letters-dev",
            "parent": f"{component}::orders",
        },
    )
    result = workshop.check()
    assert check.exit_code(result) == 3
    assert find(result, ALIAS, "letters").outcome is Outcome.FAIL


@pytest.mark.parametrize("where", ["options", "component"], ids=["set", "inherited"])
def test_the_plan_gate_sees_what_is_left_to_the_deletion_of_another(
    workshop: Workshop, where: str
) -> None:
    workshop.program(**{where: "deleted_with=aws.sns.Topic('other', name='other-dev')"})
    result = workshop.check()
    assert check.exit_code(result) == 3
    assert find(result, "plan-gate/no-retain-on-delete", "letters").outcome is Outcome.FAIL


def test_a_waiver_turns_a_violation_into_a_waived_answer(workshop: Workshop) -> None:
    workshop.program(fifo="False")
    workshop.waivers.write_text(
        "waivers:\n- {policy: queue-fifo, resource: orders, reason: 'Order does not matter here.',"
        " owner: analytics, expires: 2026-12-31}\n"
    )
    result = workshop.check()
    assert check.exit_code(result) == 0
    assert find(result, "queue-fifo", "orders").outcome is Outcome.WAIVED
    assert result.waivers[0].matched == 1


@pytest.mark.parametrize(
    "text",
    [
        "waivers:\n- {policy: queue-fifo, resource: orders, reason: Late., owner: a,"
        " expires: 2026-11-23}\n",
        "waivers:\n- {policy: queue-fifo, resource: other, reason: Gone., owner: a,"
        " expires: 2026-12-31}\n",
        "waivers: [\n",
    ],
    ids=["expired", "matches nothing", "malformed"],
)
def test_a_faulty_waiver_has_a_code_of_its_own(workshop: Workshop, text: str) -> None:
    workshop.program(fifo="False")
    workshop.waivers.write_text(text)
    result = workshop.check()
    assert check.exit_code(result) == 5
    assert find(result, "queue-fifo", "orders").outcome is Outcome.FAIL


def test_a_folder_in_place_of_the_waiver_file_is_a_fault_of_it(workshop: Workshop) -> None:
    workshop.waivers.mkdir()
    result = workshop.check()
    assert check.exit_code(result) == 5
    assert "cannot be read" in result.problems[0].message


class Suspicious:
    """A scanner that dislikes one queue."""

    name = "checkov"

    def scan(self, preview: Preview) -> Scan:
        (queue,) = [r for r in preview.resources if r.urn.endswith("Queue::orders")]
        finding = Finding(
            rule="checkov:CKV_AWS_27",
            severity="low",
            message="Ensure all data stored in the SQS queue is encrypted",
            guideline=None,
            urn=queue.urn,
            source=queue.source,
            outcome=Outcome.FAIL,
            waiver=None,
        )
        return Scan(version="3.3.30", rules={"CKV_AWS_27"}, findings=(finding,))


def test_a_scanners_findings_join_the_evidence(workshop: Workshop) -> None:
    result = workshop.check(beside=[Suspicious()])
    assert result.tools["checkov"] == "3.3.30"
    assert result.scanners == ("checkov",)
    assert check.exit_code(result) == 3
    assert document.loads(document.dumps(result), origin="check") == result


def test_a_program_that_fails_half_way_is_a_broken_run(workshop: Workshop) -> None:
    workshop.program(after="raise ValueError('half way')")
    with pytest.raises(BrokenRunError, match="half way"):
        workshop.check()


def test_a_policy_that_raises_is_a_broken_run(workshop: Workshop) -> None:
    workshop.change_pack(
        "answer, message = ",
        "if args.name == 'orders': raise ValueError('x')\n    answer, message = ",
    )
    with pytest.raises(BrokenRunError, match="did not complete"):
        workshop.check()


def test_a_pack_that_does_not_start_is_a_broken_run(workshop: Workshop) -> None:
    workshop.change_pack("import json", "import no_such_module")
    with pytest.raises(BrokenRunError):
        workshop.check()


def test_a_pack_that_hides_a_violation_from_its_answers_is_a_broken_run(
    workshop: Workshop,
) -> None:
    workshop.program(fifo="False")
    workshop.change_pack("answer=answer, reason=reason, message=message)", "answer='PASS')")
    with pytest.raises(BrokenRunError, match="disagree"):
        workshop.check()


def test_a_pack_that_hides_a_violation_from_the_engine_is_a_broken_run(
    workshop: Workshop,
) -> None:
    workshop.program(fifo="False")
    workshop.change_pack("        report(message)\n", "")
    with pytest.raises(BrokenRunError, match="the engine reports no violation"):
        workshop.check()


def test_a_policy_switched_off_by_configuration_is_a_broken_run(workshop: Workshop) -> None:
    config = workshop.pack / "config.json"
    config.write_text('{"queue-fifo": "disabled"}')
    with pytest.raises(BrokenRunError, match="disabled by the pack's configuration"):
        workshop.check(config=config)


def test_a_stack_that_does_not_exist_is_a_broken_run(workshop: Workshop) -> None:
    missing = dataclasses.replace(workshop.setting(), stack="nowhere")
    with pytest.raises(BrokenRunError, match="nowhere"):
        check.check(missing, today=evidence.now().date(), generated_at=evidence.now())


def test_a_missing_engine_is_a_broken_run(workshop: Workshop) -> None:
    missing = dataclasses.replace(workshop.setting(), pulumi=Path("/no/such/pulumi"))
    with pytest.raises(BrokenRunError, match="cannot run /no/such/pulumi"):
        check.check(missing, today=evidence.now().date(), generated_at=evidence.now())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "did not introduce its policies"),
        ('{"introduces": {"name": "queue-fifo"}}\n', "introduces itself wrongly"),
        ('{"introduces": 1}\n', "introduces itself wrongly"),
        ('{"introduces": \n', "is no answer"),
    ],
    ids=["nothing", "too little", "no policy", "no JSON"],
)
def test_a_broken_catalogue_is_a_broken_run(workshop: Workshop, text: str, message: str) -> None:
    workshop.introduce(text)
    with pytest.raises(BrokenRunError, match=message):
        workshop.check()
