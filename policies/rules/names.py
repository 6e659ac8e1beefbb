"""The rule on physical names: {resource-type}-{environmentSuffix} (ORG-2)."""

import re
from functools import cache

from policies.facts import pulumi_aws
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import API, BUCKET, LOG_GROUP
from policies.pack.answers import PASSED, Answer, failed, not_applicable
from policies.pack.policy import Rule, Settings, Severity, Types


@cache
def property_of(type_: str) -> str | None:
    """The property in which a resource of this type carries its physical name, None if it has none.

    That is `name`, or else the one that is called after the end of the type: `serviceName` of a
    Service, `ruleName` of a ContributorInsightRule.

    Raises:
        UndeterminedError: pulumi-aws does not know the type, so nobody can tell.
    """
    known = pulumi_aws.properties_in(type_, "bucket" if type_ == BUCKET else "name")
    if known:
        return known[0]
    ending = type_.rsplit(":", 1)[-1].lower()
    return next(
        (
            key
            for key in sorted(pulumi_aws.properties(type_))
            if key.endswith("Name") and ending.endswith(key.removesuffix("Name").lower())
        ),
        None,
    )


NAMES = Rule(
    name="resource-name",
    sentence="Every physical name is {resource-type}-{environmentSuffix}.",
    severity=Severity.MEDIUM,
    requirements=("ORG-2",),
    fix="Name the resource {resource-type}-{environmentSuffix}; .fifo follows on queues.",
    governs=Types(
        where=lambda type_: type_.startswith("aws:"), otherwise="Governs AWS resources only."
    ),
    general=True,
    passes=("Queue: {name: work-queue-dev.fifo}",),
    fails=(
        "Queue: {name: work-queue.fifo}",
        "Queue: {}",
    ),
)


def _judge(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    key = property_of(resource.type)
    if key is None:
        return not_applicable("AWS gives this resource type no name of the program's choice.")
    if (
        resource.type == LOG_GROUP
        and resource.inputs.is_unknown(key)
        and stack.depends_only_on(resource, key, API)
    ):
        # AWS fixes the form API-Gateway-Execution-Logs_{apiId}/{stage} (decision 0001).
        return PASSED
    name = resource.inputs.text(key)
    if resource.type in _OF_ANOTHER or name in _FIXED:
        return not_applicable(
            "AWS fixes or restricts this name, which is one within another resource's."
        )
    if not name:
        return failed(f"{key} is missing, so Pulumi would choose a random name")
    form = rf"(?:.*/)?[a-z][a-z0-9_.-]*-{re.escape(stack.suffix)}(?:\.fifo)?"
    if not re.fullmatch(form, name):
        return failed(f"{key} is {name}, not {_wanted(name, stack.suffix)}")
    return PASSED


def _wanted(name: str, suffix: str) -> str:
    """The name that is nearest to this one and right."""
    path, slash, last = name.rpartition("/")
    stem, fifo, _ = last.partition(".fifo")
    word = re.sub(r"[^a-z0-9_.]+", "-", stem.lower()).strip("-0123456789_.")
    word = word.removesuffix(suffix).strip("-0123456789_.")
    return f"{path}{slash}{word or '{resource-type}'}-{suffix}{fifo}"


# Names that no other stack's can clash with, for each lies within a resource that has the suffix.
# Of models AWS takes letters and digits alone.
_OF_ANOTHER = (
    "aws:apigateway/model:Model",
    "aws:apigatewayv2/model:Model",
    "aws:lambda/alias:Alias",
)
_FIXED = ("$default",)  # the stage of an HTTP API that has no name in its address


POLICIES = (NAMES.judged_in_stack(_judge),)
