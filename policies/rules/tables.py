"""Rules on the status table (DB)."""

from policies.facts.resource import Resource
from policies.facts.types import TABLE
from policies.pack.answers import PASSED, Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only

BILLING = Rule(
    name="table-billing",
    sentence="Tables are billed on demand.",
    severity=Severity.HIGH,
    requirements=("DB-3",),
    fix="Set billingMode to PAY_PER_REQUEST.",
    governs=only(TABLE),
    passes=("Table: {billingMode: PAY_PER_REQUEST}",),
    fails=(
        "Table: {billingMode: PROVISIONED, readCapacity: 5}",
        "Table: {}",
    ),
)


def _judge_billing(table: Resource, _settings: Settings) -> Answer:
    inputs = table.inputs
    problems = []
    if inputs.text("billingMode") != "PAY_PER_REQUEST":
        problems.append("billingMode is not PAY_PER_REQUEST")
    problems += [
        f"{key} is set, which provisions capacity"
        for key in ("readCapacity", "writeCapacity")
        if inputs.integer(key)
    ]
    return verdict(problems)


TTL = Rule(
    name="table-ttl",
    sentence="Tables delete items that have expired by {attribute}.",
    severity=Severity.HIGH,
    requirements=("DB-2",),
    fix="Set ttl to enabled with attributeName {attribute}.",
    governs=only(TABLE),
    schema={
        "attribute": {
            "type": "string",
            "description": "Attribute in which items say when they expire.",
            "default": "expiresAt",
        }
    },
    passes=("Table: {ttl: {enabled: true, attributeName: expiresAt}}",),
    fails=(
        "Table: {ttl: {enabled: false, attributeName: expiresAt}}",
        "Table: {}",
    ),
)


def _judge_ttl(table: Resource, settings: Settings) -> Answer:
    ttl = table.inputs.object("ttl")
    problems = []
    if ttl.flag("enabled") is not True:
        problems.append("ttl.enabled is not true")
    if ttl.text("attributeName") != settings["attribute"]:
        problems.append(f"ttl.attributeName is not {settings['attribute']}")
    return verdict(problems)


RECOVERY = Rule(
    name="table-recovery",
    sentence="Tables can be recovered to any point in time.",
    severity=Severity.HIGH,
    requirements=("DB-4",),
    fix="Set pointInTimeRecovery to enabled.",
    governs=only(TABLE),
    passes=("Table: {pointInTimeRecovery: {enabled: true}}",),
    fails=(
        "Table: {pointInTimeRecovery: {enabled: false}}",
        "Table: {}",
    ),
)


def _judge_recovery(table: Resource, _settings: Settings) -> Answer:
    enabled = table.inputs.object("pointInTimeRecovery").flag("enabled")
    return PASSED if enabled is True else failed("pointInTimeRecovery.enabled is not true")


POLICIES = (
    BILLING.judged_alone(_judge_billing),
    TTL.judged_alone(_judge_ttl),
    RECOVERY.judged_alone(_judge_recovery),
)
