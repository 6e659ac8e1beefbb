"""No credential in code, configuration or state."""

from tests.policies.baseline import KEY_ALIAS
from tests.policies.kit import (
    UNKNOWN,
    Case,
    Declarations,
    adding,
    check,
    declare,
    fails,
    parametrized,
    passes,
    setting,
    undetermined,
)

FUNCTION = "processor-function"


TAGS = {"Environment": "Production", "Team": "Analytics"}


VARIABLES = "environment.variables"


CASES = [
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
def test_credentials(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
