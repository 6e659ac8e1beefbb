"""Answers to web pages of other origins."""

from typing import Any

from tests.policies.kit import (
    UNKNOWN,
    Case,
    Change,
    Declarations,
    check,
    declare,
    dropping,
    fails,
    hiding,
    parametrized,
    passes,
    setting,
    undetermined,
    without,
)

API = "status-api"
OPTIONS = "options-method"
HEADERS = "options-headers"
MOCK = "options-integration"


def _without_header(name: str, header: str) -> Change:
    def change(stack: Declarations) -> Declarations:
        parameters = stack[name].inputs["responseParameters"]
        kept = {key: value for key, value in parameters.items() if not key.endswith(header)}
        return stack.set(name, "responseParameters", kept)

    return change


def _header(name: str, header: str, value: Any) -> Change:
    """Let an answer carry another value of a header."""

    def change(stack: Declarations) -> Declarations:
        parameters = dict(stack[name].inputs["responseParameters"])
        key = next(key for key in parameters if key.endswith(header))
        return stack.set(name, "responseParameters", {**parameters, key: value})

    return change


def _template(text: str) -> Change:
    return setting(MOCK, "requestTemplates", {"application/json": text})


def _answering(stack: Declarations) -> Declarations:
    """Preflights that the function answers."""
    uri = stack["get-integration"].inputs["uri"]
    permission = dict(stack["api-permission"].inputs)
    permission["sourceArn"] = permission["sourceArn"].replace("GET", "OPTIONS")
    return (
        stack.remove(HEADERS)
        .remove("options-response")
        .set(MOCK, "type", "AWS_PROXY")
        .set(MOCK, "integrationHttpMethod", "POST")
        .set(MOCK, "uri", uri)
        .add(declare("aws:lambda/permission:Permission", "options-permission", **permission))
    )


def _answering_but(change: Change) -> Change:
    return lambda stack: change(_answering(stack))


CASES = [
    fails(
        "methods of a path of elsewhere",
        "api-cors",
        ("get-method", "options-method"),
        lambda s: s.set("options-method", "resourceId", "abc").redepend(
            "options-method", "resourceId", ()
        ),
    ),
    passes(
        "the path's one method alone",
        "api-cors",
        "options-method",
        lambda s: s.alter(
            "options-headers",
            ("responseParameters", "method.response.header.Access-Control-Allow-Methods"),
            lambda _: "'GET'",
        ),
    ),
    fails(
        "no OPTIONS",
        "api-cors",
        "get-method",
        lambda s: s.remove("options-method"),
        "no method OPTIONS",
    ),
    *(
        fails(f"without {name}", "api-cors", on, without(name))
        for name, on in (
            ("options-integration", "options-method"),
            ("options-response", "options-method"),
            ("options-headers", "options-method"),
            ("error-4xx", API),
            ("error-5xx", API),
        )
    ),
    *(
        fails(
            f"{name} without {header}",
            "api-cors",
            "options-method",
            _without_header(name, header),
            f"Access-Control-Allow-{header}",
        )
        for name in ("options-response", "options-headers")
        for header in ("Origin", "Methods", "Headers")
    ),
    fails(
        "an error without the header",
        "api-cors",
        API,
        lambda s: s.set("error-4xx", "responseParameters", {}),
        "error-4xx lacks",
    ),
    undetermined(
        "api-cors",
        "options-method",
        "Access-Control-Allow-Origin",
        lambda s: s.set(
            "options-headers",
            "responseParameters",
            dict.fromkeys(s["options-headers"].inputs["responseParameters"], UNKNOWN),
        ),
    ),
    undetermined(
        "api-cors",
        "options-method",
        "responseParameters",
        lambda s: s.hide("options-headers", "responseParameters"),
    ),
]

