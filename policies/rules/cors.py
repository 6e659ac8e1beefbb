"""The rule on answers to web pages of other origins (API-4)."""

import re
from collections.abc import Callable, Iterable

from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import (
    API,
    API_GATEWAY_RESPONSE,
    API_INTEGRATION,
    API_INTEGRATION_RESPONSE,
    API_METHOD,
    API_METHOD_RESPONSE,
    API_RESOURCE,
)
from policies.pack.answers import Answer, failed, verdict
from policies.pack.policy import Rule, Settings, Severity, only
from policies.routes.integrations import problems_of

_OWN_ERRORS = ("DEFAULT_4XX", "DEFAULT_5XX")
# API Gateway's way to write a constant; and to repeat what a request said.
_CONSTANT = re.compile(r"'([^']+)'")
_ORIGIN = re.compile(r"\*|https?://[^/,\s]+")
_TOKEN = re.compile(r"[A-Za-z0-9-]+")
_CALLERS_ORIGIN = "method.request.header.origin"

CORS = Rule(
    name="api-cors",
    sentence="Web pages of other origins may ask: OPTIONS and the API's own errors say so.",
    severity=Severity.MEDIUM,
    requirements=("API-4",),
    fix=(
        "Answer OPTIONS on each path, open to all, with Access-Control-Allow-Origin, -Methods "
        "(each of the path's) and -Headers (Authorization among them), and give DEFAULT_4XX and "
        "DEFAULT_5XX Access-Control-Allow-Origin."
    ),
    governs=only(API, API_METHOD),
    passes=(
        """
        RestApi: {}
        Response 4XX: {restApiId: '${RestApi}', responseType: DEFAULT_4XX,
          responseParameters: {gatewayresponse.header.Access-Control-Allow-Origin: '''*'''}}
        Response 5XX: {restApiId: '${RestApi}', responseType: DEFAULT_5XX,
          responseParameters: {gatewayresponse.header.Access-Control-Allow-Origin: '''*'''}}
        """,
    ),
    fails=(
        "RestApi: {}",
        """
        Method: {restApi: '${RestApi}', resourceId: '${Resource}', httpMethod: GET}
        RestApi: {}
        Resource: {parentId: '${RestApi}', pathPart: status}
        Stage: {restApi: '${RestApi}', stageName: status-stage-dev}
        """,
    ),
)


def _judge(resource: Resource, stack: Stack, _settings: Settings) -> Answer:
    if resource.type == API:
        return _judge_own_errors(resource, stack)
    return _judge_method(resource, stack)


def _judge_own_errors(api: Resource, stack: Stack) -> Answer:
    """API Gateway's own errors never reach the function, and need the header as well."""
    responses = stack.referring(API_GATEWAY_RESPONSE, "restApiId", api)
    kinds = {response.inputs.text("responseType") for response in responses}
    problems = [
        f"it has no gateway response {kind} in this stack"
        for kind in _OWN_ERRORS
        if kind not in kinds
    ]
    for response in responses:  # one of a kind of its own takes nothing over from the default
        parameters = response.inputs.object("responseParameters")
        origin = _header(parameters, "gatewayresponse", "allow-origin")
        value = "" if origin is None else origin.as_text()
        if value.lower() != _CALLERS_ORIGIN and not _is_origin(value):
            problems.append(f"{response.name} lacks Access-Control-Allow-Origin")
    return verdict(problems)


