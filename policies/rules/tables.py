"""Rules on the status table (DB)."""

from policies.facts.resource import Resource
from policies.facts.types import TABLE
from policies.pack.answers import PASSED, Answer, failed, verdict
from policies.pack.policy import ResourcePolicy, Settings, Severity, only


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


BILLING = ResourcePolicy(
    name="table-billing",
    sentence="Tables are billed on demand.",
    severity=Severity.HIGH,
    requirements=("DB-3",),
    remediation="Set billingMode to PAY_PER_REQUEST.",
    governs=only(TABLE),
    judge=_judge_billing,
)


def _judge_ttl(table: Resource, settings: Settings) -> Answer:
    ttl = table.inputs.object("ttl")
    problems = []
    if ttl.flag("enabled") is not True:
        problems.append("ttl.enabled is not true")
    if ttl.text("attributeName") != settings["attribute"]:
        problems.append(f"ttl.attributeName is not {settings['attribute']}")
    return verdict(problems)


TTL = ResourcePolicy(
    name="table-ttl",
    sentence="Tables delete items that have expired.",
    severity=Severity.HIGH,
    requirements=("DB-2",),
    remediation="Set ttl to enabled with the attribute that holds the expiry.",
    governs=only(TABLE),
    schema={
        "attribute": {
            "type": "string",
            "description": "Attribute in which items say when they expire.",
            "default": "expiresAt",
        }
    },
    judge=_judge_ttl,
)


def _judge_recovery(table: Resource, _settings: Settings) -> Answer:
    enabled = table.inputs.object("pointInTimeRecovery").flag("enabled")
    return PASSED if enabled is True else failed("pointInTimeRecovery.enabled is not true")


RECOVERY = ResourcePolicy(
    name="table-recovery",
    sentence="Tables can be recovered to any point in time.",
    severity=Severity.HIGH,
    requirements=("DB-4",),
    remediation="Set pointInTimeRecovery to enabled.",
    governs=only(TABLE),
    judge=_judge_recovery,
)

POLICIES = (BILLING, TTL, RECOVERY)
