"""The rule on answers to web pages of other origins (API-4)."""

from policies.answers import Answer, failed, verdict
from policies.policy import Settings, Severity, StackPolicy, only
from policies.reading import Node
from policies.resource import Resource, Stack
from policies.types import (
    API,
    API_GATEWAY_RESPONSE,
    API_INTEGRATION,
    API_INTEGRATION_RESPONSE,
    API_METHOD,
    API_RESOURCE,
)

_METHOD_RESPONSE = "aws:apigateway/methodResponse:MethodResponse"
_PREFLIGHT = ("allow-origin", "allow-methods", "allow-headers")
_OWN_ERRORS = ("DEFAULT_4XX", "DEFAULT_5XX")


def _judge(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    if resource.type == API:
        return _judge_own_errors(resource, stack)
    return _judge_method(resource, stack)


def _judge_own_errors(api: Resource, stack: Stack) -> Answer:
    """API Gateway's own errors never reach the function, and need the header as well."""
    responses = stack.referring(API_GATEWAY_RESPONSE, "restApiId", api)
    problems = []
    for kind in _OWN_ERRORS:
        found = [node for node in responses if node.inputs.text("responseType") == kind]
        if not found:
            problems.append(f"it has no gateway response {kind} in this stack")
        for response in found:
            parameters = response.inputs.object("responseParameters")
            if not _has(parameters, "gatewayresponse.header.", "allow-origin"):
                problems.append(f"{response.name} lacks Access-Control-Allow-Origin")
    return verdict(problems)


def _judge_method(method: Resource, stack: Stack) -> Answer:
    path = stack.target(method, "resourceId", API_RESOURCE)
    if path is None:
        return failed("resourceId is no resource of this stack's API")
    options = [node for node in _of(API_METHOD, path, stack) if _verb(node) == "OPTIONS"]
    if not options:
        return failed(f"{path.name} has no method OPTIONS, so that browsers may not ask")
    if _verb(method) != "OPTIONS":
        return verdict([])
    integrations = [node for node in _of(API_INTEGRATION, path, stack) if _verb(node) == "OPTIONS"]
    if any(node.inputs.text("type") == "AWS_PROXY" for node in integrations):
        return verdict([])  # the function answers, and its headers are its tests' business
    problems = [] if integrations else ["OPTIONS has no integration that answers it"]
    for type_, prefix, what in (
        (API_INTEGRATION_RESPONSE, "method.response.header.", "integration response"),
        (_METHOD_RESPONSE, "method.response.header.", "method response"),
    ):
        responses = [node for node in _of(type_, path, stack) if _verb(node) == "OPTIONS"]
        if not responses:
            problems.append(f"OPTIONS has no {what}")
        for response in responses:
            parameters = response.inputs.object("responseParameters")
            problems += [
                f"{response.name} lacks Access-Control-{header.title()}"
                for header in _PREFLIGHT
                if not _has(parameters, prefix, header)
            ]
    return verdict(problems)


def _of(type_: str, path: Resource, stack: Stack) -> list[Resource]:
    return stack.referring(type_, "resourceId", path)


def _verb(resource: Resource) -> str | None:
    return resource.inputs.text("httpMethod")


def _has(parameters: Node, prefix: str, header: str) -> bool:
    wanted = f"{prefix}access-control-{header}"
    found = [parameters.child(key) for key, _ in parameters.members() if key.lower() == wanted]
    return any(value is not None and value.value not in ("", "''", False) for value in found)


CORS = StackPolicy(
    name="api-cors",
    sentence="Web pages of other origins may ask: OPTIONS and the API's own errors say so.",
    severity=Severity.MEDIUM,
    requirements=("API-4",),
    remediation=(
        "Answer OPTIONS on each path with Access-Control-Allow-Origin, -Methods and -Headers, "
        "and give DEFAULT_4XX and DEFAULT_5XX Access-Control-Allow-Origin."
    ),
    governs=only(API, API_METHOD),
    judge=_judge,
)

POLICIES = (CORS,)
