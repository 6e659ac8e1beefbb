"""The same evidence for what is deployed, from its state."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from compliance import check, deployed, evidence
from compliance.errors import BrokenRunError
from compliance.evidence import Evidence, Outcome
from tests.compliance.workshop import TODAY, Workshop

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:aws::default_7_51_1"
QUEUE = "urn:pulumi:dev::shop::aws:sqs/queue:Queue::orders"


def state(*, fifo: bool = True, **queue: Any) -> dict[str, Any]:
    inputs = {"name": "orders-dev.fifo", "fifoQueue": fifo}
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-11-24T09:00:00Z", "magic": "", "version": ""},
            "resources": [
                {
                    "urn": STACK,
                    "type": "pulumi:pulumi:Stack",
                    "outputs": {"accountId": "123456789012", "region": "us-east-1"},
                },
                {
                    "urn": PROVIDER,
                    "type": "pulumi:providers:aws",
                    "custom": True,
                    "id": "11111111-1111-1111-1111-111111111111",
                    "inputs": {"region": "us-east-1"},
                    "outputs": {"region": "us-east-1"},
                },
                {
                    "urn": QUEUE,
                    "type": "aws:sqs/queue:Queue",
                    "custom": True,
                    "id": "https://sqs.us-east-1.amazonaws.com/123456789012/orders-dev.fifo",
                    "parent": STACK,
                    "provider": f"{PROVIDER}::11111111-1111-1111-1111-111111111111",
                    "inputs": inputs,
                    "outputs": {**inputs, "arn": "arn:aws:sqs:us-east-1:1:orders-dev.fifo"},
                    "sourcePosition": "project:///stack/orders.py#12",
                    **queue,
                },
            ],
        },
    }


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    return Workshop(tmp_path)


def judged(workshop: Workshop, document: object) -> Evidence:
    path = workshop.project / "state.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return check.check_deployed(
        workshop.setting(), state=path, today=TODAY, generated_at=evidence.now()
    )


def test_a_compliant_state_exits_zero_and_says_that_it_is_deployed(workshop: Workshop) -> None:
    result = judged(workshop, state())
    assert check.exit_code(result) == 0
    assert (result.subject.kind, result.subject.account) == ("deployed", "123456789012")
    assert len(result.answers) == len(result.policies) * 3


def test_a_violation_in_the_state_is_found_with_its_line(workshop: Workshop) -> None:
    result = judged(workshop, state(fifo=False))
    assert check.exit_code(result) == 3
    (answer,) = result.blocking
    assert (answer.policy, answer.urn, str(answer.source)) == (
        "queue-fifo",
        QUEUE,
        "stack/orders.py:12",
    )


def test_the_stack_itself_is_made_by_no_line_of_the_program(workshop: Workshop) -> None:
    document = state()
    document["deployment"]["resources"][0]["sourcePosition"] = "project:///host/runner.py#53"
    sources = {r.type: r.source for r in judged(workshop, document).resources}
    assert sources["pulumi:pulumi:Stack"] is None
    assert sources["aws:sqs/queue:Queue"] is not None


@pytest.mark.parametrize(
    "kept", [{"retainOnDelete": True}, {"deletedWith": STACK}], ids=lambda kept: next(iter(kept))
)
def test_a_resource_that_would_stay_is_found_in_the_state(
    workshop: Workshop, kept: dict[str, Any]
) -> None:
    (answer,) = judged(workshop, state(**kept)).blocking
    assert (answer.policy, answer.outcome) == ("plan-gate/no-retain-on-delete", Outcome.FAIL)


def test_the_stacks_own_state_is_read_when_no_file_is_given(workshop: Workshop) -> None:
    with pytest.raises(BrokenRunError, match="nothing is deployed"):  # it was never deployed
        check.check_deployed(
            workshop.setting(), state=None, today=TODAY, generated_at=evidence.now()
        )


@pytest.mark.parametrize(
    "document",
    ["", "[]", "[" * 100_000, '{"deployment": null}'],
    ids=["empty", "list", "bottomless", "null"],
)
def test_a_file_that_is_no_state_is_a_broken_run(workshop: Workshop, document: str) -> None:
    with pytest.raises(BrokenRunError, match="no exported state"):
        judged(workshop, document)


def test_a_missing_state_file_is_a_broken_run(workshop: Workshop) -> None:
    with pytest.raises(BrokenRunError, match="no state file at"):
        check.check_deployed(
            workshop.setting(),
            state=workshop.project / "none.json",
            today=TODAY,
            generated_at=evidence.now(),
        )


def test_a_policy_that_raises_is_a_broken_run(workshop: Workshop) -> None:
    workshop.change_pack("answer, message = ", "raise ValueError('x')\n    answer, message = ")
    with pytest.raises(BrokenRunError, match="did not complete"):
        judged(workshop, state())


def test_a_state_says_which_stack_it_is_of(workshop: Workshop) -> None:
    path = workshop.project / "state.json"
    path.write_text(json.dumps(state()))
    assert deployed.stack_of(path, project="shop") == "dev"
    with pytest.raises(BrokenRunError, match="is of project 'shop', not of 'billing'"):
        deployed.stack_of(path, project="billing")
