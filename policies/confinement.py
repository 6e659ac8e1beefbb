"""Managed services only, outside any VPC, and no credentials anywhere (SEC-3, SEC-4, SCALE-1)."""

import re
from collections.abc import Iterator

from policies import sdk
from policies.answers import PASSED, Answer, failed, not_applicable, verdict
from policies.policy import ResourcePolicy, Settings, Severity, Types
from policies.reading import UNKNOWN, Node, UndeterminedError
from policies.resource import Resource
from policies.types import FUNCTION, PROVIDER

_AWS = Types(where=lambda type_: type_.startswith("aws:"), otherwise="Governs AWS resources only.")

# Services that run in networks and on machines of the user's own.
_SERVER_MODULES = (
    "alb",
    "appstream",
    "autoscaling",
    "batch",
    "cloud9",
    "cloudhsmv2",
    "dax",
    "directconnect",
    "directoryservice",
    "dms",
    "docdb",
    "drs",
    "ebs",
    "ec2",
    "ec2clientvpn",
    "ec2transitgateway",
    "ecs",
    "efs",
    "eks",
    "elasticache",
    "elasticbeanstalk",
    "elasticsearch",
    "elb",
    "emr",
    "emrcontainers",
    "fsx",
    "gamelift",
    "imagebuilder",
    "lb",
    "lightsail",
    "m2",
    "memorydb",
    "mq",
    "msk",
    "mskconnect",
    "mwaa",
    "neptune",
    "networkfirewall",
    "networkmanager",
    "odb",
    "opensearch",
    "outposts",
    "rds",
    "redshift",
    "redshiftserverless",
    "s3outposts",
    "sagemaker",
    "storagegateway",
    "timestreaminfluxdb",
    "vpc",
    "vpclattice",
    "workspaces",
)
# Properties, at any depth, that name a network or what lies in one.
_NETWORK = re.compile(r"vpc|subnet|securityGroup|\w*(?:Vpc|Subnet|(?<!replacement)SecurityGroup)")
# A file system is mounted, a connection made, and an instance run inside a VPC only.
_INSIDE = ("fileSystemConfig", "connectionId", "capacityProviderConfig")
# Properties that say by one of their texts whether they are about a VPC.
_MAY_HOLD_ONE = (
    "connectionType",
    "endpointConfiguration",
    "endpointDetails",
    "endpointType",
    "networkConfig",
    "networkConfiguration",
    "networkConfigurations",
    "sourceAccessConfigurations",
)
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


def _judge_network(resource: Resource, _settings: Settings) -> Answer:
    module = resource.type.split(":")[1].partition("/")[0]
    if module in _SERVER_MODULES:
        return failed(f"{module} runs on networks or machines of the user's own")
    if resource.type.rsplit(":", 1)[-1].startswith("Vpc"):
        return failed("it joins a VPC")
    inputs = resource.inputs
    keys = sdk.takes(resource.type, *_INSIDE)
    problems = [f"{key} puts it into a VPC" for key in keys if not inputs.is_empty(key)]
    problems += [f"{path} puts it into a VPC" for path in _in_vpc(inputs)]
    if "PRIVATE" in inputs.object(_ENDPOINTS).texts("types"):
        problems.append(f"{_ENDPOINTS}.types is PRIVATE, which needs a VPC")
    if problems or keys or sdk.takes(resource.type, *_MAY_HOLD_ONE):
        return verdict(problems)
    if any(map(_NETWORK.match, sdk.properties(resource.type))):
        return PASSED
    return not_applicable("AWS takes no network settings for this resource type.")


_ENDPOINTS = "endpointConfiguration"  # of a REST API, that may be private to a VPC


NETWORK = ResourcePolicy(
    name="no-vpc",
    sentence="Everything is a managed service outside any VPC.",
    severity=Severity.HIGH,
    requirements=("SEC-4", "SCALE-1"),
    remediation="Use a serverless service, and leave its VPC settings out.",
    governs=_AWS,
    general=True,
    judge=_judge_network,
)


def _judge_type(resource: Resource, _settings: Settings) -> Answer:
    if not resource.type.startswith("aws:"):
        if resource.provider is None:
            return not_applicable("A component: its children are judged themselves.")
        return failed("it is managed by a provider whose resources this pack cannot judge")
    if resource.type in _TEMPLATES:
        return failed("it makes resources by a template, which this pack cannot judge")
    try:
        deprecated = sdk.is_deprecated(resource.type)
    except sdk.UnknownTypeError:
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

