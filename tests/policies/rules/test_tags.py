"""The company's tags."""

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
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"


TAGS = {"Environment": "Production", "Team": "Analytics"}


CASES = [
    fails(
        "a changed tag",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tags.Team", "Research"),
        "tags.Team is not 'Analytics'",
    ),
    fails("no tags", "resource-tags", FUNCTION, dropping(FUNCTION, "tags"), "missing"),
    fails(
        "a tag in lower case",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tags", {"team": "Analytics", "Environment": "Production"}),
    ),
    undetermined("resource-tags", FUNCTION, "tags"),
    passes(
        "the provider's default tags",
        "resource-tags",
        FUNCTION,
        lambda stack: dropping(FUNCTION, "tags")(stack).set(FUNCTION, "tagsAll", TAGS),
    ),
    fails(
        "a tag of its own over the provider's",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tagsAll", {**TAGS, "Team": "Research"}),
        "tags.Team is not 'Analytics'",
    ),
    undetermined("resource-tags", FUNCTION, "tagsAll"),
    not_applicable(
        "for an inline policy", "resource-tags", "processor-policy", lambda s: s, "no tags"
    ),
]


@parametrized(CASES)
def test_tags(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


def test_each_tag_of_each_taggable_resource_is_needed(baseline: Declarations) -> None:
    taggable = [node.name for node in baseline.resources if "tags" in node.inputs]
    assert len(taggable) > 25
    for name in taggable:
        for tag in TAGS:
            judgement = judge(baseline.drop(name, f"tags.{tag}"))
            assert judgement.blocked() == {"resource-tags": {name}}


def test_a_type_that_the_sdk_does_not_know_is_undetermined(baseline: Declarations) -> None:
    stack = baseline.add(declare("aws:future/thing:Thing", "thing"))
    assert judge(stack).blocked("UNKNOWN")["resource-tags"] == {"thing"}
    assert judge(stack).blocked("FAIL")["allowed-types"] == {"thing"}
