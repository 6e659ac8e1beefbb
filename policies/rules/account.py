"""The rule on the account: every provider works in one, which is the stack's own (FN-5)."""

import re

from policies.facts.endpoints import told
from policies.facts.resource import Resource
from policies.facts.types import PROVIDER
from policies.pack.answers import Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only

ACCOUNT = Rule(
    name="provider-account",
    sentence="Every AWS provider is held to exactly one account, the stack's own.",
    severity=Severity.HIGH,
    requirements=("FN-5", "GOV-1"),
    fix=(
        "Run `pulumi config set aws:allowedAccountIds '[\"123456789012\"]'` with your account, and "
        "set allowed_account_ids of every provider that the program makes itself."
    ),
    governs=only(PROVIDER),
    passes=("aws: {allowedAccountIds: '[\"123456789012\"]'}",),
    fails=(
        "aws: {region: us-east-1}",
        'aws: {allowedAccountIds: \'["123456789012", "210987654321"]\'}',
        "aws: {allowedAccountIds: '[\"*\"]'}",
    ),
)


def _judge(provider: Resource, _settings: Settings) -> Answer:
    allowed = told(provider, "allowedAccountIds")
    accounts = [] if allowed.value is None else allowed.elements()
    if len(accounts) != 1:
        return failed(
            f"allowedAccountIds names {len(accounts) or 'no'} accounts, not exactly one: whose "
            "resources are this stack's own, nobody can tell"
        )
    return verdict(
        [
            f"{account.path} is not an account's twelve digits, in quotes"
            for account in accounts
            if not isinstance(account.value, str) or not re.fullmatch(r"\d{12}", account.value)
        ]
    )


POLICIES = (ACCOUNT.judged_alone(_judge),)
