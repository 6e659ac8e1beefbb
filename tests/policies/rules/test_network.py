"""No network of the user's own."""

from tests.policies.baseline import KEY_ALIAS
from tests.policies.kit import (
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    declare,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"


TAGS = {"Environment": "Production", "Team": "Analytics"}


CASES = [
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]} with {given}",
            "no-vpc",
            "joined",
            adding(type_, "joined", **given),
            message,
        )
        for type_, given, message in (
            (
                "aws:apprunner/service:Service",
                {
                    "serviceName": "any-service-dev",
                    "encryptionConfiguration": {"kmsKey": KEY_ALIAS},
                    "networkConfiguration": {"egressConfiguration": {"egressType": "VPC"}},
                    "tags": TAGS,
                },
                "networkConfiguration.egressConfiguration.egressType",
            ),
            (
                "aws:emrserverless/application:Application",
                {
                    "name": "any-application-dev",
                    "networkConfiguration": {"subnetIds": ["subnet-1"]},
                    "tags": TAGS,
                },
                "networkConfiguration.subnetIds[0]",
            ),
            (
                "aws:transfer/server:Server",
                {
                    "endpointDetails": {"vpcId": "vpc-1"},
                    "endpointType": "VPC",
                    "forceDestroy": True,
                    "tags": TAGS,
                },
                "endpointDetails.vpcId",
            ),
            (
                "aws:cloudwatch/eventTarget:EventTarget",
                {"ecsTarget": {"networkConfiguration": {"subnets": ["subnet-1"]}}},
                "ecsTarget.networkConfiguration.subnets[0]",
            ),
        )
    ),
    *(
        passes(
            f"{path} that is {value}, which is in no VPC",
            "no-vpc",
            FUNCTION,
            setting(FUNCTION, path, value),
        )
        for path, value in (
            ("vpcConfig", {"subnetIds": [], "securityGroupIds": []}),
            ("vpcConfig", {"subnetIds": [], "ipv6AllowedForDualStack": True}),
            ("environment.variables.vpcName", "none"),
        )
    ),
    undetermined(
        "no-vpc",
        "joined",
        "networkConfiguration",
        adding(
            "aws:emrserverless/application:Application",
            "joined",
            name="any-application-dev",
            networkConfiguration=UNKNOWN,
            tags=TAGS,
        ),
    ),
    fails(
        "a virtual private cloud",
        "no-vpc",
        "network",
        lambda s: s.add(declare("aws:ec2/vpc:Vpc", "network", cidrBlock="10.0.0.0/16", tags=TAGS)),
    ),
    fails(
        "a function in a VPC",
        "no-vpc",
        FUNCTION,
        setting(FUNCTION, "vpcConfig", {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}),
    ),
    *(
        fails(f"{path} of {name}", "no-vpc", name, setting(name, path, value), path.split("[")[0])
        for name, path, value in (
            (FUNCTION, "fileSystemConfig", {"arn": "x", "localMountPath": "/mnt/x"}),
            (FUNCTION, "capacityProviderConfig", {"lambdaManagedInstances": {}}),
            (
                "processor-source",
                "sourceAccessConfigurations",
                [{"type": "BASIC_AUTH"}, {"type": "VPC_SUBNET", "uri": "subnet:x"}],
            ),
        )
    ),
    passes(
        "another way in",
        "no-vpc",
        "processor-source",
        setting("processor-source", "sourceAccessConfigurations", [{"type": "BASIC_AUTH"}]),
    ),
    undetermined("no-vpc", FUNCTION, "vpcConfig"),
    undetermined("no-vpc", FUNCTION, "fileSystemConfig"),
    undetermined("no-vpc", "get-integration", "connectionType"),
    not_applicable("for a role", "no-vpc", "processor-role", lambda s: s, "no network"),
]


@parametrized(CASES)
def test_network(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
