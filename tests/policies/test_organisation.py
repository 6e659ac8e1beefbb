"""Rules for everything: tags, names, region, types, networks, credentials."""

import pytest

from policies import sdk
from tests.policies.baseline import KEY_ALIAS, TABLE_ARN
from tests.policies.kit import (
    ACCOUNT,
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    declare,
    dropping,
    fails,
    judge,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"
BUCKET = "uploads-bucket"
TAGS = {"Environment": "Production", "Team": "Analytics"}
VARIABLES = "environment.variables"
TAG = "aws:dynamodb/tag:Tag"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"

CASES = [
    fails(
        "a changed tag",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tags.Team", "Research"),
        "tags.Team is not 'Analytics'",
    ),
    fails("no tags", "resource-tags", FUNCTION, dropping(FUNCTION, "tags"), "missing"),
    fails(
        "a tag in lower case",
        "resource-tags",
        FUNCTION,
        setting(FUNCTION, "tags", {"team": "Analytics", "Environment": "Production"}),
    ),
    undetermined("resource-tags", FUNCTION, "tags"),
    fails(
        "another value by a tag that stands beside its resource",
        "resource-tags",
        "tag",
        adding(TAG, "tag", resourceArn=TABLE_ARN, key="Environment", value="Staging"),
        "value is not 'Production'",
    ),
    *(
        passes(
            f"the tag {key}={value} beside its resource",
            "resource-tags",
            "tag",
            adding(TAG, "tag", resourceArn=TABLE_ARN, key=key, value=value),
        )
        for key, value in (("Environment", "Production"), ("CostCentre", "42"))
    ),
    *(
        undetermined(
            "resource-tags",
            "tag",
            path,
            adding(
                TAG,
                "tag",
                **{"resourceArn": TABLE_ARN, "key": "Team", "value": "Analytics", path: UNKNOWN},
            ),
        )
        for path in ("key", "value")
    ),
    not_applicable(
        "for an inline policy", "resource-tags", "processor-policy", lambda s: s, "no tags"
    ),
    fails(
        "a resource of its own in another region",
        "region",
        FUNCTION,
        setting(FUNCTION, "region", "us-west-2"),
        "region is not us-east-1",
    ),
    *(
        fails(title, "region", name, change, message)
        for title, name, change, message in (
            (
                "a target in another region",
                "sent",
                adding(
                    "aws:cloudwatch/eventTarget:EventTarget",
                    "sent",
                    arn=f"arn:aws:events:us-west-2:{ACCOUNT}:event-bus/elsewhere",
                    rule="any",
                ),
                "arn is not in us-east-1",
            ),
            (
                "a subscriber in another region",
                "sent",
                adding(
                    SUBSCRIPTION,
                    "sent",
                    protocol="sqs",
                    endpoint=f"arn:aws:sqs:us-west-2:{ACCOUNT}:elsewhere",
                ),
                "endpoint is not in us-east-1",
            ),
            (
                "answers sent to another region",
                "validator-invoke",
                setting(
                    "validator-invoke",
                    "destinationConfig.onSuccess",
                    {"destination": f"arn:aws:sqs:us-west-2:{ACCOUNT}:elsewhere"},
                ),
                "destinationConfig.onSuccess.destination is not in us-east-1",
            ),
            (
                "logs sent to another region",
                "sent",
                adding(
                    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
                    "sent",
                    name="logs-filter-dev",
                    logGroup="/aws/lambda/status-function-dev",
                    filterPattern="",
                    destinationArn=f"arn:aws:logs:us-west-2:{ACCOUNT}:destination:elsewhere",
                ),
                "destinationArn is not in us-east-1",
            ),
            (
                "a pipe to another region",
                "sent",
                adding(
                    "aws:pipes/pipe:Pipe",
                    "sent",
                    name="any-pipe-dev",
                    kmsKeyIdentifier=KEY_ALIAS,
                    roleArn=f"arn:aws:iam::{ACCOUNT}:role/any-role-dev",
                    source=f"arn:aws:sqs:us-east-1:{ACCOUNT}:processor-queue-dev.fifo",
                    target=f"arn:aws:events:us-west-2:{ACCOUNT}:event-bus/elsewhere",
                    tags=TAGS,
                ),
                "target is not in us-east-1",
            ),
            (
                "backups copied to another region",
                "sent",
                adding(
                    "aws:backup/plan:Plan",
                    "sent",
                    name="any-plan-dev",
                    rules=[
                        {
                            "copyActions": [
                                {
                                    "destinationVaultArn": "arn:aws:backup:us-west-2:"
                                    f"{ACCOUNT}:backup-vault:elsewhere"
                                }
                            ]
                        }
                    ],
                    tags=TAGS,
                ),
                "rules[0].copyActions[0].destinationVaultArn is not in us-east-1",
            ),
            (
                "uploads by way of CloudFront",
                BUCKET,
                setting(BUCKET, "accelerationStatus", "Enabled"),
                "accelerationStatus is Enabled",
            ),
            (
                "uploads by way of CloudFront, beside the bucket",
                "sent",
                adding(
                    "aws:s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration",
                    "sent",
                    bucket="uploads-bucket-dev",
                    status="Enabled",
                ),
                "may leave",
            ),
        )
    ),
    *(
        passes(
            f"the subscriber {endpoint}",
            "region",
            "sent",
            adding(SUBSCRIPTION, "sent", protocol=protocol, endpoint=endpoint),
        )
        for protocol, endpoint in (
            ("email", "someone@example.com"),
            ("sqs", f"arn:aws:sqs:us-east-1:{ACCOUNT}:here"),
        )
    ),
    undetermined(
        "region",
        "sent",
        "endpoint",
        adding(SUBSCRIPTION, "sent", protocol="sqs", endpoint=UNKNOWN),
    ),
    fails(
        "a provider in another region",
        "region",
        FUNCTION,
        lambda s: s.under(FUNCTION, region="us-west-2"),
    ),
    fails(
        "a declared provider in another region",
        "region",
        "west",
        lambda s: s.add(declare("pulumi:providers:aws", "west", region="us-west-2")),
    ),
    passes(
        "a declared provider in the region",
        "region",
        "east",
        lambda s: s.add(declare("pulumi:providers:aws", "east", region="us-east-1")),
    ),
    fails(
        "a provider without region",
        "region",
        "anywhere",
        lambda s: s.add(declare("pulumi:providers:aws", "anywhere")),
    ),
    undetermined("region", FUNCTION, "region"),
    fails(
        "a replica, inline",
        "region",
        BUCKET,
        setting(BUCKET, "replicationConfiguration", {"role": "x"}),
    ),
    *(
        fails(
            f"a {type_.rsplit(':', 1)[1]}",
            policy,
            "added",
            adding(type_, "added", **inputs),
            message,
        )
        for policy, type_, inputs, message in (
            (
                "region",
                "aws:s3/bucketReplicationConfig:BucketReplicationConfig",
                {"bucket": "uploads-bucket-dev"},
                "may leave",
            ),
            (
                "region",
                "aws:apigateway/domainName:DomainName",
                {"securityPolicy": "TLS_1_2", "tags": TAGS},
                "REGIONAL",
            ),
            (
                "destroyable",
                "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
                {"bucket": "uploads-bucket-dev"},
                "locks",
            ),
            (
                "destroyable",
                "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
                {"backupVaultName": "x"},
                "locks",
            ),
            (
                "known-types",
                "aws:cloudcontrol/resource:Resource",
                {"typeName": "AWS::X"},
                "template",
            ),
            (
                "known-types",
                "aws:cloudformation/stack:Stack",
                {"name": "any-stack-dev", "tags": TAGS},
                "template",
            ),
            (
                "resource-name",
                "aws:cloudwatch/compositeAlarm:CompositeAlarm",
                {"alarmName": "any", "tags": TAGS},
                "alarmName",
            ),
            (
                "resource-name",
                "aws:lambda/layerVersion:LayerVersion",
                {"layerName": "any-layer"},
                "layerName",
            ),
            (
                "no-vpc",
                "aws:route53/zone:Zone",
                {
                    "name": "zone-dev",
                    "vpcs": [{"vpcId": "vpc-1"}],
                    "forceDestroy": True,
                    "tags": TAGS,
                },
                "vpcs",
            ),
            (
                "no-vpc",
                "aws:apigateway/vpcLink:VpcLink",
                {"name": "any-link-dev", "targetArn": "x", "tags": TAGS},
                "VPC",
            ),
        )
    ),
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
    fails(
        "a resource of another provider",
        "known-types",
        "text",
        lambda s: s.add(declare("random:index/randomPet:RandomPet", "text", length=1)),
    ),
    fails(
        "a deprecated type",
        "known-types",
        "old",
        lambda s: s.add(
            declare(
                "aws:s3/bucketVersioningV2:BucketVersioningV2",
                "old",
                bucket="uploads-bucket-dev",
                versioningConfiguration={"status": "Suspended"},
            )
        ),
    ),
    *(
        fails(
            f"the variable {name}",
            "no-credentials",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", value),
        )
        for name, value in (
            ("DB_PASSWORD", "hunter2hunter2"),
            ("API_KEY", "x"),
            ("PARTNER_TOKEN", "x"),
            ("AWS_SECRET_ACCESS_KEY", "x"),
            ("ANY", "AKIAIOSFODNN7EXAMPLE"),
            ("OTHER", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            ("URL", "postgres://user:secret@host/db"),
            ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
            ("dbPassword", "x"),
            ("DBPASSWORD", "x"),
            ("DB_PASS", "x"),
            ("authToken", "x"),
            ("AWS_ACCESS_KEY_ID", "x"),
            ("SETTINGS", '{"password": "x"}'),
            ("QUERY", "https://example.com/?token=x"),
            ("HOOK", "https://hooks.slack.com/services/T00000000/B00000000/x"),
            ("HEADER", "Bearer abcdefghijklmnop"),
            ("DBPASS", "x"),
            ("PASSCODE", "x"),
            ("PW", "x"),
            ("JWT_KEY", "x"),
            ("GITHUB", "github_pat_" + "A1" * 11),
            ("NPM", "npm_" + "a1" * 18),
            ("SLACK", "xapp-1-A"),
            ("STRIPE", "rk_live_" + "a1" * 8),
            ("STORAGE", "AccountName=any;AccountKey=abc"),
            ("CONFIG", '{"apiKey": "x"}'),
            ("DATABASE", '{"db_password": "x"}'),
            ("ADDRESS", "https://example.com/?api_key=x"),
        )
    ),
    *(
        passes(
            f"the variable {name} of {value}",
            "no-credentials",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", value),
        )
        for name, value in (
            ("BYPASS", "no"),
            ("PARTITION_KEY", "pk"),
            ("COMPASS", "north"),
            ("PAGES", '{"nextToken": "x"}'),
            ("secretArn", "arn:aws:secretsmanager:us-east-1:123456789012:secret:feed-secret-dev"),
            ("DIGEST", "47DEQpj8HBSaTImW5JCeuQeRkm5NMpJWZG3hSuFU0123456789"),
        )
    ),
    *(
        fails(
            f"a credential in a {type_.rsplit(':', 1)[1]}, where {message}",
            "no-credentials",
            "held",
            adding(type_, "held", **inputs),
            message,
        )
        for type_, message, inputs in (
            (
                "aws:ssm/parameter:Parameter",
                "type is SecureString",
                {
                    "name": "held-dev",
                    "type": "SecureString",
                    "value": "x",
                    "keyId": KEY_ALIAS,
                    "tags": TAGS,
                },
            ),
            (
                "aws:ssm/parameter:Parameter",
                "value is named like",
                {"name": "/app/db-password-dev", "type": "String", "value": "x", "tags": TAGS},
            ),
            (
                "aws:kms/ciphertext:Ciphertext",
                "it is a credential",
                {"keyId": "any", "plaintext": "x"},
            ),
            ("aws:appsync/apiKey:ApiKey", "it is a credential", {"apiId": "any"}),
            (
                "aws:iam/virtualMfaDevice:VirtualMfaDevice",
                "it is a credential",
                {"virtualMfaDeviceName": "any-device-dev", "tags": TAGS},
            ),
            (
                "aws:cognito/userPoolClient:UserPoolClient",
                "generateSecret is true",
                {"name": "any-client-dev", "userPoolId": "pool", "generateSecret": True},
            ),
            (
                "aws:codepipeline/webhook:Webhook",
                "authenticationConfiguration.secretToken looks like",
                {
                    "name": "any-webhook-dev",
                    "authenticationConfiguration": {"secretToken": "x"},
                    "tags": TAGS,
                },
            ),
            (
                "aws:cognito/identityProvider:IdentityProvider",
                "providerDetails.client_secret looks like",
                {"providerName": "Google", "providerDetails": {"client_secret": "x"}},
            ),
            (
                "aws:glue/job:Job",
                "defaultArguments.--api-token is named like",
                {"name": "any-job-dev", "defaultArguments": {"--api-token": "x"}, "tags": TAGS},
            ),
            (
                "aws:glue/connection:Connection",
                "connectionProperties.PASSWORD is named like",
                {"name": "any-link-dev", "connectionProperties": {"PASSWORD": "x"}, "tags": TAGS},
            ),
            (
                "aws:amplify/app:App",
                "basicAuthCredentials looks like",
                {"name": "any-app-dev", "basicAuthCredentials": "x", "tags": TAGS},
            ),
            (
                "aws:amplify/app:App",
                "environmentVariables.DB_PASS is named like",
                {"name": "any-app-dev", "environmentVariables": {"DB_PASS": "x"}, "tags": TAGS},
            ),
            (
                "aws:cognito/user:User",
                "password looks like",
                {"userPoolId": "pool", "username": "x", "password": "x"},
            ),
            (
                "aws:codebuild/sourceCredential:SourceCredential",
                "it is a credential",
                {"authType": "BASIC_AUTH", "serverType": "GITHUB", "token": "x"},
            ),
        )
    ),
    *(
        passes(
            f"the variable {name}, which says where a secret is",
            "no-credentials",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", "feed-secret-dev"),
        )
        for name in ("SECRET_NAME", "SECRET_ARN", "TOKEN_ID")
    ),
    *(
        passes(
            f"the parameter {name}",
            "no-credentials",
            "held",
            adding(
                "aws:ssm/parameter:Parameter",
                "held",
                name=name,
                type="String",
                value="x",
                tags=TAGS,
            ),
        )
        for name in ("/app/feed-secret-arn-dev", "/app/limit-dev")
    ),
    undetermined(
        "no-credentials",
        "held",
        "name",
        adding(
            "aws:ssm/parameter:Parameter",
            "held",
            name=UNKNOWN,
            type="String",
            value="x",
            tags=TAGS,
        ),
        resource_name={"held"},
    ),
    fails(
        "an access key",
        "no-credentials",
        "key",
        lambda s: s.add(declare("aws:iam/accessKey:AccessKey", "key", user="robot")),
    ),
    fails(
        "a provider with a secret key",
        "no-credentials",
        "own",
        lambda s: s.add(declare("pulumi:providers:aws", "own", region="us-east-1", secretKey="x")),
    ),
    undetermined("no-credentials", FUNCTION, f"{VARIABLES}.TABLE_NAME"),
]


@parametrized(CASES)
def test_rule_for_everything(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


def test_each_tag_of_each_taggable_resource_is_needed(baseline: Declarations) -> None:
    taggable = [node.name for node in baseline.resources if "tags" in node.inputs]
    assert len(taggable) > 25
    for name in taggable:
        for tag in TAGS:
            judgement = judge(baseline.drop(name, f"tags.{tag}"))
            assert judgement.blocked() == {"resource-tags": {name}}


def test_a_type_that_the_sdk_does_not_know_is_undetermined(baseline: Declarations) -> None:
    stack = baseline.add(declare("aws:future/thing:Thing", "thing"))
    assert judge(stack).blocked("UNKNOWN")["resource-tags"] == {"thing"}
    assert judge(stack).blocked("FAIL")["known-types"] == {"thing"}


@pytest.mark.parametrize(
    ("token", "taggable"),
    [
        ("aws:sqs/queue:Queue", True),
        ("aws:lambda/eventSourceMapping:EventSourceMapping", True),
        ("aws:s3/bucketVersioning:BucketVersioning", False),
        ("aws:iam/rolePolicy:RolePolicy", False),
    ],
)
def test_the_sdk_says_what_is_taggable(token: str, *, taggable: bool) -> None:
    assert ("tags" in sdk.properties(token)) is taggable


@pytest.mark.parametrize(
    "token",
    ["aws:sqs/nothing:Nothing", "aws:nowhere/queue:Queue", "pulumi:providers:aws", "queue", ""],
)
def test_the_sdk_is_asked_in_vain_for_a_type_it_lacks(token: str) -> None:
    with pytest.raises(sdk.UnknownTypeError, match=f"^{token}$"):
        sdk.properties(token)
