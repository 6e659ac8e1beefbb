"""Changes of the REST API (API, MON-1, MON-2)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import DEFAULT, OTHER_KIND, REFUSED, STACK_TESTS

_GET = "*-get-*|*-head-*"
_OPTIONS = "*-options-*"
_HEADER = "responseParameters.method.response.header"
_NEEDED = "|".join(
    f"{_HEADER}.Access-Control-Allow-{name}" for name in ("Origin", "Methods", "Headers")
)
_CACHE_ONLY = "how long, and for whom, an answer is kept; it is allowed as before"
_REQUIRED = "pulumi-aws requires it and refuses the program"
_IDENTIFIER = (
    "an identifier that AWS assigns, of another API then: AWS finds no such part of it and refuses"
)
_STRUCTURE = "*Integration|IntegrationResponse|Method|MethodResponse|RequestValidator|Resource"

_METHODS = (
    owned("Method", "restApi", "api-function", of=_GET),
    equivalent(_STRUCTURE, "restApi", _REQUIRED, "drop"),
    equivalent(_STRUCTURE, "restApi", _IDENTIFIER, "lose source"),
    owned("Integration", "connectionType", "no-vpc", "become 'VPC_LINK'|unknown"),
    equivalent("Integration", "connectionType", DEFAULT, "drop"),
    equivalent("Integration", "timeoutMilliseconds", STACK_TESTS),
    equivalent("Integration", "tlsConfig", OTHER_KIND),
    owned(
        "Integration",
        "|type|httpMethod|resourceId",
        "api-cors",
        of=_OPTIONS,
        also="api-function",
    ),
    owned("Integration", "requestTemplates*", "api-cors", of=_OPTIONS),
    owned(
        "Integration",
        "|type|httpMethod|integrationHttpMethod|resourceId|uri",
        "api-function",
        of=_GET,
        also="api-cors",
    ),
    owned("Method", "|resourceId", "api-cors", of=_OPTIONS),
    owned("Method", "httpMethod", "api-cors", of=_OPTIONS, also="api-authorisation api-function"),
    owned("Method", "authorization", "api-cors", of=_OPTIONS),
    owned("Method", "apiKeyRequired", "api-cors", "add", of=_OPTIONS),
    owned("Method", "authorization", "api-authorisation", of=_GET),
    owned("Method", "resourceId", "api-cors", of=_GET, also="api-function"),
    owned(
        "Method",
        "httpMethod",
        "api-authorisation",
        "unknown",
        of=_GET,
        also="api-cors api-function",
    ),
    owned("Method", "httpMethod", "api-function", of=_GET, also="api-cors"),
    equivalent("Method", "|apiKeyRequired|requestParameters*|requestValidatorId", STACK_TESTS),
    equivalent("RequestValidator", "*", STACK_TESTS),
    owned("Resource", "", "api-cors", of="feed-resource|file-resource", also="api-function"),
    equivalent("Resource", "parentId", _REQUIRED, "drop", of="status-resource"),
    equivalent("Resource", "pathPart", REFUSED, "alter|drop", of="feed-*|file-*|partner-*"),
    owned("Resource", "*", "api-function"),
    equivalent("Deployment", "*", STACK_TESTS),
)

_CORS = (
    equivalent("IntegrationResponse", "responseTemplates*", "browsers read no body of OPTIONS"),
    owned(
        "IntegrationResponse|MethodResponse",
        f"|httpMethod|resourceId|statusCode|responseParameters|{_NEEDED}",
        "api-cors",
    ),
    equivalent("IntegrationResponse|MethodResponse", f"{_HEADER}.*", _CACHE_ONLY),
    equivalent(
        "Response",
        "responseParameters.gatewayresponse.header.Vary|"
        "responseParameters.gatewayresponse.header.Access-Control-Expose-Headers",
        "which headers of an error a page may read, and for whom it is kept",
    ),
    equivalent("Response", "responseTemplates*", "the words of an error; `tests/stack` holds them"),
    owned("Response", "*", "api-cors"),
)

_SETTINGS = (
    owned("MethodSettings", "|methodPath|restApi|stageName", "api-throttle"),
    owned(
        "MethodSettings",
        "settings",
        "api-throttle api-logging-level detailed-metrics",
        also="api-cache-encryption",
    ),
    owned("MethodSettings", "settings.throttlingRateLimit", "api-throttle"),
    owned(
        "MethodSettings",
        "settings.throttlingBurstLimit",
        "api-throttle",
        "drop|unknown|become zero",
    ),
    equivalent(
        "MethodSettings",
        "settings.throttlingBurstLimit",
        "the rate is asked for exactly; the burst only bounds how unevenly it comes",
    ),
    owned("MethodSettings", "settings.loggingLevel", "api-logging-level"),
    equivalent("MethodSettings", "settings.dataTraceEnabled", DEFAULT, "drop"),
    owned("MethodSettings", "settings.dataTraceEnabled", "api-logging-level"),
    owned("MethodSettings", "settings.metricsEnabled", "detailed-metrics"),
    owned("MethodSettings", "settings.cachingEnabled", "api-cache-encryption"),
    equivalent("MethodSettings", "settings.*", "about a cache, and there is none", "add"),
    owned("Stage", "", "iam-resources", also="api-function function-permission"),
    equivalent(
        "Stage", "accessLogSettings.format*", "which fields a log line has", "malformed|alter"
    ),
    equivalent("Stage", "accessLogSettings.format.*", "which fields a log line has", "drop"),
    owned("Stage", "accessLogSettings*", "api-logs"),
    owned("Stage", "xrayTracingEnabled", "api-tracing"),
    owned("Stage", "cacheClusterEnabled", "elastic-capacity"),
    owned("Stage", "restApi", "api-logs api-throttle", also="api-function"),
    equivalent("Stage", "deployment", _REQUIRED, "drop"),
    equivalent("Stage", "deployment", _IDENTIFIER, "lose source"),
    owned("Stage", "canarySettings", "api-logs"),
    owned("Account", "*", "api-logs"),
)

_API = (
    owned("RestApi", "", "api-throttle", also="api-function api-logs resource-name"),
    owned("RestApi", "body", "api-authorisation"),
    owned("RestApi", "policy", "resource-policy"),
    equivalent("RestApi", "securityPolicy", REFUSED, "alter"),
    owned("RestApi", "securityPolicy", "api-transport"),
    owned("RestApi", "endpointConfiguration.types", "no-vpc", "become 'PRIVATE'"),
    owned("RestApi", "endpointConfiguration.types", "region", "become 'EDGE'|drop"),
    owned("RestApi", "endpointConfiguration", "region", "drop"),
    owned(
        "RestApi",
        "endpointConfiguration|endpointConfiguration.types",
        "no-vpc",
        "unknown",
        also="region",
    ),
    owned("RestApi", "endpointConfiguration.vpcEndpointIds", "no-vpc"),
    equivalent("RestApi", "endpointConfiguration.ipAddressType", REFUSED, "add"),
    equivalent("RestApi", "endpointAccessMode|putRestApiMode", STACK_TESTS),
    owned("RestApi", "disableExecuteApiEndpoint", "api-function"),
)

RULES = (*_METHODS, *_CORS, *_SETTINGS, *_API)
