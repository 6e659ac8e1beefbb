"""REST APIs answer as AWS does: encoded paths, refusals, failures, preflight, throttling."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from local.emulator import process
from local.emulator.process import ACCOUNT, REGION
from tests.local.emulator.kit import Account, statement

STAGE = "stage"
ORIGIN = "Access-Control-Allow-Origin"


@dataclass(frozen=True, kw_only=True)
class Api:
    """A REST API in front of a function: `GET /status/{partner}/{feed}/{file+}`."""

    account: Account
    id: str
    function: str

    def session(self, partner: str) -> dict[str, Any]:
        """Credentials of a partner who may ask for its own files."""
        arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*/{STAGE}/GET/status/{partner}/*"
        return self.account.session(statement("execute-api:Invoke", arn))

    def ask(
        self,
        path: str,
        session: dict[str, Any] | None,
        *,
        method: str = "GET",
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        """Send a request for exactly this path, signed if there is a session."""
        url = f"{self.account.emulator.endpoint}/_aws/execute-api/{self.id}/{STAGE}{path}"
        request = AWSRequest(method=method, url=url, headers=headers or {})
        if session:
            keys = Credentials(
                session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
            )
            SigV4Auth(keys, "execute-api", REGION).add_auth(request)
        prepared = requests.Request(method, url, headers=dict(request.headers)).prepare()
        prepared.url = url  # as it is: requests would tidy it up
        return requests.Session().send(prepared, timeout=20)


def deploy(account: Account, **variables: str) -> Api:
    gateway = account.client("apigateway")
    function = account.function(variables=variables)
    api = gateway.create_rest_api(name="status")["id"]
    parent = gateway.get_resources(restApiId=api)["items"][0]["id"]
    for part in ("status", "{partner}", "{feed}", "{file+}"):
        parent = gateway.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    target = {"restApiId": api, "resourceId": parent}
    gateway.put_method(**target, httpMethod="GET", authorizationType="AWS_IAM")
    gateway.put_integration(
        **target,
        httpMethod="GET",
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=(
            f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
            f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}/invocations"
        ),
    )
    allow = f"method.response.header.{ORIGIN}"
    gateway.put_method(**target, httpMethod="OPTIONS", authorizationType="NONE")
    gateway.put_method_response(
        **target, httpMethod="OPTIONS", statusCode="204", responseParameters={allow: True}
    )
    gateway.put_integration(
        **target,
        httpMethod="OPTIONS",
        type="MOCK",
        requestTemplates={"application/json": '{"statusCode": 204}'},
    )
    gateway.put_integration_response(
        **target, httpMethod="OPTIONS", statusCode="204", responseParameters={allow: "'*'"}
    )
    for family in ("DEFAULT_4XX", "DEFAULT_5XX"):
        gateway.put_gateway_response(
            restApiId=api,
            responseType=family,
            responseParameters={f"gatewayresponse.header.{ORIGIN}": "'*'"},
        )
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.create_stage(restApiId=api, stageName=STAGE, deploymentId=deployment)
    account.client("lambda").add_permission(
        FunctionName=function,
        StatementId="gateway",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/*/GET/status/*",
    )
    return Api(account=account, id=api, function=function)


@pytest.fixture(scope="module")
def api(emulator: process.Emulator, archive: bytes) -> Api:
    """An API whose function answers with the event that it was given."""
    return deploy(Account(emulator=emulator, archive=archive), PROXY="1")


@pytest.fixture(scope="module")
def acme(api: Api) -> dict[str, Any]:
    """The partner whose files are asked for."""
    return api.session("acme")


@pytest.fixture(scope="module")
def stock(archive: bytes) -> Iterator[Api]:
    """The same API on an emulator without these fixes."""
    with process.ephemeral(without=["rest_api", "service_calls"]) as running:
        yield deploy(Account(emulator=running, archive=archive), PROXY="1")


@pytest.mark.parametrize(
    "file", ["x.csv", "7/x.csv", "a%20b/%C3%BC%2B1.csv", "a%2Fb.csv", "a%25b.csv", "%FF"]
)
def test_path_reaches_the_function_percent_encoded(
    api: Api, acme: dict[str, Any], file: str
) -> None:
    event = api.ask(f"/status/acme/feed/{file}", acme).json()

    assert event["pathParameters"] == {"partner": "acme", "feed": "feed", "file": file}
    assert event["path"] == f"/status/acme/feed/{file}"


def test_stock_emulator_decodes_the_path(stock: Api) -> None:
    event = stock.ask("/status/acme/feed/a%20b.csv", stock.session("acme")).json()
    assert event["pathParameters"]["file"] == "a b.csv"


def test_query_reaches_the_function_decoded(api: Api, acme: dict[str, Any]) -> None:
    event = api.ask("/status/acme/feed/x?limit=3&cursor=a%2Bb%3D%3D", acme).json()
    assert event["queryStringParameters"] == {"limit": "3", "cursor": "a+b=="}


@pytest.mark.parametrize(
    "path",
    [
        "/status/globex/feed/x.csv",
        "/status/acme%2F..%2Fglobex/feed/x.csv",
        "/status/%61cme/feed/x.csv",
        "/nothing",
    ],
)
def test_another_path_is_refused_through_the_gateway_s_response(
    api: Api, acme: dict[str, Any], path: str
) -> None:
    answer = api.ask(path, acme)

    assert answer.status_code == 403
    assert answer.headers["x-amzn-ErrorType"] == "AccessDeniedException"
    assert answer.headers[ORIGIN] == "*"
    assert "execute-api:Invoke" in answer.json()["message"]


def test_unsigned_request_is_refused(api: Api) -> None:
    answer = api.ask("/status/acme/feed/x.csv", None)
    assert (answer.status_code, answer.json()) == (
        403,
        {"message": "Missing Authentication Token"},
    )


def test_tampered_request_is_refused(api: Api, acme: dict[str, Any]) -> None:
    forged = {**acme, "SecretAccessKey": "forged"}
    answer = api.ask("/status/acme/feed/x.csv", forged)
    assert answer.status_code == 403
    assert answer.headers[ORIGIN] == "*"


def test_stock_emulator_refuses_past_the_gateway_s_response(stock: Api) -> None:
    assert ORIGIN not in stock.ask("/status/globex/feed/x", stock.session("acme")).headers


def test_failed_function_shows_nothing_of_its_error(account: Account) -> None:
    failing = deploy(account, FAIL="1")
    answer = failing.ask("/status/acme/feed/x.csv", failing.session("acme"))

    assert answer.status_code == 502
    assert answer.json() == {"message": "Internal server error"}
    assert answer.headers[ORIGIN] == "*"


def test_answer_that_is_no_proxy_response_is_a_failure(account: Account) -> None:
    silent = deploy(account)
    answer = silent.ask("/status/acme/feed/x.csv", silent.session("acme"))
    assert (answer.status_code, answer.json()) == (502, {"message": "Internal server error"})


def test_function_without_permission_for_the_api_is_not_invoked(account: Account) -> None:
    closed = deploy(account, PROXY="1")
    account.client("lambda").remove_permission(FunctionName=closed.function, StatementId="gateway")
    answer = closed.ask("/status/acme/feed/x.csv", closed.session("acme"))
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})


def test_preflight_is_answered_without_a_body(api: Api) -> None:
    headers = {"Origin": "https://app.example", "Access-Control-Request-Method": "GET"}
    answer = api.ask("/status/acme/feed/x.csv", None, method="OPTIONS", headers=headers)

    assert answer.status_code == 204
    assert answer.headers[ORIGIN] == "*"
    assert "Content-Length" not in answer.headers


def test_rate_above_the_stage_s_limit_is_429(account: Account) -> None:
    limited = deploy(account, PROXY="1")
    limits = {"rateLimit": "1", "burstLimit": "2"}
    account.client("apigateway").update_stage(
        restApiId=limited.id,
        stageName=STAGE,
        patchOperations=[
            {"op": "replace", "path": f"/*/*/throttling/{name}", "value": value}
            for name, value in limits.items()
        ],
    )
    session = limited.session("acme")

    answers = [limited.ask("/status/acme/feed/x.csv", session) for _ in range(6)]

    refused = next(answer for answer in answers if answer.status_code != 200)
    assert refused.status_code == 429
    assert refused.headers[ORIGIN] == "*"
    assert json.loads(refused.text)["message"] == "Too Many Requests"
