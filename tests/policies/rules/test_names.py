"""The form of physical names, and where they stand of types that have no `name`."""

from tests.policies.kit import (
    Case,
    Declarations,
    check,
    dropping,
    fails,
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
