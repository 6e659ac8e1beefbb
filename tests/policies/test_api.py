"""The API: throttle, authorisation, logs, tracing, CORS."""

from tests.policies.kit import (
    UNKNOWN,
    Case,
    Change,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    not_applicable,
    parametrized,
    setting,
    undetermined,
    without,
)

API = "status-api"
STAGE = "status-stage"
SETTINGS = "method-settings"


def _without_header(name: str, header: str) -> Change:
    def change(stack: Declarations) -> Declarations:
        parameters = stack[name].inputs["responseParameters"]
        kept = {key: value for key, value in parameters.items() if not key.endswith(header)}
        return stack.set(name, "responseParameters", kept)

    return change


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
            ("no-vpc", API, "endpointConfiguration", {"types": "PRIVATE"}),
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
        ),
    ),
    fails(
        "a WebSocket or HTTP API beside it",
        "api-throttle",
        "http",
        lambda s: s.add(
            declare(
                "aws:apigatewayv2/api:Api",
                "http",
                name="http-api-dev",
                protocolType="HTTP",
                tags={"Environment": "Production", "Team": "Analytics"},
            )
        ),
    ),
    fails(
        "a function URL for everyone",
        "api-authorisation",
        "url",
        lambda s: s.add(
            declare(
                "aws:lambda/functionUrl:FunctionUrl",
                "url",
                functionName="status-function-dev",
                authorizationType="NONE",
            )
        ),
        api_throttle={"url"},
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
    fails(
        "no execution log group",
        "api-logs",
        STAGE,
        lambda s: s.remove("execution-logs"),
        "execution log group",
    ),
    fails(
        "no OPTIONS",
        "api-cors",
        "get-method",
        lambda s: s.remove("options-method"),
        "no method OPTIONS",
    ),
    *(
        fails(f"without {name}", "api-cors", on, without(name))
        for name, on in (
            ("options-integration", "options-method"),
            ("options-response", "options-method"),
            ("options-headers", "options-method"),
            ("error-4xx", API),
            ("error-5xx", API),
        )
    ),
    *(
        fails(
            f"{name} without {header}",
            "api-cors",
            "options-method",
            _without_header(name, header),
            f"Access-Control-Allow-{header}",
        )
        for name in ("options-response", "options-headers")
        for header in ("Origin", "Methods", "Headers")
    ),
    fails(
        "an error without the header",
        "api-cors",
        API,
        lambda s: s.set("error-4xx", "responseParameters", {}),
        "error-4xx lacks",
    ),
    undetermined(
        "api-cors",
        "options-method",
        "Access-Control-Allow-Origin",
        lambda s: s.set(
            "options-headers",
            "responseParameters",
            dict.fromkeys(s["options-headers"].inputs["responseParameters"], UNKNOWN),
        ),
    ),
    undetermined(
        "api-cors",
        "options-method",
        "responseParameters",
        lambda s: s.hide("options-headers", "responseParameters"),
    ),
]


@parametrized(CASES)
def test_api(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
