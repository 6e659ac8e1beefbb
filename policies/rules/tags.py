"""The rule on tags (ORG-1)."""

from collections.abc import Mapping

from policies.facts import pulumi_aws
from policies.facts.endpoints import told
from policies.facts.resource import Resource
from policies.facts.types import PROVIDER
from policies.pack.answers import Answer, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, Types

_AWS_AND_PROVIDERS = Types(
    where=lambda type_: type_.startswith("aws:") or type_ == PROVIDER,
    otherwise="Governs AWS resources and providers only.",
)

TAGS = Rule(
    name="resource-tags",
    sentence="Every taggable resource carries {tags}, and providers see them.",
    severity=Severity.MEDIUM,
    requirements=("ORG-1",),
    fix=(
        "Set tags to include {tags} on the resource, or in the provider's defaultTags; leave them "
        "out of a provider's ignoreTags."
    ),
    governs=_AWS_AND_PROVIDERS,
    schema={
        "tags": {
            "type": "object",
            "description": "Tags that every taggable resource carries.",
            "additionalProperties": {"type": "string"},
            "default": {"Environment": "Production", "Team": "Analytics"},
        }
    },
    general=True,
    passes=("Queue: {tags: {Environment: Production, Team: Analytics}}",),
    fails=(
        "Queue: {tags: {Environment: Test, Team: Analytics}}",
        "Queue: {}",
    ),
)


def _judge_tags(resource: Resource, settings: Settings) -> Answer:
    if resource.type == PROVIDER:
        return verdict(
            [
                f"ignoreTags lists {key}, so nobody would see that it changes"
                for key in _ignored(resource, settings["tags"])
            ]
        )
    if not pulumi_aws.properties_in(resource.type, "tags"):
        return not_applicable("AWS takes no tags on this resource type.")
    # All of them, where the provider says so: those that it gives to everything among them.
    tags = resource.inputs.object("tagsAll" if resource.inputs.has("tagsAll") else "tags")
    return verdict(
        [
            f"tags.{key} is {'missing' if not tags.has(key) else 'not ' + repr(value)}"
            for key, value in settings["tags"].items()
            if tags.text(key) != value
        ]
    )


def _ignored(provider: Resource, tags: Mapping[str, str]) -> list[str]:
    """The tags that a provider neither sees nor puts right again when somebody changes them."""
    ignored = told(provider, "ignoreTags")
    if ignored.value is None:
        return []
    keys, prefixes = ignored.texts("keys"), tuple(ignored.texts("keyPrefixes"))
    return [key for key in tags if key in keys or key.startswith(prefixes)]


POLICIES = (TAGS.judged_alone(_judge_tags),)
