"""A closed world: a type without a rule is refused, or judged by the general rules alone."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies.facts.reading import Node
from policies.facts.resource import Provider, Resource
from policies.facts.types import KNOWN
from policies.pack.answers import Kind
from policies.rules.allowed_types import POLICIES as RULES
from tests.policies.kit import (
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    declare,
    fails,
    judge,
    not_applicable,
    parametrized,
    passes,
)
from tests.policies.kit.aws_types import tokens

TAGS = {"Environment": "Production", "Team": "Analytics"}
REGISTRY = "aws:glue/registry:Registry"
PET = "random:index/randomPet:RandomPet"


def _message(type_: str, listed: str) -> str:
    return f"this pack has no rule for {type_}: add one, or list {listed} in `allowed-types`"


CASES = [
    fails(
        "a type without a rule",
        "allowed-types",
        "more",
        adding(REGISTRY, "more", registryName="more-registry-dev", tags=TAGS),
        _message(REGISTRY, REGISTRY),
    ),
    fails(
        "a resource of another provider",
        "allowed-types",
        "more",
        adding(PET, "more", length=1),
        _message(PET, "the package random"),
    ),
    fails(
        "another provider",
        "allowed-types",
        "more",
        adding("pulumi:providers:random", "more"),
        _message("pulumi:providers:random", "the package random"),
    ),
    fails(
        "a deprecated type",
        "allowed-types",
        "more",
        adding(
            "aws:s3/bucketVersioningV2:BucketVersioningV2",
            "more",
            bucket="uploads-bucket-dev",
            versioningConfiguration={"status": "Suspended"},
        ),
    ),
    passes("every type of the stack", "allowed-types", "status-table", lambda stack: stack),
    not_applicable(
        "for a component",
        "allowed-types",
        "box",
        lambda s: s.add(replace(declare("stack:Component", "box"), custom=False)),
        "children",
    ),
]


@parametrized(CASES)
def test_allowed_types(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


def answer(type_: str, *allowed: str) -> Kind:
    provider = Provider(type=f"pulumi:providers:{type_.partition(':')[0]}", inputs=Node({}))
    resource = Resource(
        urn=f"urn:pulumi:dev::p::{type_}::r", type=type_, inputs=Node({}), provider=provider
    )
    (policy,) = RULES
    return policy.answer(resource, {"allowed-types": list(allowed)}).kind


word = st.from_regex(r"[a-z][A-Za-z0-9]{0,11}", fullmatch=True)
foreign = st.builds(
    lambda package, module, name: f"{package}:{module}/{name}:{name.title()}",
    word.filter(lambda package: package != "pulumi"),
    word,
    word,
)


@given(st.one_of(st.sampled_from(tokens()), foreign))
@settings(max_examples=300)
def test_a_type_is_refused_unless_it_has_a_rule_or_is_listed(type_: str) -> None:
    assert answer(type_) is (Kind.PASS if type_ in KNOWN else Kind.FAIL)
    assert answer(type_, type_) is Kind.PASS
    assert answer(type_, type_.partition(":")[0]) is Kind.PASS


def test_every_type_with_a_rule_is_one_of_pulumi_aws() -> None:
    assert {type_ for type_ in KNOWN if type_.startswith("aws:")} <= set(tokens())


LISTED = {"allowed-types": {"allowed-types": [REGISTRY]}}


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("aws:apigatewayv2/api:Api", {"name": "open-api-dev", "protocolType": "HTTP"}),
        ("aws:apigatewayv2/route:Route", {"apiId": "a", "routeKey": "GET /"}),
        ("aws:lambda/functionUrl:FunctionUrl", {"functionName": "f", "authorizationType": "NONE"}),
        (
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            {"functionName": "f", "qualifier": "1", "provisionedConcurrentExecutions": 1},
        ),
        ("aws:appautoscaling/target:Target", {"maxCapacity": 5, "minCapacity": 1}),
        ("aws:rds/instance:Instance", {"identifier": "any-instance-dev"}),
        ("aws:kinesis/stream:Stream", {"name": "any-stream-dev", "shardCount": 1}),
    ],
)
def test_open_apis_and_capacity_that_is_paid_for_ahead_are_refused_by_their_type(
    type_: str, inputs: dict[str, Any], baseline: Declarations
) -> None:
    judgement = judge(baseline.add(declare(type_, "more", tags=TAGS, **inputs)))
    assert "more" in judgement.blocked()["allowed-types"]


@pytest.mark.parametrize(
    ("policy", "inputs"),
    [
        ("resource-tags", {"registryName": "more-registry-dev"}),
        ("resource-name", {"registryName": "more", "tags": TAGS}),
        ("region", {"registryName": "more-registry-dev", "region": "eu-west-1", "tags": TAGS}),
        ("no-vpc", {"registryName": "more-registry-dev", "vpcId": "vpc-1", "tags": TAGS}),
        (
            "no-credentials",
            {"registryName": "more-registry-dev", "description": "AKIA" + "A" * 16, "tags": TAGS},
        ),
    ],
)
def test_the_general_rules_judge_a_listed_type(
    policy: str, inputs: dict[str, Any], baseline: Declarations
) -> None:
    stack = baseline.add(declare(REGISTRY, "more", **inputs))
    assert judge(stack, config=LISTED).blocked() == {policy: {"more"}}


def test_a_listed_type_that_keeps_the_general_rules_passes(baseline: Declarations) -> None:
    more = declare(REGISTRY, "more", registryName="more-registry-dev", tags=TAGS)
    assert judge(baseline.add(more), config=LISTED).blocked() == {}


def test_a_listed_type_may_not_be_protected(baseline: Declarations) -> None:
    more = declare(REGISTRY, "more", registryName="more-registry-dev", tags=TAGS)
    stack = baseline.add(more).protect("more")
    assert judge(stack, config=LISTED).blocked() == {"destroyable": {"more"}}


def test_a_listed_package_lets_its_provider_and_its_types_in(baseline: Declarations) -> None:
    stack = baseline.add(declare("pulumi:providers:random", "theirs")).add(
        declare(PET, "more", length=1)
    )
    assert judge(stack, config={"allowed-types": {"allowed-types": ["random"]}}).blocked() == {}


def test_an_unknown_name_of_a_listed_type_is_undetermined(baseline: Declarations) -> None:
    stack = baseline.add(declare(REGISTRY, "more", registryName=UNKNOWN, tags=TAGS))
    assert judge(stack, config=LISTED).blocked("UNKNOWN") == {"resource-name": {"more"}}
