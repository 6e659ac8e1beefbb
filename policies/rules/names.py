"""The rule on physical names: {resource-type}-{environmentSuffix} (ORG-2)."""

import re
from functools import cache

from policies.facts import pulumi_aws
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import API, BUCKET, LOG_GROUP
from policies.pack.answers import PASSED, Answer, failed, not_applicable
from policies.pack.policy import Settings, Severity, StackPolicy, Types

# What holds the name where that is neither `name` nor called after the type (`property_of`).
_PROPERTY = {
    BUCKET: "bucket",
    "aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion": (
        "autoScalingConfigurationName"
    ),
    "aws:bedrock/provisionedModelThroughput:ProvisionedModelThroughput": "provisionedModelName",
    "aws:codeartifact/domain:Domain": "domain",
    "aws:codeartifact/repository:Repository": "repository",
    "aws:cur/reportDefinition:ReportDefinition": "reportName",
    "aws:lambda/layerVersion:LayerVersion": "layerName",
    "aws:location/routeCalculation:RouteCalculation": "calculatorName",
    "aws:mediapackage/channel:Channel": "channelId",
    "aws:observabilityadmin/centralizationRuleForOrganization:CentralizationRuleForOrganization": (
        "ruleName"
    ),
    "aws:observabilityadmin/telemetryRuleForOrganization:TelemetryRuleForOrganization": "ruleName",
    "aws:rekognition/collection:Collection": "collectionId",
    "aws:securityhub/automationRuleV2:AutomationRuleV2": "ruleName",
}
# Types of which the property that looks like the name is none, or one that cannot have the form.
_UNNAMED = {
    # a region, a type, a service or a group that somebody else has named
    "aws:account/region:Region",
    "aws:cloudformation/cloudFormationType:CloudFormationType",
    "aws:cognito/identityProvider:IdentityProvider",
    "aws:cognito/userInGroup:UserInGroup",
    "aws:ssoadmin/region:Region",
    # a branch of a repository, a person, a run
    "aws:amplify/branch:Branch",
    "aws:quicksight/user:User",
    "aws:redshiftdata/statement:Statement",
    # names of the DNS, which end with their zone
    "aws:route53/record:Record",
    "aws:route53/zone:Zone",
    "aws:route53domains/domain:Domain",
    "aws:route53domains/registeredDomain:RegisteredDomain",
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace",
    "aws:workmail/defaultDomain:DefaultDomain",
    "aws:workmail/domain:Domain",
    # AWS takes no hyphen in them
    "aws:amplify/backendEnvironment:BackendEnvironment",
    "aws:bedrock/agentcoreAgentRuntime:AgentcoreAgentRuntime",
    "aws:bedrock/agentcoreEvaluator:AgentcoreEvaluator",
    "aws:bedrock/agentcoreHarness:AgentcoreHarness",
    "aws:bedrock/agentcoreOnlineEvaluationConfig:AgentcoreOnlineEvaluationConfig",
}


@cache
def property_of(type_: str) -> str | None:
    """The property in which a resource of this type carries its physical name, None if it has none.

    That is `name`, or else the one that is called after the end of the type: `serviceName` of a
    Service, `ruleName` of a ContributorInsightRule.

    Raises:
        UndeterminedError: pulumi-aws does not know the type, so nobody can tell.
    """
    if type_ in _UNNAMED:
        return None
    known = pulumi_aws.takes(type_, _PROPERTY.get(type_, "name"))
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
    if not name:
        return failed(f"{key} is missing, so that AWS would be given a random name")
    form = rf"(?:.*/)?[a-z][a-z0-9_.-]*-{re.escape(stack.suffix)}(?:\.fifo)?"
    if not re.fullmatch(form, name):
        return failed(
            f"{key} does not end with -{stack.suffix} behind the resource's type in lower case"
        )
    return PASSED


NAMES = StackPolicy(
    name="resource-name",
    sentence="Every physical name is {resource-type}-{environmentSuffix}.",
    severity=Severity.MEDIUM,
    requirements=("ORG-2",),
    remediation="Name the resource {resource-type}-{environmentSuffix}; .fifo follows on queues.",
    governs=Types(
        where=lambda type_: type_.startswith("aws:"), otherwise="Governs AWS resources only."
    ),
    general=True,
    judge=_judge,
)

POLICIES = (NAMES,)
