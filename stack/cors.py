"""The API's answers to browsers on other origins (API-4)."""

import json
from collections.abc import Mapping

ALLOWED_METHODS = "GET,HEAD,OPTIONS"
# What a signed and conditional request carries.
ALLOWED_HEADERS = ",".join(
    (
        "Authorization",
        "Content-Type",
        "If-None-Match",
        "X-Amz-Content-Sha256",
        "X-Amz-Date",
        "X-Amz-Security-Token",
    )
)
EXPOSED_HEADERS = "ETag,x-amzn-RequestId,x-amzn-ErrorType"
MAX_AGE = "7200"  # seconds, the longest that browsers keep


def preflight_headers(origins: tuple[str, ...]) -> dict[str, str]:
    """The headers of the answer to OPTIONS, as API Gateway writes constants."""
    return {
        "Access-Control-Allow-Methods": f"'{ALLOWED_METHODS}'",
        "Access-Control-Allow-Headers": f"'{ALLOWED_HEADERS}'",
        "Access-Control-Max-Age": f"'{MAX_AGE}'",
        "Access-Control-Allow-Origin": f"'{origins[0]}'",
        "Vary": "'Origin'",
    }


def preflight_template(origins: tuple[str, ...]) -> str:
    """The answer's body, empty; with several origins it names the caller's if it is one of them."""
    if len(origins) == 1:
        return ""
    return (
        f"#set($allowed = {json.dumps(list(origins))})"
        '#set($origin = $input.params().header.get("Origin"))'
        # Over HTTP/2 the names of headers come in lower case.
        '#if(!$origin)#set($origin = $input.params().header.get("origin"))#end'
        "#if($allowed.contains($origin))"
        "#set($context.responseOverride.header.Access-Control-Allow-Origin = $origin)"
        "#end"
    )


# What API Gateway writes by default, and reports as if it had been asked for.
ERROR_TEMPLATES = {"application/json": '{"message":$context.error.messageString}'}


def error_headers(origins: tuple[str, ...]) -> Mapping[str, str]:
    """The headers of API Gateway's own errors, which never reach the function.

    A gateway response cannot choose among several origins. It then repeats the caller's: the
    body is a fixed sentence that tells nobody anything.
    """
    origin = f"'{origins[0]}'" if len(origins) == 1 else "method.request.header.Origin"
    return {
        "gatewayresponse.header.Access-Control-Allow-Origin": origin,
        "gatewayresponse.header.Access-Control-Expose-Headers": f"'{EXPOSED_HEADERS}'",
        "gatewayresponse.header.Vary": "'Origin'",
    }
