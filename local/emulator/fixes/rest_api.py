"""API Gateway REST APIs: encoded paths, refusals and failures as AWS answers them.

The stock emulator hands a function its path decoded; answers a caller without rights with the
error of another protocol, past the API's gateway responses (and so without CORS headers); shows
a failed function's own error to the caller; and gives an answer without content a body.

On AWS the path and its parameters reach the function percent-encoded; a refusal is the gateway
response `ACCESS_DENIED`; and a failed function, or one whose answer is no proxy response, is 502
`Internal server error` through `DEFAULT_5XX`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from ministack import app
from ministack.core.iam_evaluator import AuthError
from ministack.services import apigateway_v1

_REFUSED = "AccessDenied"
_FAILED = "Internal server error"
_WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class _FunctionFailedError(Exception):
    """The function behind an integration gave no proxy response."""


def _keep_encoding(stock: Any) -> Any:
    async def handle(
        host: str, path: str, *args: Any, raw_path: str | None = None, **kwargs: Any
    ) -> Any:
        target = app._parse_execute_api_url(host, path)
        if raw_path and target and apigateway_v1.find_api_scope(target[0]) is not None:
            path = raw_path
        return await stock(host, path, *args, raw_path=raw_path, **kwargs)

    return handle


def _refuse_through_gateway(stock: Any) -> Any:
    def enforce(
        api_id: str,
        stage: str,
        method: str,
        path: str,
        headers: dict[str, str],
        query: dict[str, list[str]],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        refused = stock(api_id, stage, method, path, headers, query, *args, **kwargs)
        if refused is None or refused[1].get("x-amzn-errortype") != "AccessDeniedException":
            return refused
        resource = f"arn:aws:execute-api:{app.extract_region(headers, query)}:*:{api_id}"
        message = (
            "User is not authorized to perform: execute-api:Invoke on resource: "
            f"{resource}/{stage}/{method}{path}"
        )
        error = AuthError(_REFUSED, message)
        answer = apigateway_v1.authentication_error_response(api_id, stage, error, headers, query)
        return answer or refused

    return enforce


def _proxy_response(result: dict[str, Any]) -> tuple[dict[str, Any], None]:
    answer = result.get("body")
    if result.get("error") or not isinstance(answer, dict) or "statusCode" not in answer:
        raise _FunctionFailedError
    return answer, None


def _fail_through_gateway(stock: Any) -> Any:
    async def invoke(*args: Any, **kwargs: Any) -> Any:
        try:
            return await stock(*args, **kwargs)
        except _FunctionFailedError:
            error = apigateway_v1._gw_error("DEFAULT_5XX", _FAILED)
            error.status = HTTPStatus.BAD_GATEWAY
            return error

    return invoke


def _keep_status(stock: Any) -> Any:
    def render(error: Any, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = stock(error, request)
        return int(getattr(error, "status", status)), headers, body

    return render


def _leave_body_out(stock: Any) -> Any:
    async def send(
        send: Any, status: int, headers: dict[str, Any], body: Any, *, head: bool = False
    ) -> None:
        if status in _WITHOUT_BODY:
            body, head = b"", True  # nothing follows the head, and no length is announced
            headers = {k: v for k, v in headers.items() if k.lower() != "content-length"}
        await stock(send, status, headers, body, head=head)

    return send


def apply() -> None:
    """Answer execute-api calls as AWS does."""
    app._handle_execute_api_request = _keep_encoding(app._handle_execute_api_request)
    app._enforce_execute_api = _refuse_through_gateway(app._enforce_execute_api)
    app._send_response = _leave_body_out(app._send_response)
    apigateway_v1._AUTHENTICATION_GATEWAY_ERRORS[_REFUSED] = (
        "ACCESS_DENIED",
        "AccessDeniedException",
    )
    apigateway_v1._lambda_proxy_response = _proxy_response
    apigateway_v1._invoke_lambda_proxy_v1 = _fail_through_gateway(
        apigateway_v1._invoke_lambda_proxy_v1
    )
    apigateway_v1._gateway_error_response = _keep_status(apigateway_v1._gateway_error_response)
