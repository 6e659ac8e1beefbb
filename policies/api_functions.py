"""The rule on what answers the API: a function that it may call (API-1, API-3)."""

import re
from fnmatch import fnmatchcase

from policies.answers import Answer, failed, not_applicable, verdict
from policies.arns import Arn
from policies.policy import Settings, Severity, StackPolicy, only
from policies.reading import UndeterminedError
from policies.resource import Resource, Stack
from policies.types import (
    API,
    API_INTEGRATION,
    API_METHOD,
    API_RESOURCE,
    API_STAGE,
    FUNCTION,
    PERMISSION,
)

_URI = re.compile(
    r"arn:aws:apigateway:(?P<region>[a-z0-9-]+):lambda:path/2015-03-31/functions/(?P<function>.+)"
    r"/invocations"
)


def _judge(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    if resource.type == API:
        off = resource.inputs.flag("disableExecuteApiEndpoint")
        return verdict(
            ["disableExecuteApiEndpoint is true, so that nothing answers"] if off else []
        )
    verb = resource.inputs.text("httpMethod")
    if verb == "OPTIONS":
        return not_applicable("Preflights are for the policy on CORS.")
    path = stack.target(resource, "resourceId", API_RESOURCE)
    if path is None:
        return failed("resourceId is no resource of this stack's API")
    integrations = [
        node
        for node in stack.referring(API_INTEGRATION, "resourceId", path)
        if node.inputs.text("httpMethod") == verb
    ]
    if len(integrations) != 1:
        return failed("it has not exactly one Integration in this stack")
    return verdict(problems_of(integrations[0], resource, path, stack))


def problems_of(integration: Resource, method: Resource, path: Resource, stack: Stack) -> list[str]:
    """What keeps a function of this stack from answering a method."""
    inputs = integration.inputs
    problems = []
    if inputs.text("type") != "AWS_PROXY":
        problems.append(f"{integration.name}.type is not AWS_PROXY")
    if inputs.text("integrationHttpMethod") != "POST":
        problems.append(f"{integration.name}.integrationHttpMethod is not POST, which Lambda takes")
    uri = _URI.fullmatch(inputs.text("uri") or "")
    function = stack.owner_of(uri["function"]) if uri and uri["region"] == stack.home[0] else None
    if function is None or function.type != FUNCTION:
        problems.append(f"{integration.name}.uri calls no function of this stack")
    elif not _may_call(method, path, function, stack):
        problems.append(f"no Permission lets the API call {function.name} for this path and verb")
    return problems


def _may_call(method: Resource, path: Resource, function: Resource, stack: Stack) -> bool:
    """Whether permissions cover this path and verb on every stage of the API."""
    api = stack.target(method, "restApi", API)
    stages = stack.referring(API_STAGE, "restApi", api) if api is not None else []
    sources = [
        arn.resource.partition("/")[2]
        for permission in stack.referring(PERMISSION, "function", function, one_will_do=True)
        if permission.inputs.text("principal") == "apigateway.amazonaws.com"
        and permission.inputs.text("qualifier") is None
        and (arn := Arn.parse(permission.inputs.text("sourceArn") or "")) is not None
        and arn.service == "execute-api"
        and (arn.region, arn.account) == stack.home
    ]
    verb = method.inputs.text("httpMethod")
    calls = [f"{stage.inputs.text('stageName')}/{verb}{_path(path, stack)}" for stage in stages]
    return bool(calls) and all(
        any(fnmatchcase(call, source) for source in sources) for call in calls
    )


def _path(resource: Resource, stack: Stack) -> str:
    """The path of an API's resource, from the root."""
    part = resource.inputs.text("pathPart") or ""
    try:
        parent = stack.target(resource, "parentId", API_RESOURCE)
    except UndeterminedError:
        if not stack.depends_only_on(resource, "parentId", API):
            raise
        parent = None
    return f"/{part}" if parent is None else f"{_path(parent, stack)}/{part}"


FUNCTIONS = StackPolicy(
    name="api-function",
    sentence="Every method of the API is answered by a function of this stack that it may call.",
    severity=Severity.HIGH,
    requirements=("API-1", "API-3"),
    remediation=(
        "Give the method one AWS_PROXY Integration, POST to a function of this stack, and a "
        "Permission for apigateway.amazonaws.com on this stage, verb and path."
    ),
    governs=only(API, API_METHOD),
    judge=_judge,
)

POLICIES = (FUNCTIONS,)
