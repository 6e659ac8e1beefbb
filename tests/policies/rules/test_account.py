"""The account is the one that the provider is held to, never the one that most ARNs name."""

import json
from dataclasses import replace

import pytest

from tests.policies.baseline import allow, document, queue_arn
from tests.policies.kit import (
    ACCOUNT,
    PROVIDER,
    REGION,
    UNKNOWN,
    Case,
    Change,
    Declaration,
    Declarations,
    adding,
    check,
    declare,
    fails,
    judge,
    parametrized,
    passes,
    undetermined,
)

STRANGER = "999999999999"


def provider(**settings: object) -> Change:
    """A provider of the program's own."""
    return adding("pulumi:providers:aws", "own", region=REGION, **settings)


CASES = [
    fails(
        "a provider that works in any account",
        "provider-account",
        "own",
        provider(),
        "pulumi config set aws:allowedAccountIds",
    ),
    *(
        fails(f"held to {title}", "provider-account", "own", provider(allowedAccountIds=value), why)
        for title, value, why in (
            ("none", "[]", "names no accounts"),
            ("a number, as YAML without quotes has it", "[123456789012]", "in quotes"),
            ("a word", '["production"]', "twelve digits"),
            ("nothing readable", "{", "valid JSON"),
            ("no list", '"123456789012"', "a list"),
        )
    ),
    passes(
        "a provider held to the account",
        "provider-account",
        "own",
        provider(allowedAccountIds=[ACCOUNT]),
    ),
    undetermined(
        "provider-account",
        "own",
        "allowedAccountIds",
        provider(allowedAccountIds=UNKNOWN),
    ),
]


@parametrized(CASES)
def test_providers(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


def alone(resource: Declaration, **settings: object) -> Declarations:
    """A stack of one resource under a provider with these settings."""
    return Declarations((replace(resource, provider=settings),))


def queue(account: str) -> Declaration:
    """A queue that admits an account, and names it throughout."""
    arn = queue_arn("lone").replace(ACCOUNT, account)
    admitted = allow(["sqs:SendMessage"], [arn], Principal={"AWS": f"arn:aws:iam::{account}:root"})
    return declare(
        "aws:sqs/queue:Queue",
        "lone",
        name="lone-dev.fifo",
        fifoQueue=True,
        policy=document(admitted),
    )


def key(account: str) -> Declaration:
    """A key whose policy names an account."""
    admitted = allow(["kms:Decrypt"], ["*"], Principal={"AWS": f"arn:aws:iam::{account}:root"})
    return declare("aws:kms/key:Key", "lone", policy=document(admitted))


@pytest.mark.parametrize(
    ("resource", "answer"),
    [(queue(STRANGER), "FAIL"), (queue(ACCOUNT), "PASS"), (key(ACCOUNT), "PASS")],
    ids=["a queue that admits a stranger", "one that admits its own", "a key that names its own"],
)
def test_whom_a_lone_resource_may_admit(resource: Declaration, answer: str) -> None:
    (found,) = judge(alone(resource, **PROVIDER)).of("resource-policy", "lone")
    assert found.answer == answer


@pytest.mark.parametrize(
    "settings",
    [
        {"region": REGION},
        {"region": REGION, "allowedAccountIds": "[]"},
        {"region": REGION, "allowedAccountIds": json.dumps([ACCOUNT, STRANGER])},
        {"allowedAccountIds": json.dumps([ACCOUNT])},
    ],
    ids=["held to none", "to an empty list", "to two", "in no region"],
)
def test_what_compares_accounts_cannot_tell_where_a_provider_says_none(
    settings: dict[str, str],
) -> None:
    (found,) = judge(alone(queue(ACCOUNT), **settings)).of("resource-policy", "lone")
    assert (found.answer, found.path) in {
        ("UNKNOWN", "aws:allowedAccountIds"),
        ("UNKNOWN", "aws:region"),
    }
    assert "llowedAccountIds" in found.message or "aws:region" in found.message


def test_a_whole_stack_without_an_account_never_passes_by_it(baseline: Declarations) -> None:
    unheld = Declarations(
        tuple(replace(node, provider={"region": REGION}) for node in baseline.resources)
    )
    before = {(a.policy, a.resource): a.answer for a in judge(baseline).answers}
    after = judge(unheld)
    changed = [a for a in after.answers if a.answer != before[a.policy, a.resource]]
    assert {a.answer for a in changed} == {"UNKNOWN"}
    assert {"resource-policy", "iam-resources", "function-dead-letter", "function-permission"} <= {
        a.policy for a in changed
    }
