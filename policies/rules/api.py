"""Rules on the REST API (API, MON-1, MON-2)."""

import re

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    API,
    API_ACCOUNT,
    API_METHOD,
    API_METHOD_SETTINGS,
    API_STAGE,
    LOG_GROUP,
    ROLE,
)
from policies.iam.statements import statements
from policies.pack.answers import PASSED, Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only

ALL_METHODS = "*/*"
"""The method path by which settings apply to a whole stage."""


def settings_of(stage: Resource, stack: Stack) -> list[Resource]:
    """The method settings that apply to a stage."""
    api = stack.target(stage, "restApi", API)
    name = stage.inputs.text("stageName")
    return [
        settings
        for settings in (stack.referring(API_METHOD_SETTINGS, "restApi", api) if api else ())
        if settings.inputs.text("stageName") == name
    ]


THROTTLE = Rule(
    name="api-throttle",
    sentence=(
        "The API takes exactly {requestsPerSecond} requests per second, on every path and method."
    ),
    severity=Severity.HIGH,
    requirements=("API-2",),
    fix=(
        "Declare MethodSettings for */* with throttlingRateLimit {requestsPerSecond} and a "
        "burst limit."
    ),
    governs=only(API_STAGE, API_METHOD_SETTINGS),
    schema={
        "requestsPerSecond": {
            "type": "integer",
            "description": "Steady rate of requests that the stage takes.",
            "minimum": 1,
            "default": 1000,
        }
    },
    passes=(
        """
        MethodSettings: {settings: {throttlingRateLimit: 1000, throttlingBurstLimit: 500}}
        """,
        """
        Stage: {restApi: '${RestApi}', stageName: status-stage-dev}
        RestApi: {}
        MethodSettings: {restApi: '${RestApi}', stageName: status-stage-dev, methodPath: '*/*'}
        """,
    ),
    fails=(
        """
        MethodSettings: {settings: {throttlingRateLimit: 2000, throttlingBurstLimit: 500}}
        """,
        """
        Stage: {restApi: '${RestApi}', stageName: status-stage-dev}
        RestApi: {}
        """,
    ),
)


def _judge_throttle(resource: Resource, stack: Stack, settings: Settings) -> Answer:
    if resource.type == API_METHOD_SETTINGS:
        return _judge_rate(resource, settings)
    paths = [found.inputs.text("methodPath") for found in settings_of(resource, stack)]
    if ALL_METHODS in paths:
        return PASSED
    return failed(f"no MethodSettings of this stack has methodPath {ALL_METHODS} for this stage")


def _judge_rate(method_settings: Resource, settings: Settings) -> Answer:
    required = settings["requestsPerSecond"]
    inputs = method_settings.inputs.object("settings")
    rate = inputs.number("throttlingRateLimit")
    burst = inputs.integer("throttlingBurstLimit")
    problems = []
    if rate != required:
        found = "missing" if rate is None else str(rate)
        problems.append(f"settings.throttlingRateLimit is {found}, not {required}")
    if burst is None or burst < 1:
        problems.append("settings.throttlingBurstLimit is not set, which turns throttling off")
    return verdict(problems)


AUTHORISATION = Rule(
    name="api-authorisation",
    sentence="Every method but OPTIONS is authorised by {authorization}.",
    severity=Severity.CRITICAL,
    requirements=("FN-5", "API-1"),
    fix="Declare each method as a Method with authorization {authorization}.",
    governs=only(API, API_METHOD),
    schema={
        "authorization": {
            "type": "string",
            "description": "How callers are authorised.",
            "enum": ["AWS_IAM", "COGNITO_USER_POOLS", "CUSTOM"],
            "default": "AWS_IAM",
        }
    },
    passes=(
        "Method: {httpMethod: GET, authorization: AWS_IAM}",
        "RestApi: {}",
    ),
    fails=(
        "Method: {httpMethod: GET, authorization: NONE}",
        "RestApi: {body: '{}'}",
    ),
)


def _judge_authorisation(resource: Resource, settings: Settings) -> Answer:
    inputs = resource.inputs
    if resource.type == API:
        defines = inputs.has("body")
        return failed("body defines methods that no policy sees") if defines else PASSED
    if inputs.text("httpMethod") == "OPTIONS":
        return not_applicable("Browsers send no credentials with OPTIONS.")
    required = settings["authorization"]
    if inputs.text("authorization") == required:
        return PASSED
    return failed(f"authorization is not {required}")


