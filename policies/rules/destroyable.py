"""What can be destroyed, and at once: nothing is protected, locked or left behind (ORG)."""

from collections.abc import Iterator

from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.types import BUCKET, BUCKET_OBJECT, BUCKET_OBJECT_V2, KEY
from policies.pack.answers import Answer, verdict
from policies.pack.policy import Rule, Settings, Severity, Types

_EVERYTHING = Types(where=lambda _type: True, otherwise="Governs everything.")
_OBJECT_LOCKS = ("objectLockLegalHoldStatus", "objectLockMode", "objectLockRetainUntilDate")
# Switches that keep a resource, or what it holds, from being deleted.
_RETAINING = ("bypassPolicyLockoutSafetyCheck", "deletionProtectionEnabled", "skipDestroy")

DESTROYABLE = Rule(
    name="destroyable",
    sentence="Everything can be destroyed: nothing is protected, locked or left behind.",
    severity=Severity.HIGH,
    requirements=("ORG-4",),
    fix=(
        "Remove the protection; set forceDestroy on buckets, deletionWindowInDays "
        "{keyDeletionDays} on "
        "keys."
    ),
    governs=_EVERYTHING,
    schema={
        "keyDeletionDays": {
            "type": "integer",
            "description": "Longest time that a key may stay behind, in days; AWS's least is 7.",
            "minimum": 7,
            "maximum": 30,
            "default": 7,
        }
    },
    general=True,
    passes=(
        "Bucket: {forceDestroy: true}",
        "Key: {deletionWindowInDays: 7}",
    ),
    fails=(
        "Bucket: {}",
        "Key: {deletionWindowInDays: 30}",
        "Table: {deletionProtectionEnabled: true}",
    ),
)


def _judge(resource: Resource, settings: Settings) -> Answer:
    inputs = resource.inputs
    problems = ["the resource option protect is set"] if resource.protect else []
    if resource.type.startswith("aws:"):
        problems += [f"{key} is on" for key in _RETAINING if inputs.flag(key)]
    if resource.type == BUCKET:
        problems += _left_in_bucket(inputs)
    if resource.type in (BUCKET_OBJECT, BUCKET_OBJECT_V2):
        problems += [
            f"{key} locks the object"
            for key in _OBJECT_LOCKS
            if not inputs.is_empty(key) and inputs.text(key) != "OFF"
        ]
    if resource.type == KEY:
        days, longest = inputs.integer("deletionWindowInDays"), settings["keyDeletionDays"]
        if days is None or days > longest:
            problems.append(f"deletionWindowInDays is not at most {longest}")
    return verdict(problems)


def _left_in_bucket(inputs: Node) -> Iterator[str]:
    if inputs.flag("forceDestroy") is not True:
        yield "forceDestroy is not true, so that what it holds would stay"
    if not inputs.is_empty("objectLockConfiguration"):
        yield "objectLockConfiguration is set, so that locked objects would stay"
    if inputs.flag("objectLockEnabled"):
        yield "objectLockEnabled is true, so that locked objects would stay"


POLICIES = (DESTROYABLE.judged_alone(_judge),)
