"""The status API: routes, authorisation, CORS, throttling, logs."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from stack import pipeline
from tests.stack.conftest import NAMES, SETTINGS
from tests.stack.recorder import Recorded, Recording, record

ROUTES = ["feed", "file"]
METHODS = ["GET", "HEAD"]
STATUS = "arn:aws:lambda:us-east-1:123456789012:function:status-function-dev"
PATHS = {
    "feed": {"method.request.path.partner", "method.request.path.feed"},
    "file": {
        "method.request.path.partner",
        "method.request.path.feed",
        "method.request.path.file",
    },
}
FEED_PARAMETERS = {
    "method.request.path.partner": True,
    "method.request.path.feed": True,
    "method.request.header.If-None-Match": False,
}


def part(stack: Recording, kind: str, name: str) -> Recorded:
    return stack.one(f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}", name)


def with_origins(archives: Path, *origins: str) -> Recording:
    settings = replace(SETTINGS, allowed_origins=origins)
    return record(lambda: pipeline.build(NAMES, settings, archives))


def test_the_api_is_regional_and_speaks_no_tls_below_1_2(stack: Recording) -> None:
    api = part(stack, "RestApi", "status-api").inputs
    assert api["name"] == "status-api-dev"
    assert api["endpointConfiguration"] == {"types": "REGIONAL"}
    assert api["securityPolicy"] == "SecurityPolicy_TLS13_1_2_PFS_PQ_2025_09"
    assert api["endpointAccessMode"] == "STRICT"


def test_a_path_leads_from_status_over_partner_and_feed_to_the_file(stack: Recording) -> None:
    above = part(stack, "RestApi", "status-api")
    for name, path_part in {
        "status": "status",
        "partner": "{partner}",
        "feed": "{feed}",
        "file": "{file+}",
    }.items():
        resource = part(stack, "Resource", f"{name}-resource")
        assert resource.inputs["pathPart"] == path_part
        assert resource.property_dependencies["parentId"] == {above.urn}
        above = resource


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", METHODS)
def test_a_status_is_answered_to_signed_and_complete_requests(
    stack: Recording, route: str, method: str
) -> None:
    declared = part(stack, "Method", f"{route}-{method.lower()}-method")
    resource = part(stack, "Resource", f"{route}-resource")
    validator = part(stack, "RequestValidator", "status-request-validator")
    assert declared.inputs["httpMethod"] == method
    assert declared.inputs["authorization"] == "AWS_IAM"
    assert declared.property_dependencies["resourceId"] == {resource.urn}
    assert declared.property_dependencies["requestValidatorId"] == {validator.urn}
    assert validator.inputs["validateRequestParameters"] is True


@pytest.mark.parametrize(
    ("route", "parameters"),
    [
        (
            "feed",
            FEED_PARAMETERS
            | {
                "method.request.querystring.limit": False,
                "method.request.querystring.cursor": False,
                "method.request.querystring.from": False,
            },
        ),
        ("file", FEED_PARAMETERS | {"method.request.path.file": True}),
    ],
)
def test_a_route_says_what_it_takes(
    stack: Recording, route: str, parameters: dict[str, bool]
) -> None:
    for method in METHODS:
        declared = part(stack, "Method", f"{route}-{method.lower()}-method")
        assert declared.inputs["requestParameters"] == parameters


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", METHODS)
def test_the_status_function_answers(stack: Recording, route: str, method: str) -> None:
    integration = part(stack, "Integration", f"{route}-{method.lower()}-integration")
    assert integration.inputs["httpMethod"] == method
    assert integration.inputs["type"] == "AWS_PROXY"
    assert integration.inputs["integrationHttpMethod"] == "POST"
    assert integration.inputs["uri"] == (
        f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{STATUS}/invocations"
    )
    declared = part(stack, "Method", f"{route}-{method.lower()}-method")
    assert declared.urn in integration.dependencies


@pytest.mark.parametrize("method", METHODS)
def test_the_api_may_call_the_function_for_its_routes_alone(stack: Recording, method: str) -> None:
    permission = stack.one(
        "aws:lambda/permission:Permission", f"status-{method.lower()}-permission"
    ).inputs
    assert permission["function"] == "status-function-dev"
    assert permission["action"] == "lambda:InvokeFunction"
    assert permission["principal"] == "apigateway.amazonaws.com"
    assert permission["sourceArn"] == (
        f"arn:aws:execute-api:us-east-1:123456789012:*/status-stage-dev/{method}/status/*"
    )


@pytest.mark.parametrize("route", ROUTES)
def test_a_browser_may_ask_first_without_a_signature(stack: Recording, route: str) -> None:
    method = part(stack, "Method", f"{route}-options-method").inputs
    assert method["httpMethod"] == "OPTIONS"
    assert method["authorization"] == "NONE"
    assert "requestValidatorId" in method
    assert set(method["requestParameters"]) == PATHS[route]
    integration = part(stack, "Integration", f"{route}-options-integration").inputs
    assert integration["type"] == "MOCK"
    assert json.loads(integration["requestTemplates"]["application/json"]) == {"statusCode": 200}


@pytest.mark.parametrize("route", ROUTES)
def test_a_browser_hears_what_it_may_send(stack: Recording, route: str) -> None:
    answer = part(stack, "IntegrationResponse", f"{route}-options-integration-response").inputs
    declared = part(stack, "MethodResponse", f"{route}-options-response").inputs
    headers = answer["responseParameters"]
    assert headers == {
        "method.response.header.Access-Control-Allow-Origin": "'*'",
        "method.response.header.Access-Control-Allow-Methods": "'GET,HEAD,OPTIONS'",
        "method.response.header.Access-Control-Allow-Headers": (
            "'Authorization,Content-Type,If-None-Match,"
            "X-Amz-Content-Sha256,X-Amz-Date,X-Amz-Security-Token'"
        ),
        "method.response.header.Access-Control-Max-Age": "'7200'",
        "method.response.header.Vary": "'Origin'",
    }
    assert answer["statusCode"] == declared["statusCode"] == "200"
    assert declared["responseParameters"] == dict.fromkeys(headers, True)
    assert answer["responseTemplates"] == {"application/json": ""}


@pytest.mark.parametrize("kind", ["4xx", "5xx"])
def test_the_gateways_own_errors_can_be_read_by_a_browser(stack: Recording, kind: str) -> None:
    response = part(stack, "Response", f"default-{kind}-response").inputs
    assert response["responseType"] == f"DEFAULT_{kind.upper()}"
    assert response["responseParameters"] == {
        "gatewayresponse.header.Access-Control-Allow-Origin": "'*'",
        "gatewayresponse.header.Access-Control-Expose-Headers": (
            "'ETag,x-amzn-RequestId,x-amzn-ErrorType'"
        ),
        "gatewayresponse.header.Vary": "'Origin'",
    }


def test_one_configured_origin_is_the_only_one_named(archives: Path) -> None:
    stack = with_origins(archives, "https://a.example.com")
    answer = part(stack, "IntegrationResponse", "feed-options-integration-response").inputs
    error = part(stack, "Response", "default-4xx-response").inputs
    assert (
        (answer["responseParameters"]["method.response.header.Access-Control-Allow-Origin"])
        == "'https://a.example.com'"
    )
    assert (
        (error["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"])
        == "'https://a.example.com'"
    )


def test_of_several_origins_the_callers_own_is_named_if_it_is_one_of_them(archives: Path) -> None:
    stack = with_origins(archives, "https://a.example.com", "https://b.example.com")
    answer = part(stack, "IntegrationResponse", "feed-options-integration-response").inputs
    template = answer["responseTemplates"]["application/json"]
    assert '["https://a.example.com", "https://b.example.com"]' in template
    assert "$context.responseOverride.header.Access-Control-Allow-Origin" in template
    assert 'header.get("Origin")' in template
    assert 'header.get("origin")' in template
    error = part(stack, "Response", "default-4xx-response").inputs
    assert (
        (error["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"])
        == "method.request.header.Origin"
    )


def test_every_method_is_throttled_measured_and_logged_without_bodies(stack: Recording) -> None:
    settings = part(stack, "MethodSettings", "status-method-settings").inputs
    assert settings["methodPath"] == "*/*"
    assert settings["stageName"] == "status-stage-dev"
    assert settings["settings"] == {
        "throttlingRateLimit": 1000,
        "throttlingBurstLimit": 1000,
        "metricsEnabled": True,
        "loggingLevel": "INFO",
        "dataTraceEnabled": False,
    }


def test_the_stage_is_traced_and_logs_each_access_as_json(stack: Recording) -> None:
    stage = part(stack, "Stage", "status-stage").inputs
    assert stage["stageName"] == "status-stage-dev"
    assert stage["xrayTracingEnabled"] is True
    log = stage["accessLogSettings"]
    assert log["destinationArn"] == (
        "arn:aws:logs:us-east-1:123456789012:log-group:/aws/apigateway/status-access-dev"
    )
    assert {"requestId", "caller", "method", "path", "status", "latency"} <= set(
        json.loads(log["format"])
    )


def test_the_stage_waits_for_both_log_groups_and_the_right_to_write_them(stack: Recording) -> None:
    stage = part(stack, "Stage", "status-stage")
    for name in ("status-access-log-group", "status-execution-log-group"):
        assert stack.one("aws:cloudwatch/logGroup:LogGroup", name).urn in stage.dependencies
    account = part(stack, "Account", "api-account")
    assert account.urn in stage.dependencies
    assert account.inputs["cloudwatchRoleArn"] == (
        "arn:aws:iam::123456789012:role/api-logs-role-dev"
    )
    assert stack.one("aws:iam/rolePolicy:RolePolicy", "api-logs-policy").urn in account.dependencies


def test_a_deployment_waits_for_every_route(stack: Recording) -> None:
    deployment = part(stack, "Deployment", "status-deployment")
    for kind in ("Method", "Integration", "IntegrationResponse", "MethodResponse", "Response"):
        for resource in stack.of_type(f"aws:apigateway/{kind[0].lower()}{kind[1:]}:{kind}"):
            assert resource.urn in deployment.dependencies, resource.urn


def deployed(stack: Recording) -> str:
    fingerprint = part(stack, "Deployment", "status-deployment").inputs["triggers"]["routes"]
    assert isinstance(fingerprint, str)
    return fingerprint


def test_the_same_routes_are_not_deployed_again(stack: Recording, archives: Path) -> None:
    assert deployed(stack) == deployed(with_origins(archives, "*"))


def test_changed_routes_are_deployed_again(stack: Recording, archives: Path) -> None:
    assert deployed(stack) != deployed(with_origins(archives, "https://a.example.com"))


def test_the_words_of_api_gateways_own_errors_are_stated(stack: Recording) -> None:
    """AWS gives its own back where none are stated, which looks like a change in every preview."""
    for response in stack.of_type("aws:apigateway/response:Response"):
        assert response.inputs["responseTemplates"] == {
            "application/json": '{"message":$context.error.messageString}'
        }
