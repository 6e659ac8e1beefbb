"""The rule on what answers the API: a function that it may call (API-1, API-3)."""

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import API, API_INTEGRATION, API_METHOD, API_RESOURCE
from policies.pack.answers import Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only
from policies.routes.integrations import problems_of

FUNCTIONS = Rule(
    name="api-function",
    sentence="Every method of the API is answered by a function of this stack that it may call.",
    severity=Severity.HIGH,
    requirements=("API-1", "API-3"),
    fix=(
        "Give the method one AWS_PROXY Integration, POST to a function of this stack, and a "
        "Permission for apigateway.amazonaws.com on this stage, verb and path."
    ),
    governs=only(API, API_METHOD),
    passes=(
        """
        Method: {restApi: '${RestApi}', resourceId: '${Resource}', httpMethod: GET}
        RestApi: {}
        Resource: {parentId: '${RestApi}', pathPart: status}
        Stage: {restApi: '${RestApi}', stageName: status-stage-dev}
        Integration: {resourceId: '${Resource}', httpMethod: GET, type: AWS_PROXY,
          integrationHttpMethod: POST,
            uri:
            'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:status-function-dev/invocations'}
        Function: {name: status-function-dev}
        Permission: {function: status-function-dev, principal: apigateway.amazonaws.com,
          sourceArn: 'arn:aws:execute-api:us-east-1:123456789012:*/status-stage-dev/GET/status'}
        """,
    ),
    fails=(
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
        return failed("it needs exactly one Integration in this stack")
    return verdict(problems_of(integrations[0], resource, path, stack))


POLICIES = (FUNCTIONS.judged_in_stack(_judge),)
