"""Every argument of pulumi-aws that sounds like keeping a resource is known to `destroyable`."""

import re

from policies.facts import pulumi_aws
from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.pack.answers import Kind
from policies.rules.destroyable import DESTROYABLE
from policies.rules.known_types import KNOWN_TYPES
from policies.rules.network import NETWORK
from tests.policies.kit import aws_types

_KEEPING = re.compile(
    r"skip(Destroy|Final|Deletion|Resource)\w*|retain\w*|force(De|Di)\w*|\w*[pP]revent\w*"
    r"|\w*([dD]elete|[dD]eletion|[tT]ermination)Protection\w*|\w*[dD]eletionPolicy"
    r"|\w*(WindowInDays|DeletionTimeInDays|LockoutCheck|LockoutSafetyCheck|RetentionLocked)"
    r"|objectLock\w*|\w*On(Destroy|Delete|Deletion)|delete[A-Z]\w*|enforce\w*Deletion"
    r"|disableApiTermination"
)
# What sounds like it and keeps nothing, by module and argument.
_EXCEPTIONS = {
    "bedrock skipResourceInUseCheck": "what uses an agent stands in the same stack and goes first",
    "cloudwatch forceDestroy": "for rules that a service of AWS makes, and no program",
    "cognito preventUserExistenceErrors": "whether callers learn who is a user",
    "dsql forceDestroy": "overrides a protection, which may not be on",
    "fms deleteUnusedFmManagedResources": "what leaves the policy's scope while it is there",
    "iam forceDetachPolicies": "policies that others attach, and iam-managed-policies allows none",
    "iam passwordReusePrevention": "about passwords",
    "kms retireOnDelete": "in which of two ways a grant ends",
    "lambda replaceSecurityGroupsOnDestroy": "of a function in a VPC, where none may be",
    "pinpoint forceDisassociate": "from pools, which stand in the same stack and go first",
    "s3 forceDestroy": "of an object: overrides a lock of it, which may not be set",
    "workmail deleteIdentityCenterApplication": "of an application that people add by hand",
}


def test_what_sounds_like_keeping_a_resource_is_asked_for() -> None:
    sounding = {
        (token, key)
        for token in aws_types.tokens()
        if not _is_refused(token)
        for key in pulumi_aws.properties(token)
        if _KEEPING.fullmatch(key)
    }
    unknown = {(token, key) for token, key in sounding if not _asks_for(token, key)}
    assert len(sounding) > 50
    assert sorted(_name(*found) for found in unknown if _name(*found) not in _EXCEPTIONS) == []
    known = {_name(token, key) for token, key in unknown}
    assert _EXCEPTIONS.keys() - known == set(), "these are asked for, or gone from pulumi-aws"


def _name(token: str, key: str) -> str:
    return f"{token.split(':')[1].split('/')[0]} {key}"


def _asks_for(token: str, key: str) -> bool:
    """Whether it objects to one of the values that the argument may have, or to its lack."""
    settings = DESTROYABLE.settings(None)
    values: tuple[object, ...] = (None, True, False, "ENABLED", 30, {"rule": {}})
    for value in values:
        answer = DESTROYABLE.answer(_resource(token, {key: value}), settings)
        if answer.kind is Kind.FAIL and re.search(
            rf"\b{key}\b(?! is not an? )|it locks", answer.message
        ):
            return True
    return False


def _is_refused(token: str) -> bool:
    """Whether nobody may declare it: of a service on networks or machines, or what no rule sees."""
    resource = _resource(token, {})
    machines = "machines of the user's own" in NETWORK.answer(resource, {}).message
    return machines or KNOWN_TYPES.answer(resource, {}).kind is Kind.FAIL


def _resource(token: str, given: dict[str, object]) -> Resource:
    urn = f"urn:pulumi:dev::market-data-pipeline::{token}::kept"
    return Resource(urn=urn, type=token, inputs=Node(given))
