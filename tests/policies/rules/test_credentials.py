"""No credential in code, configuration or state, by its value or by its name.

What is one is for `tests/policies/facts/test_credentials.py`.
"""

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
STAGE = "status-stage"
TAGS = {"Environment": "Production", "Team": "Analytics"}
VARIABLES = "environment.variables"

BY_VALUE = (
    ("ANY", "AKIAIOSFODNN7EXAMPLE"),
    ("OTHER", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ("LETTERS", "wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEKEY"),
    ("URL", "postgres://user:secret@host/db"),
    ("CACHE", "redis://:secret@host:6379/0"),
    ("ODBC", "Server=tcp:host,1433;User ID=sa;Password=secret"),
    ("PEM", "-----BEGIN RSA PRIVATE KEY-----"),
    ("SETTINGS", '{"password": "x"}'),
    ("CONFIG", '{"apiKey": "x"}'),
    ("DATABASE", '{"db_password": "x"}'),
    ("QUERY", "https://example.com/?token=x"),
    ("HOOK", "https://hooks.slack.com/services/T00000000/B00000000/x"),
    ("HEADER", "Bearer abcdefghijklmnop"),
    ("FORGE", "ghp_" + "a1B2" * 9),
    ("REGISTRY", "npm_" + "a1" * 18),
    ("PAYMENTS", "rk_live_" + "a1" * 8),
    ("STORAGE", "AccountName=any;AccountKey=" + "a1B2" * 21 + "a1=="),
)

CASES = [
    *(
        fails(
            f"the variable {name}",
            "credential-names",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", "x"),
        )
        for name in ("DB_PASSWORD", "apiKey", "TOKEN_GITHUB", "AWS_ACCESS_KEY_ID")
    ),
    *(
        passes(
            f"the variable {name}",
            "credential-names",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", value),
        )
        for name, value in (
            ("TOKEN_TTL_SECONDS", "900"),
            ("MAX_TOKENS", "4096"),
            ("AUTH_URL", "https://example.com/oauth2/authorize"),
            ("API_KEY_HEADER", "X-Api-Key"),
            ("PASSWORD_RESET_TEMPLATE", "reset-dev"),
        )
    ),
    *(
        fails(
            f"the value of {name}",
            "no-credentials",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", value),
        )
        for name, value in BY_VALUE
    ),
    fails(
        "a credential by name and value",
        "no-credentials",
        FUNCTION,
        setting(FUNCTION, f"{VARIABLES}.AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        credential_names={FUNCTION},
    ),
    *(
        passes(
            f"the value {value} of {name}",
            "no-credentials",
            FUNCTION,
            setting(FUNCTION, f"{VARIABLES}.{name}", value),
        )
        for name, value in (
            ("PAGES", '{"nextToken": "x"}'),
            ("DIGEST", "47DEQpj8HBSaTImW5JCeuQeRkm5NMpJWZG3hSuFU0123456789"),
            ("DATABASE", "postgres://user@host/db"),
            ("QUERY", "https://example.com/?symbol=IBM&token=${TOKEN}"),
        )
    ),
    fails(
        "a variable of a stage",
        "credential-names",
        STAGE,
        setting(STAGE, "variables.password", "x"),
    ),
    fails(
        "a password of a resource of a listed type",
        "no-credentials",
        "more",
        lambda s: s.add(
            declare(
                "aws:rds/cluster:Cluster",
                "more",
                clusterIdentifier="more-cluster-dev",
                masterPassword="x",
                tags=TAGS,
            )
        ),
        allowed_types={"more"},
    ),
    fails(
        "a provider with a secret key",
        "no-credentials",
        "own",
        lambda s: s.add(declare("pulumi:providers:aws", "own", **PROVIDER, secretKey="x")),
    ),
    undetermined("no-credentials", FUNCTION, f"{VARIABLES}.TABLE_NAME"),
    undetermined(
        "credential-names",
        STAGE,
        "variables",
        setting(STAGE, "variables", "04da6b54-80e4-46f7-96ec-b56ff0331ba9"),
        no_credentials={STAGE},
    ),
]


@parametrized(CASES)
def test_credentials(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
