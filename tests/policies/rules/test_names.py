"""The form of physical names, and where they stand of types that have no `name`."""

from typing import Any

import pytest

from tests.policies.kit import (
    Case,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    judge,
    not_applicable,
    parametrized,
    setting,
    undetermined,
)

TAGS = {"Environment": "Production", "Team": "Analytics"}
REGISTRY = "aws:glue/registry:Registry"
RULE = "aws:cloudwatch/contributorInsightRule:ContributorInsightRule"

CASES = [
    *(
        fails(
            f"the name {name!r}", "resource-name", "status-api", setting("status-api", "name", name)
        )
        for name in (
            "status-api",
            "status-api-prod",
            "dev",
            "-dev",
            "status-api-dev-2",
            "status-apidev",
            "Status-Api-dev",
        )
    ),
    fails("no name", "resource-name", "status-api", dropping("status-api", "name"), "random"),
    fails(
        "an inline policy without suffix",
        "resource-name",
        "acme-policy",
        setting("acme-policy", "name", "acme"),
    ),
    fails(
        "a name without suffix, and the one that it should be",
        "resource-name",
        "status-api",
        setting("status-api", "name", "Status API"),
        "name is Status API, not status-api-dev",
    ),
    undetermined("resource-name", "status-api", "name"),
    not_applicable("for a method", "resource-name", "get-method", lambda s: s, "no name"),
    undetermined(
        "resource-name",
        "access-logs",
        "name",
        api_logs={"status-stage"},
    ),
]


@parametrized(CASES)
def test_names(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("aws:apigateway/model:Model", {"name": "Status"}),
        ("aws:lambda/alias:Alias", {"name": "live"}),
        ("aws:apigatewayv2/stage:Stage", {"name": "$default", "tags": TAGS}),
    ],
)
def test_what_aws_fixes_or_restricts_needs_no_suffix(
    type_: str, inputs: dict[str, Any], baseline: Declarations
) -> None:
    stack = baseline.add(declare(type_, "more", **inputs))
    judgement = judge(stack, config={"allowed-types": {"allowed-types": [type_]}})
    assert judgement.blocked() == {}
    assert [found.answer for found in judgement.of("resource-name", "more")] == ["NOT_APPLICABLE"]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ("Status_API", "status_api-dev"),
        ("status-api-dev-2", "status-api-dev"),
        ("/stray/Group-prod", "/stray/group-prod-dev"),
        ("status-queue.fifo", "status-queue-dev.fifo"),
        ("-dev", "{resource-type}-dev"),
    ],
)
def test_a_wrong_name_is_told_with_the_right_one(
    found: str, wanted: str, baseline: Declarations
) -> None:
    judgement = judge(baseline.set("status-api", "name", found))
    (answer,) = judgement.of("resource-name", "status-api")
    assert answer.message.startswith(f"name is {found}, not {wanted}\n")
