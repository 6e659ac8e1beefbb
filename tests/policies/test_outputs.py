"""A program that passes outputs on everywhere is judged as the one that computes every ARN."""

from dataclasses import replace
from typing import Any

import pytest

from policies.facts.arns import arn_of, name_property
from tests.policies.kit import ACCOUNT, REGION, UNKNOWN, Declarations, judge

HOME = (REGION, ACCOUNT)
ALIAS = "aws:kms/alias:Alias"
FUNCTION = "aws:lambda/function:Function"


def arns(stack: Declarations) -> dict[str, str]:
    """The URN of the resource whose output each ARN is."""
    found = {}
    for resource in stack.resources:
        key = name_property(resource.type)
        name = resource.inputs.get(key) if key else None
        if not isinstance(name, str):
            continue
        if resource.type == ALIAS:
            found[f"arn:aws:kms:{REGION}:{ACCOUNT}:{name}"] = resource.urn
        elif arn := arn_of(resource.type, name, HOME):
            found[arn] = resource.urn
            if resource.type == FUNCTION:
                invocation = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{arn}"
                found[f"{invocation}/invocations"] = resource.urn
    return found


def with_outputs(stack: Declarations, *, in_documents: bool = False) -> Declarations:
    """The stack with outputs in the place of ARNs, and of texts of JSON that hold one."""
    known = arns(stack)

    def output(value: Any, urns: set[str]) -> Any:
        if isinstance(value, dict):
            return {key: output(item, urns) for key, item in value.items()}
        if isinstance(value, list):
            return [output(item, urns) for item in value]
        if not isinstance(value, str):
            return value
        document = in_documents and value.startswith("{")
        made_from = {u for arn, u in known.items() if arn == value or (document and arn in value)}
        urns |= made_from
        return UNKNOWN if made_from else value

    changed = []
    for resource in stack.resources:
        inputs, depends_on = {}, dict(resource.depends_on)
        for key, value in resource.inputs.items():
            urns: set[str] = set()
            inputs[key] = output(value, urns)
            if urns:
                depends_on[key] = tuple(sorted(urns | set(depends_on.get(key, ()))))
        changed.append(replace(resource, inputs=inputs, depends_on=depends_on))
    return Declarations(tuple(changed))


def test_a_stack_of_outputs_gets_the_same_answers(baseline: Declarations) -> None:
    varied = with_outputs(baseline)
    assert sum(UNKNOWN in str(r.inputs) for r in varied.resources) > 30
    answers = {(a.policy, a.resource): a.answer for a in judge(baseline).answers}
    assert {(a.policy, a.resource): a.answer for a in judge(varied).answers} == answers


@pytest.mark.parametrize(
    ("policy", "resource", "reference"),
    [
        ("known-destination", "status-target", "status-target.arn"),
        ("queue-encryption", "processor-queue", "processor-queue.kmsMasterKeyId"),
        ("function-role", "status-function", "status-function.role"),
        ("function-dead-letter", "status-function", "status-target.arn"),
        ("function-dead-letter", "processor-function", "processor-source.eventSourceArn"),
        ("dead-letter-alarm", "status-dlq", "status-dlq-alarm.alarmActions[0]"),
        ("api-function", "get-method", "get-integration.uri"),
        ("bucket-notification", "uploads-bucket", "bucket-permission.sourceArn"),
    ],
)
def test_what_rests_on_a_reference_says_so(
    policy: str, resource: str, reference: str, baseline: Declarations
) -> None:
    (found,) = judge(with_outputs(baseline)).of(policy, resource)
    assert (found.answer, found.basis) == ("PASS", "reference")
    assert reference in found.references


def test_what_reads_known_values_rests_on_none(baseline: Declarations) -> None:
    judged = judge(baseline)
    known = {"dead-letter-retention": "processor-queue", "queue-fifo": "status-dlq"}
    for policy, name in known.items():
        (found,) = judged.of(policy, name)
        assert (found.basis, found.references) == ("", ())


def test_a_text_of_json_with_unknown_parts_names_its_path_and_what_it_is_made_from(
    baseline: Declarations,
) -> None:
    varied = judge(with_outputs(baseline, in_documents=True))
    assert varied.blocked("FAIL") == {}
    for policy, resource, words in (
        ("iam-resources", "acme-policy", "policy (…, being made from uploads-bucket)"),
        ("queue-max-receive-count", "processor-queue", "redrivePolicy (…, being made from "
         "processor-dlq)"),
        ("function-dead-letter", "processor-function", "processor-queue.redrivePolicy (…, being "
         "made from processor-dlq)"),
    ):  # fmt: skip
        (found,) = varied.of(policy, resource)
        said = found.message.partition("\n")[0]
        assert said == "Undetermined: " + words.replace("…", "it is unknown until it is deployed")


def test_a_value_made_from_two_resources_is_no_reference(baseline: Declarations) -> None:
    two = (baseline["status-dlq"].urn, baseline["processor-dlq"].urn)
    hidden = baseline.hide("status-target", "arn").redepend("status-target", "arn", two)
    (found,) = judge(hidden).of("known-destination", "status-target")
    assert found.answer == "UNKNOWN"


def test_a_reference_to_a_resource_of_another_type_is_judged_as_that(
    baseline: Declarations,
) -> None:
    topic = (baseline["alarms-topic"].urn,)
    stray = baseline.hide("status-target", "arn").redepend("status-target", "arn", topic)
    (found,) = judge(stray).of("function-dead-letter", "status-function")
    assert (found.answer, found.basis) == ("FAIL", "reference")
