"""A closed world: what the pack has no rule for is refused (DEL-1, GOV-1)."""

from policies.facts.resource import Resource
from policies.facts.types import KNOWN
from policies.pack.answers import PASSED, Answer, failed, not_applicable
from policies.pack.policy import Rule, Settings, Severity, Types

ALLOWED_TYPES = Rule(
    name="allowed-types",
    sentence="Every resource is of a type that this pack has rules for, or of one that is listed.",
    severity=Severity.HIGH,
    requirements=("DEL-1", "GOV-1"),
    fix=(
        "Use a type of docs/policies.md, write a rule for this one, or list it in the setting "
        "allowed-types of this policy, where the general rules alone judge it."
    ),
    governs=Types(
        where=lambda type_: (
            not type_.startswith("pulumi:") or type_.startswith("pulumi:providers:")
        ),
        otherwise="Governs what the program declares only.",
    ),
    schema={
        "allowed-types": {
            "type": "array",
            "description": (
                "Types without rules of their own that a program may use, such as "
                "aws:sns/smsPreferences:SmsPreferences; of providers other than AWS's, packages "
                "such as random. The general rules judge them: tags, name, region, protection, "
                "credentials and network."
            ),
            "items": {"type": "string"},
            "default": [],
        }
    },
    general=True,
    passes=("Queue: {}",),
    fails=(
        "aws:glue/registry:Registry: {}",
        "random:index/randomPet:RandomPet: {}",
    ),
)


def _judge(resource: Resource, settings: Settings) -> Answer:
    if resource.provider is None and not resource.type.startswith("pulumi:providers:"):
        return not_applicable("A component: its children are judged themselves.")
    if resource.type in KNOWN or not {resource.type, resource.package}.isdisjoint(
        settings["allowed-types"]
    ):
        return PASSED
    listed = resource.type if resource.package == "aws" else f"the package {resource.package}"
    return failed(
        f"this pack has no rule for {resource.type}: add one, or list {listed} in `allowed-types`"
    )


POLICIES = (ALLOWED_TYPES.judged_alone(_judge),)