def _judge_method(method: Resource, stack: Stack) -> Answer:
    path = stack.target(method, "resourceId", API_RESOURCE)
    if path is None:
        return failed("resourceId is no resource of this stack's API")
    verbs = {_verb(node) for node in stack.referring(API_METHOD, "resourceId", path)}
    if "OPTIONS" not in verbs:
        return failed(f"{path.name} has no method OPTIONS, so that browsers may not ask")
    if _verb(method) != "OPTIONS":
        return verdict([])
    problems = _closed(method)
    integrations = _of(API_INTEGRATION, path, stack)
    if len(integrations) != 1:
        return failed("OPTIONS needs exactly one integration that answers it")
    kind = integrations[0].inputs.text("type")
    if kind == "AWS_PROXY":
        # The function answers, and its headers are its tests' business.
        return verdict(problems + problems_of(integrations[0], method, path, stack))
    if kind != "MOCK":
        problems.append(f"{integrations[0].name}.type is neither MOCK nor AWS_PROXY")
    code = _mocked_code(integrations[0])
    if code is None:
        problems.append(f"{integrations[0].name}.requestTemplates gives no statusCode as JSON")
    wanted = _preflight({verb for verb in verbs if verb} - {"OPTIONS"})
    problems += _answer_problems(_of(API_INTEGRATION_RESPONSE, path, stack), code, wanted)
    problems += _answer_problems(_of(API_METHOD_RESPONSE, path, stack), code, dict.fromkeys(wanted))
    return verdict(problems)


def _closed(options: Resource) -> list[str]:
    """What keeps browsers out, which send no credentials with a preflight."""
    problems = []
    if options.inputs.text("authorization") != "NONE":
        problems.append("authorization is not NONE")
    if options.inputs.flag("apiKeyRequired"):
        problems.append("apiKeyRequired is true")
    return problems


def _mocked_code(integration: Resource) -> int | None:
    """The status that a mock answers with, by its template."""
    template = integration.inputs.object("requestTemplates").document("application/json")
    return None if template is None else template.integer("statusCode")


def _preflight(verbs: set[str]) -> dict[str, Callable[[str], bool] | None]:
    """What each header of the answer to a preflight has to be."""
    return {
        "allow-origin": _is_origin,
        "allow-methods": lambda value: verbs <= _listed(value),
        # Browsers take no wildcard for the header that carries the signature (Fetch standard).
        "allow-headers": lambda value: "authorization" in {h.lower() for h in _listed(value)},
    }


def _answer_problems(
    responses: Iterable[Resource], code: int | None, wanted: dict[str, Callable[[str], bool] | None]
) -> list[str]:
    """What the answer with this code lacks; each header has to pass its test, or to be there."""
    answers = [node for node in responses if node.inputs.text("statusCode") == str(code)]
    if not answers:
        return ["OPTIONS has no method response and integration response of the mock's statusCode"]
    problems = []
    for answer in answers:
        if answer.inputs.text("selectionPattern"):
            problems.append(f"{answer.name}.selectionPattern is set, which no mock matches")
        parameters = answer.inputs.object("responseParameters")
        for name, test in wanted.items():
            header = _header(parameters, "method.response", name)
            fine = header is not None and (
                header.value is True if test is None else test(header.as_text())
            )
            if not fine:
                problems.append(f"{answer.name} lacks Access-Control-{name.title()}")
    return problems


def _of(type_: str, path: Resource, stack: Stack) -> list[Resource]:
    """The parts of this type of the path's OPTIONS."""
    parts = stack.referring(type_, "resourceId", path)
    return [node for node in parts if _verb(node) == "OPTIONS"]


def _verb(resource: Resource) -> str | None:
    return resource.inputs.text("httpMethod")


def _header(parameters: Node, prefix: str, name: str) -> Node | None:
    wanted = f"{prefix}.header.access-control-{name}"
    found = [parameters.child(key) for key, _ in parameters.members() if key.lower() == wanted]
    return next((header for header in found if header is not None), None)


def _is_origin(value: str) -> bool:
    constant = _CONSTANT.fullmatch(value)
    return constant is not None and _ORIGIN.fullmatch(constant[1]) is not None


def _listed(value: str) -> set[str]:
    """The members of a constant that is a list; none when it is no such list."""
    constant = _CONSTANT.fullmatch(value)
    members = {member.strip() for member in constant[1].split(",")} if constant else set()
    return members if all(_TOKEN.fullmatch(member) for member in members) else set()


POLICIES = (CORS.judged_in_stack(_judge),)
