"""No credential in code, configuration or state."""

from tests.policies.kit import (
    PROVIDER,
    Case,
    Declarations,
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
        passes(
            f"the variable {name}, which says where a secret is",
            "no-credentials",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", "feed-secret-dev"),
        )
        for name in ("SECRET_NAME", "SECRET_ARN", "TOKEN_ID")
    ),
    fails(
        "a provider with a secret key",
        "no-credentials",
        "own",
        lambda s: s.add(declare("pulumi:providers:aws", "own", **PROVIDER, secretKey="x")),
    ),
    undetermined("no-credentials", FUNCTION, f"{VARIABLES}.TABLE_NAME"),
]


@parametrized(CASES)
def test_credentials(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
