"""From a method of the API to the function that answers it."""

import re
from fnmatch import fnmatchcase
from functools import partial

from policies.facts.arns import Arn
from policies.facts.reading import UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import API, API_RESOURCE, API_STAGE, FUNCTION, PERMISSION

_URI = re.compile(
    r"arn:aws:apigateway:(?P<region>[a-z0-9-]+):lambda:path/2015-03-31/functions/(?P<function>.+)"
    r"/invocations"
)


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
    verb = method.inputs.text("httpMethod")
    calls = [f"{stage.inputs.text('stageName')}/{verb}{_path(path, stack)}" for stage in stages]
    return bool(calls) and all(
        stack.some_referring(PERMISSION, "function", function, partial(_covers, call, stack))
        for call in calls
    )


def _covers(call: str, stack: Stack, permission: Resource) -> bool:
    """Whether a permission lets API Gateway make a call: stage, verb and path."""
    arn = Arn.parse(permission.inputs.text("sourceArn") or "")
    return (
        permission.inputs.text("principal") == "apigateway.amazonaws.com"
        and permission.inputs.text("qualifier") is None
        and arn is not None
        and arn.service == "execute-api"
        and (arn.region, arn.account) == stack.home
        and fnmatchcase(call, arn.resource.partition("/")[2])
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
