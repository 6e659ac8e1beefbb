"""The form of physical names, and where they stand of types that have no `name`."""

from tests.policies.kit import (
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    dropping,
    fails,
    named,
    not_applicable,
    parametrized,
    passes,
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
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]} with the {key} 'any'",
            "resource-name",
            "named",
            adding(type_, "named", **{key: "any", "tags": TAGS}),
            key,
        )
        for type_, key in (
            (REGISTRY, "registryName"),
            (RULE, "ruleName"),
            ("aws:sesv2/contactList:ContactList", "contactListName"),
            ("aws:location/routeCalculation:RouteCalculation", "calculatorName"),
            ("aws:rekognition/collection:Collection", "collectionId"),
            ("aws:codeartifact/repository:Repository", "repository"),
        )
    ),
    passes(
        "a registry that is named as everything",
        "resource-name",
        "named",
        adding(REGISTRY, "named", registryName="feed-registry-dev", tags=TAGS),
    ),
    fails(
        "a registry without a name",
        "resource-name",
        "named",
        adding(REGISTRY, "named", tags=TAGS),
        "registryName is missing",
    ),
    undetermined(
        "resource-name",
        "named",
        "registryName",
        adding(REGISTRY, "named", registryName=UNKNOWN, tags=TAGS),
    ),
    *(
        not_applicable(title, "resource-name", "named", adding(type_, "named", **given), "no name")
        for title, type_, given in (
            (
                "for a zone of the DNS",
                "aws:route53/zone:Zone",
                {"name": "markets.example.com", "forceDestroy": True, "tags": TAGS},
            ),
            (
                "for a record of the DNS",
                "aws:route53/record:Record",
                {"name": "status", "type": "TXT", "zoneId": "sample"},
            ),
            (
                "for what names the function that it is about",
                "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
                {"functionName": "any", "recursiveLoop": "Terminate"},
            ),
        )
    ),
]


@parametrized(CASES)
def test_names(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


def test_every_type_of_pulumi_aws_carries_its_name_where_it_did() -> None:
    assert named.FILE.read_text(encoding="utf-8") == named.table(), (
        "read what changed, then run `python -m tests.policies.kit.reference`"
    )
