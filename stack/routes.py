"""The API's routes: resources, methods, preflights and API Gateway's own errors."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from stack import cors
from stack.function import Function
from stack.names import Names

METHODS: Final = ("GET", "HEAD")

# What each route takes: its path, and what may come with it. API Gateway refuses a call without
# what is True.
_FEED_PATH: Final = {"method.request.path.partner": True, "method.request.path.feed": True}
_PATH: Final[Mapping[str, Mapping[str, bool]]] = {
    "feed": _FEED_PATH,
    "file": {**_FEED_PATH, "method.request.path.file": True},
}
_CONDITIONAL: Final = {"method.request.header.If-None-Match": False}
_PAGE: Final = {
    "method.request.querystring.limit": False,
    "method.request.querystring.cursor": False,
    "method.request.querystring.from": False,
}
_OPTIONAL: Final[Mapping[str, Mapping[str, bool]]] = {
    "feed": {**_CONDITIONAL, **_PAGE},
    "file": _CONDITIONAL,
}


@dataclass(frozen=True, kw_only=True)
class RoutesArgs:
    """Arguments of Routes.

    Attributes:
        names: the stack's names.
        api: the API that gets the routes.
        function: the function that answers.
        allowed_origins: web origins that may call; `*` alone for any.
    """

    names: Names
    api: aws.apigateway.RestApi
    function: Function
    allowed_origins: tuple[str, ...]


class Routes(pulumi.ComponentResource):
    """`/status/{partner}/{feed}` and `/status/{partner}/{feed}/{file+}`.

    Attributes:
        parts: what a deployment must wait for.
        fingerprint: a hash of all that the routes say; a deployment is due when it changes.
    """

    def __init__(
        self, name: str, args: RoutesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Routes", name, {}, opts)
        self._args = args
        self._child = pulumi.ResourceOptions(parent=self)
        self._said: list[Mapping[str, Any]] = []
        self.parts: list[pulumi.Resource] = []
        validator = aws.apigateway.RequestValidator(
            "status-request-validator",
            name=args.names.of("status-request-validator"),
            rest_api=args.api.id,
            validate_request_parameters=True,
            opts=self._child,
        )
        for route, resource in self._resources().items():
            for method in METHODS:
                self._answered_by_function(route, method, resource, validator)
            self._preflight(route, resource, validator)
        self._errors()
        self._permissions()
        said = json.dumps(self._said, sort_keys=True)
        self.fingerprint = hashlib.sha256(said.encode()).hexdigest()
        self.register_outputs({})

    def _resources(self) -> dict[str, aws.apigateway.Resource]:
        status = self._resource("status", self._args.api.root_resource_id, "status")
        partner = self._resource("partner", status.id, "{partner}")
        feed = self._resource("feed", partner.id, "{feed}")
        return {"feed": feed, "file": self._resource("file", feed.id, "{file+}")}

    def _resource(
        self, name: str, parent: pulumi.Output[str], path_part: str
    ) -> aws.apigateway.Resource:
        return aws.apigateway.Resource(
            f"{name}-resource",
            rest_api=self._args.api.id,
            parent_id=parent,
            opts=self._child,
            **self._say(path_part=path_part),
        )

    def _answered_by_function(
        self,
        route: str,
        method: str,
        resource: aws.apigateway.Resource,
        validator: aws.apigateway.RequestValidator,
    ) -> None:
        names = self._args.names
        of_method: dict[str, Any] = {"rest_api": self._args.api.id, "resource_id": resource.id}
        declared = aws.apigateway.Method(
            f"{route}-{method.lower()}-method",
            **of_method,
            request_validator_id=validator.id,
            opts=self._child,
            **self._say(
                http_method=method,
                authorization="AWS_IAM",
                request_parameters={**_PATH[route], **_OPTIONAL[route]},
            ),
        )
        integration = aws.apigateway.Integration(
            f"{route}-{method.lower()}-integration",
            **of_method,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[declared]),
            **self._say(
                http_method=method,
                type="AWS_PROXY",
                connection_type="INTERNET",
                integration_http_method="POST",  # how API Gateway calls Lambda, whatever the method
                uri=f"arn:aws:apigateway:{names.region}:lambda:path/2015-03-31/functions/"
                f"{self._args.function.arn}/invocations",
            ),
        )
        self.parts += [declared, integration]

    def _preflight(
        self,
        route: str,
        resource: aws.apigateway.Resource,
        validator: aws.apigateway.RequestValidator,
    ) -> None:
        origins = self._args.allowed_origins
        headers = cors.preflight_headers(origins)
        of_method: dict[str, Any] = {"rest_api": self._args.api.id, "resource_id": resource.id}
        method = aws.apigateway.Method(
            f"{route}-options-method",
            **of_method,
            request_validator_id=validator.id,
            opts=self._child,
            # Browsers send no credentials with a preflight.
            **self._say(
                http_method="OPTIONS", authorization="NONE", request_parameters=_PATH[route]
            ),
        )
        response = aws.apigateway.MethodResponse(
            f"{route}-options-response",
            **of_method,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[method]),
            **self._say(
                http_method="OPTIONS",
                status_code="200",
                response_parameters={f"method.response.header.{name}": True for name in headers},
            ),
        )
        integration = aws.apigateway.Integration(
            f"{route}-options-integration",
            **of_method,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[method]),
            **self._say(
                http_method="OPTIONS",
                type="MOCK",
                connection_type="INTERNET",
                request_templates={"application/json": json.dumps({"statusCode": 200})},
            ),
        )
        integration_response = aws.apigateway.IntegrationResponse(
            f"{route}-options-integration-response",
            **of_method,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[response, integration]),
            **self._say(
                http_method="OPTIONS",
                status_code="200",
                response_parameters={
                    f"method.response.header.{name}": value for name, value in headers.items()
                },
                response_templates={"application/json": cors.preflight_template(origins)},
            ),
        )
        self.parts += [method, response, integration, integration_response]

    def _errors(self) -> None:
        for response_type in ("DEFAULT_4XX", "DEFAULT_5XX"):
            response = aws.apigateway.Response(
                f"{response_type.lower().replace('_', '-')}-response",
                rest_api_id=self._args.api.id,
                opts=self._child,
                **self._say(
                    response_type=response_type,
                    response_templates=cors.ERROR_TEMPLATES,
                    response_parameters=cors.error_headers(self._args.allowed_origins),
                ),
            )
            self.parts.append(response)

    def _permissions(self) -> None:
        names = self._args.names
        for method in METHODS:
            aws.lambda_.Permission(
                f"status-{method.lower()}-permission",
                statement_id=names.of(f"status-{method.lower()}-permission"),
                action="lambda:InvokeFunction",
                function=self._args.function.function.name,
                principal="apigateway.amazonaws.com",
                source_arn=names.invocation_arn(method, "status/*"),
                opts=self._child,
            )

    def _say(self, **arguments: Any) -> dict[str, Any]:
        """Notes what is said about the routes, so that no change goes undeployed."""
        self._said.append(arguments)
        return arguments