VALUES = [
    *(
        fails(
            f"{header} of {name} is {value!r}",
            "api-cors",
            on,
            _header(name, header, value),
            f"{name} lacks Access-Control-Allow-{header}",
        )
        for name, on, header, values in (
            (
                HEADERS,
                OPTIONS,
                "Origin",
                ("*", "''", "'example.com'", "'https://a.example,https://b.example'", "'https://'"),
            ),
            (
                HEADERS,
                OPTIONS,
                "Methods",
                ("'*'", "GET,OPTIONS", "'OPTIONS'", "'GET;OPTIONS'", "'GET,OPTIONS,{x}'"),
            ),
            (HEADERS, OPTIONS, "Headers", ("'*'", "Authorization", "'Content-Type'", "''")),
            ("options-response", OPTIONS, "Origin", (False,)),
            ("error-4xx", API, "Origin", ("*", "''", "'example.com'", "method.request.header.X")),
        )
        for value in values
    ),
    *(
        passes(f"{header} of {name} is {value!r}", "api-cors", on, _header(name, header, value))
        for name, on, header, value in (
            (HEADERS, OPTIONS, "Origin", "'https://partner.example'"),
            (HEADERS, OPTIONS, "Origin", "'http://localhost:8080'"),
            (HEADERS, OPTIONS, "Methods", "'OPTIONS, GET'"),
            (HEADERS, OPTIONS, "Headers", "'X-Amz-Date,authorization'"),
            ("error-5xx", API, "Origin", "method.request.header.Origin"),
        )
    ),
    *(
        undetermined("api-cors", on, f"{name}.Origin", _header(name, "Origin", UNKNOWN))
        for name, on in ((HEADERS, OPTIONS), ("options-response", OPTIONS), ("error-4xx", API))
    ),
    *(
        fails(title, "api-cors", OPTIONS, change, message)
        for title, change, message in (
            ("a signed preflight", setting(OPTIONS, "authorization", "AWS_IAM"), "NONE"),
            ("no word of authorisation", dropping(OPTIONS, "authorization"), "NONE"),
            ("a preflight with an API key", setting(OPTIONS, "apiKeyRequired", True), "apiKey"),
            ("an HTTP integration", setting(MOCK, "type", "HTTP"), "neither MOCK"),
            ("an AWS integration", setting(MOCK, "type", "AWS"), "neither MOCK"),
            ("no template", dropping(MOCK, "requestTemplates"), "requestTemplates"),
            (
                "a template of another type",
                setting(MOCK, "requestTemplates", {"text/xml": "{}"}),
                "",
            ),
            ("a template that is no JSON", _template("statusCode 200"), "not valid JSON"),
            ("a template without code", _template("{}"), "requestTemplates"),
            ("a template whose code is a text", _template('{"statusCode": "200"}'), "an integer"),
            ("a template with another code", _template('{"statusCode": 201}'), "statusCode"),
            ("an answer with another code", setting(HEADERS, "statusCode", "201"), "statusCode"),
            (
                "a method response with another code",
                setting("options-response", "statusCode", "201"),
                "statusCode",
            ),
            ("a selection pattern", setting(HEADERS, "selectionPattern", "5.."), "selection"),
        )
    ),
    fails(
        "an error of a kind of its own without the header",
        "api-cors",
        API,
        lambda s: s.add(
            declare(
                "aws:apigateway/response:Response",
                "throttled",
                restApiId=UNKNOWN,
                responseType="THROTTLED",
                responseTemplates={"application/json": "{}"},
            )
        ).redepend("throttled", "restApiId", (s[API].urn,)),
        "throttled lacks Access-Control-Allow-Origin",
    ),
    passes("a function that answers the preflight", "api-cors", OPTIONS, _answering),
    *(
        fails(title, "api-cors", OPTIONS, _answering_but(change), message)
        for title, change, message in (
            ("a function that may not be called", without("options-permission"), "no Permission"),
            ("a function of elsewhere", setting(MOCK, "uri", "x"), "calls no function"),
            (
                "a function that is asked by GET",
                setting(MOCK, "integrationHttpMethod", "GET"),
                "is not POST",
            ),
        )
    ),
    *(
        undetermined("api-cors", OPTIONS, path, hiding(name, path))
        for name, path in (
            (OPTIONS, "authorization"),
            (OPTIONS, "apiKeyRequired"),
            (MOCK, "type"),
            (MOCK, "requestTemplates.application/json"),
            (HEADERS, "statusCode"),
        )
    ),
]


@parametrized(CASES)
def test_cors(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


@parametrized(VALUES)
def test_what_a_preflight_says(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
