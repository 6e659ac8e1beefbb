"""The rule on the region: everything is in one, and sends nothing elsewhere (ORG-3)."""

from policies.facts.arns import Arn
from policies.facts.endpoints import endpoints, is_here, is_of
from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    API,
    BUCKET,
    EVENT_TARGET,
    FUNCTION,
    FUNCTION_ASYNC,
    PROVIDER,
    TABLE,
    TOPIC_SUBSCRIPTION,
)
from policies.pack.answers import Answer, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, Types, only

_AWS_AND_PROVIDERS = Types(
    where=lambda type_: type_.startswith("aws:") or type_ == PROVIDER,
    otherwise="Governs AWS resources and providers only.",
)

REGION = Rule(
    name="region",
    sentence="Every resource is in {region}, its provider too, and sends nothing elsewhere.",
    severity=Severity.HIGH,
    requirements=("ORG-3",),
    fix=(
        "Configure aws:region {region}, leave out any other region, other endpoints and any "
        "replication, and make APIs REGIONAL."
    ),
    governs=_AWS_AND_PROVIDERS,
    schema={
        "region": {
            "type": "string",
            "description": "The one region that resources may be in.",
            "default": "us-east-1",
        }
    },
    general=True,
    passes=(
        "Queue: {}",
        "aws: {region: us-east-1}",
    ),
    fails=(
        "Queue: {region: eu-west-1}",
        "aws: {region: eu-west-1}",
    ),
)


def _judge_region(resource: Resource, settings: Settings) -> Answer:
    required = settings["region"]
    problems = []
    inputs = resource.inputs
    if resource.type in (FUNCTION, PROVIDER):
        problems += [
            f"{address.path} is not AWS in {required}, and not this machine"
            for address in endpoints(resource)
            if not is_of(address.as_text(), required) and not is_here(address.as_text())
        ]
    if resource.type == PROVIDER:
        if inputs.text("region") != required:
            problems.append(f"the provider's region is not {required}")
        return verdict(problems)
    if resource.type == BUCKET and not inputs.is_empty("replicationConfiguration"):
        problems.append("replicationConfiguration copies objects to a bucket of elsewhere")
    if resource.type == BUCKET and inputs.text("accelerationStatus") == "Enabled":
        problems.append("accelerationStatus is Enabled, so that CloudFront takes the objects")
    problems += _named_elsewhere(resource, required)
    if resource.type == TABLE:
        witness = inputs.object("globalTableWitness")
        if not inputs.is_empty("globalTableWitness") and witness.text("regionName") != required:
            problems.append(f"{witness.at('regionName')} is not {required}")
        problems += [
            f"{replica.path} is not in {required}"
            for replica in inputs.items("replicas")
            if replica.text("regionName") != required
        ]
    if resource.type == API:
        kinds = inputs.object("endpointConfiguration").texts("types")
        if not kinds or not set(kinds) <= {"REGIONAL", "PRIVATE"}:
            problems.append("endpointConfiguration.types is not REGIONAL, so CloudFront answers")
    if inputs.has("region") and inputs.text("region") != required:
        problems.append(f"region is not {required}")
    provider = resource.provider
    if provider is not None and provider.inputs.text("region") not in (None, required):
        problems.append(f"its provider's region is not {required}")
    return verdict(problems)


def _named_elsewhere(resource: Resource, region: str) -> list[str]:
    """The properties that name, by its ARN, what is elsewhere: whatever it is for, data goes there.

    Those that are unknown here are for the next rule.
    """
    return [
        f"{leaf.path} is not in {region}"
        for leaf in resource.inputs.leaves()
        if isinstance(leaf.value, str)
        and (arn := Arn.parse(leaf.value)) is not None
        and arn.region not in ("", region)
    ]


DESTINATIONS = Rule(
    name="known-destination",
    sentence="Where a resource sends on what reaches it is known before it is deployed.",
    severity=Severity.HIGH,
    requirements=("ORG-3",),
    fix="Name the destination by an ARN, or by the output of one resource of this stack.",
    governs=only(EVENT_TARGET, FUNCTION_ASYNC, TOPIC_SUBSCRIPTION),
    passes=(
        """
        EventTarget: {arn: '${Queue}'}
        Queue: {name: letters-queue-dev.fifo}
        """,
    ),
    fails=("EventTarget: {}",),
)

_DESTINATIONS = {
    EVENT_TARGET: ("arn",),
    FUNCTION_ASYNC: ("destinationConfig", "onSuccess", "destination"),
    TOPIC_SUBSCRIPTION: ("endpoint",),
}


def _judge_destination(resource: Resource, _stack: Stack, _settings: Settings) -> Answer:
    destination: Node | None = resource.inputs
    for key in _DESTINATIONS[resource.type]:
        destination = destination and destination.child(key)
    if destination is None and resource.type == FUNCTION_ASYNC:
        return not_applicable("It sends no answers on.")
    return verdict([] if destination is not None else ["it names no destination"])


POLICIES = (
    REGION.judged_alone(_judge_region),
    DESTINATIONS.judged_in_stack(_judge_destination),
)
