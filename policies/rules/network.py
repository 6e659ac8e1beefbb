"""The rule on networks: managed services only, outside any VPC (SEC-4, SCALE-1)."""

import re
from collections.abc import Iterator

from policies.facts import pulumi_aws
from policies.facts.reading import Node, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.wire import UNKNOWN
from policies.pack.answers import PASSED, Answer, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, Types

_AWS = Types(where=lambda type_: type_.startswith("aws:"), otherwise="Governs AWS resources only.")
# Properties, at any depth, that name a network or what lies in one.
_NETWORK = re.compile(r"vpc|subnet|securityGroup|\w*(?:Vpc|Subnet|(?<!replacement)SecurityGroup)")
# A file system is mounted, a connection made, and an instance run inside a VPC only.
_INSIDE = ("fileSystemConfig", "connectionId", "capacityProviderConfig")
# Properties that say by one of their texts whether they are about a VPC.
_MAY_HOLD_ONE = ("connectionType", "endpointConfiguration", "sourceAccessConfigurations")
# Such as the VPC_LINK of an integration, or the VPC_SUBNET of a source's access.
_KIND = re.compile(r"(?:\w*T|t)ype|\w*Mode")
_KIND_OF_VPC = re.compile(r"VPC(?:_\w+)?")
_OF_THE_PROGRAM = ("tags", "variables")  # whose members' names mean nothing to AWS


def _in_vpc(inputs: Node) -> Iterator[str]:
    """The paths of the texts that put the resource into a VPC; an empty list does not."""
    for key, leaf in inputs.scalars(but=_OF_THE_PROGRAM):
        value = leaf.value
        if value is UNKNOWN and (_NETWORK.match(key) or key in _MAY_HOLD_ONE):
            raise UndeterminedError(leaf.path)
        if isinstance(value, str) and (
            (value and _NETWORK.match(key))
            or (_KIND.fullmatch(key) and _KIND_OF_VPC.fullmatch(value))
        ):
            yield leaf.path


NETWORK = Rule(
    name="no-vpc",
    sentence="Everything is a managed service outside any VPC.",
    severity=Severity.HIGH,
    requirements=("SEC-4", "SCALE-1"),
    fix="Use a serverless service, and leave its VPC settings out.",
    governs=_AWS,
    general=True,
    passes=("Function: {}",),
    fails=("Function: {vpcConfig: {subnetIds: [subnet-1], securityGroupIds: [sg-1]}}",),
)


def _judge_network(resource: Resource, _settings: Settings) -> Answer:
    inputs = resource.inputs
    keys = pulumi_aws.properties_in(resource.type, *_INSIDE)
    problems = [f"{key} puts it into a VPC" for key in keys if not inputs.is_empty(key)]
    problems += [f"{path} puts it into a VPC" for path in _in_vpc(inputs)]
    if "PRIVATE" in inputs.object(_ENDPOINTS).texts("types"):
        problems.append(f"{_ENDPOINTS}.types is PRIVATE, which needs a VPC")
    if problems or keys or pulumi_aws.properties_in(resource.type, *_MAY_HOLD_ONE):
        return verdict(problems)
    if any(map(_NETWORK.match, pulumi_aws.properties(resource.type))):
        return PASSED
    return not_applicable("AWS takes no network settings for this resource type.")


_ENDPOINTS = "endpointConfiguration"  # of a REST API, that may be private to a VPC

POLICIES = (NETWORK.judged_alone(_judge_network),)
