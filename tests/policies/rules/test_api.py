"""The API: throttle, authorisation, logs, tracing."""

from tests.policies.kit import (
    UNKNOWN,
    Case,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
    without,
)

API = "status-api"
STAGE = "status-stage"
SETTINGS = "method-settings"
PLAN = "aws:apigateway/usagePlan:UsagePlan"
TAGS = {"Environment": "Production", "Team": "Analytics"}


CASES = [
    *(
        fails(
            f"{path} of {name} is {value!r}",
            policy,
            name,
            setting(name, path, value),
        )
        for policy, name, path, value in (
            ("api-throttle", SETTINGS, "settings.throttlingRateLimit", 2000),
            ("api-throttle", SETTINGS, "settings.throttlingRateLimit", 999),
            ("api-throttle", SETTINGS, "settings.throttlingRateLimit", 1000.5),
            ("api-throttle", SETTINGS, "settings.throttlingBurstLimit", -1),
            ("api-logging-level", SETTINGS, "settings.loggingLevel", "OFF"),
            ("api-logging-level", SETTINGS, "settings.dataTraceEnabled", True),
            ("detailed-metrics", SETTINGS, "settings.metricsEnabled", False),
            ("api-cache-encryption", SETTINGS, "settings.cachingEnabled", True),
            ("api-tracing", STAGE, "xrayTracingEnabled", False),
            (
                "api-logs",
                STAGE,
                "accessLogSettings.destinationArn",
                "arn:aws:logs:us-east-1:123456789012:log-group:/elsewhere",
            ),
            ("api-logs", STAGE, "accessLogSettings.format", ""),
            ("api-authorisation", "get-method", "authorization", "NONE"),
            ("api-authorisation", "get-method", "authorization", "CUSTOM"),
            ("api-authorisation", API, "body", "{}"),
            ("api-transport", API, "securityPolicy", "TLS_1_0"),
            ("no-vpc", API, "endpointConfiguration.types", "PRIVATE"),
            ("no-vpc", API, "endpointConfiguration.vpcEndpointIds", ["vpce-1"]),
            ("no-vpc", "get-integration", "connectionType", "VPC_LINK"),
            ("no-vpc", "get-integration", "connectionId", "link"),
            ("region", API, "endpointConfiguration.types", "EDGE"),
            ("region", API, "endpointConfiguration.types", ["REGIONAL", "EDGE"]),
            ("api-logs", "status-stage", "accessLogSettings.destinationArn", "arn:aws:logs:x"),
        )
    ),
    *(
        fails(f"no {path} of {name}", policy, name, dropping(name, path))
        for policy, name, path in (
            ("api-throttle", SETTINGS, "settings.throttlingRateLimit"),
            ("api-throttle", SETTINGS, "settings.throttlingBurstLimit"),
            ("api-logging-level", SETTINGS, "settings.loggingLevel"),
            ("detailed-metrics", SETTINGS, "settings.metricsEnabled"),
            ("api-tracing", STAGE, "xrayTracingEnabled"),
            ("api-logs", STAGE, "accessLogSettings"),
            ("api-authorisation", "get-method", "authorization"),
            ("api-transport", API, "securityPolicy"),
            ("region", API, "endpointConfiguration"),
            ("region", API, "endpointConfiguration.types"),
        )
    ),
    *(
        undetermined(policy, name, path)
        for policy, name, path in (
            ("api-throttle", SETTINGS, "settings.throttlingRateLimit"),
            ("api-logging-level", SETTINGS, "settings.loggingLevel"),
            ("api-cache-encryption", SETTINGS, "settings.cachingEnabled"),
            ("api-tracing", STAGE, "xrayTracingEnabled"),
            ("api-logs", STAGE, "accessLogSettings.destinationArn"),
            ("api-authorisation", "get-method", "authorization"),
            ("api-transport", API, "securityPolicy"),
        )
    ),
    fails(
        "a canary",
        "api-logs",
        STAGE,
        setting(STAGE, "canarySettings", {"deploymentId": UNKNOWN, "percentTraffic": 10}),
        "canarySettings makes",
    ),
    passes("no canary", "api-logs", STAGE, setting(STAGE, "canarySettings", {})),
    undetermined("api-logs", STAGE, "canarySettings"),
    *(
        fails(title, "api-logs", STAGE, change, "Account")
        for title, change in (
            ("no role for API Gateway's logs", without("api-account")),
            ("no role set for API Gateway's logs", dropping("api-account", "cloudwatchRoleArn")),
            (
                "a role of elsewhere for API Gateway's logs",
                setting("api-account", "cloudwatchRoleArn", "arn:aws:iam::999999999999:role/x"),
            ),
            (
                "a role that API Gateway may not assume",
                setting(
                    "api-account",
                    "cloudwatchRoleArn",
                    "arn:aws:iam::123456789012:role/acme-partner-role-dev",
                ),
            ),
        )
    ),
    undetermined(
        "api-logs",
        STAGE,
        "cloudwatchRoleArn",
        lambda s: s.hide("api-account", "cloudwatchRoleArn"),
    ),
    fails(
        "another path",
        "api-throttle",
        STAGE,
        lambda s: s.set(SETTINGS, "methodPath", "status/GET"),
        "methodPath */*",
    ),
    fails("no settings", "api-throttle", STAGE, lambda s: s.remove(SETTINGS)),
    fails(
        "a second path with a rate of its own",
        "api-throttle",
        "second",
        lambda s: s.add(
            declare(
                "aws:apigateway/methodSettings:MethodSettings",
                "second",
                **{
                    **s[SETTINGS].inputs,
                    "methodPath": "status/GET",
                    "settings": {**s[SETTINGS].inputs["settings"], "throttlingRateLimit": 5000},
                },
            )
        ).redepend("second", "restApi", (s[API].urn,)),
    ),
    fails(
        "an API key alone",
        "api-authorisation",
        "get-method",
        lambda s: s.set("get-method", "authorization", "NONE").set(
            "get-method", "apiKeyRequired", True
        ),
    ),
    not_applicable(
        "for OPTIONS", "api-authorisation", "options-method", lambda s: s, "no credentials"
    ),
    passes(
        "a burst of one",
        "api-throttle",
        SETTINGS,
        lambda s: s.set(SETTINGS, "settings.throttlingBurstLimit", 1),
    ),
    passes(
        "a cache that is encrypted",
        "api-cache-encryption",
        SETTINGS,
        lambda s: s.set(SETTINGS, "settings.cachingEnabled", value=True).set(
            SETTINGS, "settings.cacheDataEncrypted", value=True
        ),
    ),
    passes(
        "an execution log group whose name is known",
        "api-logs",
        STAGE,
        lambda s: s.set("execution-logs", "name", "API-Gateway-Execution-Logs_a/status-stage-dev"),
    ),
    fails(
        "another stage's execution log group",
        "api-logs",
        STAGE,
        lambda s: s.set("execution-logs", "name", "API-Gateway-Execution-Logs_a/other-stage-dev"),
        "execution log group",
    ),
    fails(
        "no execution log group",
        "api-logs",
        STAGE,
        lambda s: s.remove("execution-logs"),
        "execution log group",
    ),
]


@parametrized(CASES)
def test_api(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