_SECRET_NAME = re.compile(
    r"(?:^|[_.-])(?:[a-z0-9]*passw(?:or)?ds?|pass|passphrase|pwd|secrets?|tokens?|api_?key"
    r"|access_?key(?:_?id)?|(?:private|secret|signing|master|hmac|jwt)_?key|credentials?|auth"
    r"|db_?pass|passcode|pw)(?:$|[_.-])",
    re.IGNORECASE,
)
# A name or ARN of a secret is no secret.
_NO_SECRET_NAME = re.compile(r"(?:_ARN|_NAME|(?<!ACCESS_KEY)_ID)$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SECRET_VALUE = re.compile(
    r"(?<![A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{22}|glpat-[\w-]{20}|\bnpm_[A-Za-z0-9]{36}"
    r"|xox[abprs]-[A-Za-z0-9-]{10}|\bxapp-\d-\w|\bAccountKey=\w"
    r"|hooks\.slack\.com/services/\w+/\w+/\w|[sr]k_live_[A-Za-z0-9]{16}|\bsk-[\w-]{20}"
    r"|\bAIza[\w-]{35}|\bSG\.[\w-]{16,}\.[\w-]{16}"
    r"|\b(?:Bearer|Basic) [A-Za-z0-9+/=._-]{16}"
    r"|eyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\."
    r"|[a-z][a-z0-9+.-]*://[^/\s:@]+:[^/\s:@]+@"
    r"|(?i:\b(?:\w*password|\w*passwd|(?:\w+_)?(?:pwd|secret|token|api_?key))"
    r'(?:=[^\s&]|"\s*:\s*"[^"]))'
)
# Forty characters of a secret access key, told from a hash by its mixed alphabet.
_SECRET_KEY = re.compile(r"(?=[^/+]*[/+])(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9/+]{40}")
_CREDENTIAL_TYPES = {
    "aws:iam/accessKey:AccessKey",
    "aws:iam/serviceSpecificCredential:ServiceSpecificCredential",
    "aws:iam/userLoginProfile:UserLoginProfile",
    "aws:secretsmanager/secretVersion:SecretVersion",
    "aws:apigateway/apiKey:ApiKey",
    "aws:appsync/apiKey:ApiKey",
    "aws:cloudwatch/eventConnection:EventConnection",
    "aws:codebuild/sourceCredential:SourceCredential",
    "aws:iam/virtualMfaDevice:VirtualMfaDevice",
    "aws:kms/ciphertext:Ciphertext",
}
# Properties that hold one. Those that end with Wo are written only, and stay out of the state.
_SECRET_PROPERTY = re.compile(
    r"(?:.*\.)?(?:[\w-]*[pP]assword|\w*[pP]rivateKey|secretKey|client_?[sS]ecret|customerKey"
    r"|(?:access|auth|oauth|secret)Token|platformCredential|basicAuthCredentials|keyMaterialBase64)"
)
_PARAMETER = "aws:ssm/parameter:Parameter"
_VARIABLES = {
    FUNCTION: ("environment", "variables"),
    "aws:amplify/app:App": ("environmentVariables",),
    "aws:apigateway/stage:Stage": ("variables",),
    "aws:glue/connection:Connection": ("connectionProperties",),
    "aws:glue/job:Job": ("defaultArguments",),
}


def _judge_credentials(resource: Resource, _settings: Settings) -> Answer:
    if resource.type in _CREDENTIAL_TYPES:
        return failed("it is a credential, whose value would stand in the state")
    if _is_secret_parameter(resource):
        return failed("type is SecureString, whose value would stand in the state")
    if resource.inputs.has("generateSecret") and resource.inputs.flag("generateSecret"):
        return failed("generateSecret is true, and the secret would stand in the state")
    problems = [
        f"{leaf.path} looks like a credential"
        for leaf in resource.inputs.leaves()
        if isinstance(leaf.value, str)
        and (
            _SECRET_VALUE.search(leaf.value)
            or _SECRET_KEY.fullmatch(leaf.value)
            or (leaf.value and resource.type != PROVIDER and _SECRET_PROPERTY.fullmatch(leaf.path))
        )
    ]
    if resource.type == PROVIDER:
        problems += [
            f"{key} is set in the program or its configuration"
            for key in ("accessKey", "secretKey", "token")
            if resource.inputs.has(key)
        ]
    problems += [
        f"{variable.path} is named like a credential" for variable in _named_like_one(resource)
    ]
    return verdict(problems)


def _is_secret_parameter(resource: Resource) -> bool:
    inputs = resource.inputs
    return (
        resource.type == _PARAMETER
        and inputs.text("type") == "SecureString"
        and inputs.has("value")
    )


def _named_like_one(resource: Resource) -> Iterator[Node]:
    if resource.type == _PARAMETER and resource.inputs.has("value"):
        # Before the suffix, which every name ends with.
        name = (resource.inputs.text("name") or "").rpartition("-")[0]
        if _sounds_secret(name.replace("/", "_").replace("-", "_")):
            yield Node(None, "value")
    path = _VARIABLES.get(resource.type)
    if path is None:
        return
    node = resource.inputs
    for key in path:
        node = node.object(key)
    for name, variable in node.members():
        if _sounds_secret(name):
            yield variable
        else:
            node.text(name)


def _sounds_secret(name: str) -> bool:
    words = _WORDS.sub("_", name).upper()
    return bool(_SECRET_NAME.search(words) and not _NO_SECRET_NAME.search(words))


CREDENTIALS = ResourcePolicy(
    name="no-credentials",
    sentence="No credential stands in the program, its configuration, or the state.",
    severity=Severity.CRITICAL,
    requirements=("SEC-3",),
    remediation="Let the function's role give it its rights, and pass names instead of secrets.",
    governs=Types(
        where=lambda type_: type_.startswith("aws:") or type_ == PROVIDER,
        otherwise="Governs AWS resources and providers only.",
    ),
    general=True,
    judge=_judge_credentials,
)

POLICIES = (NETWORK, KNOWN_TYPES, CREDENTIALS)
