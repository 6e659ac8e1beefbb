"""The rule on types: current ones, which the pack can judge (DEL-1, GOV-1)."""

from policies.facts import pulumi_aws
from policies.facts.resource import Resource
from policies.pack.answers import PASSED, Answer, failed, not_applicable
from policies.pack.policy import ResourcePolicy, Settings, Severity, Types


def _judge_type(resource: Resource, _settings: Settings) -> Answer:
    if not resource.type.startswith("aws:"):
        if resource.provider is None:
            return not_applicable("A component: its children are judged themselves.")
        return failed("it is managed by a provider whose resources this pack cannot judge")
    if resource.type in _TEMPLATES:
        return failed("it makes resources by a template, which this pack cannot judge")
    try:
        deprecated = pulumi_aws.is_deprecated(resource.type)
    except pulumi_aws.UnknownTypeError:
        return failed("the installed pulumi-aws does not know its type")
    return failed("pulumi-aws has deprecated its type") if deprecated else PASSED


# Each makes resources of any type from a document of its own.
_TEMPLATES = {
    "aws:cloudcontrol/resource:Resource",
    "aws:cloudformation/stack:Stack",
    "aws:cloudformation/stackInstances:StackInstances",
    "aws:cloudformation/stackSet:StackSet",
    "aws:cloudformation/stackSetInstance:StackSetInstance",
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack",
    "aws:servicecatalog/provisionedProduct:ProvisionedProduct",
}


KNOWN_TYPES = ResourcePolicy(
    name="known-types",
    sentence="Every resource is of a current type of pulumi-aws, which this pack can judge.",
    severity=Severity.HIGH,
    requirements=("DEL-1", "GOV-1"),
    remediation="Declare it with the type of pulumi-aws that has taken the old one's place.",
    governs=Types(
        where=lambda type_: not type_.startswith("pulumi:"),
        otherwise="Governs what the program declares only.",
    ),
    general=True,
    judge=_judge_type,
)


POLICIES = (KNOWN_TYPES,)