ACCESS_LOG = Rule(
    name="api-logs",
    sentence="The API writes its access and execution logs to log groups of this stack.",
    severity=Severity.MEDIUM,
    requirements=("MON-1", "MON-2"),
    fix=(
        "Set accessLogSettings, declare API-Gateway-Execution-Logs_{apiId}/{stage} before the "
        "stage, and an Account with the role that writes both; leave canarySettings out."
    ),
    governs=only(API_STAGE),
    passes=(
        """
        Stage: {restApi: '${RestApi}', stageName: status-stage-dev,
            accessLogSettings: {destinationArn:
            'arn:aws:logs:us-east-1:123456789012:log-group:/aws/apigateway/status-access-dev',
          format: $context.requestId}}
        RestApi: {}
        LogGroup: {name: /aws/apigateway/status-access-dev}
        LogGroup execution: {name: '${RestApi}'}
        Account: {cloudwatchRoleArn: '${Role}'}
        Role: {assumeRolePolicy: {Statement: {Effect: Allow,
          Principal: {Service: apigateway.amazonaws.com}, Action: 'sts:AssumeRole'}}}
        """,
    ),
    fails=(
        """
        Stage: {restApi: '${RestApi}', stageName: status-stage-dev}
        RestApi: {}
        """,
    ),
)


def _judge_access_log(stage: Resource, stack: Stack, _settings: Settings) -> Answer:
    log = stage.inputs.object("accessLogSettings")
    destination = stack.owner_of(log.text("destinationArn") or "")
    problems = []
    if destination is None or destination.type != LOG_GROUP:
        problems.append("accessLogSettings.destinationArn is no log group of this stack")
    if not log.text("format"):
        problems.append("accessLogSettings.format is missing")
    if not _may_log(stack):
        problems.append(
            "no Account of this stack gives API Gateway a role that it may assume, so that it "
            "would write no log"
        )
    if not _has_execution_log(stage, stack):
        problems.append(
            "its execution log group is not in this stack, so API Gateway would create "
            "one that never expires"
        )
    if not stage.inputs.is_empty("canarySettings"):
        problems.append(
            "canarySettings makes API Gateway write to a second log group, of its own and without "
            "end"
        )
    return verdict(problems)


def _may_log(stack: Stack) -> bool:
    """Whether the stack sets the role under which API Gateway writes the account's logs."""
    roles = [stack.target(account, "cloudwatchRoleArn", ROLE) for account in stack.of(API_ACCOUNT)]
    return any(
        statement.allows and ("Service", "apigateway.amazonaws.com") in statement.principals
        for role in roles
        if role is not None and (trust := role.inputs.document("assumeRolePolicy")) is not None
        for statement in statements(trust)
    )


def _has_execution_log(stage: Resource, stack: Stack) -> bool:
    """Whether the log group that API Gateway names after the API stands in the stack."""
    api = stack.target(stage, "restApi", API)
    name = stage.inputs.text("stageName")
    for group in stack.of(LOG_GROUP):
        if stack.depends_only_on(group, "name", API):
            known = None if group.inputs.is_unknown("name") else group.inputs.text("name")
            ours = api is not None and api.urn in group.depends_on["name"]
            form = rf"API-Gateway-Execution-Logs_[^/]+/{re.escape(name or '')}"
            if ours and (known is None or re.fullmatch(form, known)):
                return True
    return False


EXECUTION_LOG = Rule(
    name="api-logging-level",
    sentence="The API logs each execution, without the content of requests and answers.",
    severity=Severity.MEDIUM,
    requirements=("MON-1", "SEC-3"),
    fix="Set settings.loggingLevel to INFO and leave dataTraceEnabled off.",
    governs=only(API_METHOD_SETTINGS),
    passes=("MethodSettings: {settings: {loggingLevel: INFO}}",),
    fails=(
        "MethodSettings: {settings: {loggingLevel: INFO, dataTraceEnabled: true}}",
        "MethodSettings: {}",
    ),
)


def _judge_execution_log(method_settings: Resource, _settings: Settings) -> Answer:
    inputs = method_settings.inputs.object("settings")
    problems = []
    if inputs.text("loggingLevel") not in ("INFO", "ERROR"):
        problems.append("settings.loggingLevel is neither INFO nor ERROR")
    if inputs.flag("dataTraceEnabled"):
        problems.append("settings.dataTraceEnabled is true, which logs partners' answers")
    return verdict(problems)


TRACING = Rule(
    name="api-tracing",
    sentence="The API traces every request.",
    severity=Severity.MEDIUM,
    requirements=("MON-1",),
    fix="Set xrayTracingEnabled to true.",
    governs=only(API_STAGE),
    passes=("Stage: {xrayTracingEnabled: true}",),
    fails=("Stage: {}",),
)


def _judge_tracing(stage: Resource, _settings: Settings) -> Answer:
    traced = stage.inputs.flag("xrayTracingEnabled") is True
    return PASSED if traced else failed("xrayTracingEnabled is not true")


POLICIES = (
    THROTTLE.judged_in_stack(_judge_throttle),
    AUTHORISATION.judged_alone(_judge_authorisation),
    ACCESS_LOG.judged_in_stack(_judge_access_log),
    EXECUTION_LOG.judged_alone(_judge_execution_log),
    TRACING.judged_alone(_judge_tracing),
)
