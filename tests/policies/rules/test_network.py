"""No network of the user's own."""

from tests.policies.kit import (
    Case,
    Declarations,
    adding,
    check,
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
                "aws:cloudwatch/eventTarget:EventTarget",
                {
                    "arn": "arn:aws:ecs:us-east-1:123456789012:cluster/c",
                    "ecsTarget": {"networkConfiguration": {"subnets": ["subnet-1"]}},
                },
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
