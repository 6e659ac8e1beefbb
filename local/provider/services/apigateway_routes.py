"""API Gateway (REST): paths, methods and what they are integrated with."""

from typing import Any, ClassVar

from local.provider.aws import Aws
from local.provider.calls import given, patches
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting


class PathResource(Resource):
    """One segment of a path; its identifier is what the service assigns."""

    type_name = "aws:apigateway/resource:Resource"
    replaces = ("restApi",)
    computed = ("path",)
    renewed = ("path",)

    def create(self, aws: Aws, inputs: Properties) -> Created:
        resource = aws.client("apigateway").create_resource(
            restApiId=inputs["restApi"], **given(inputs, "parentId", "pathPart")
        )
        return Created(id=resource["id"], outputs={"path": resource["path"]})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        paths = {"parentId": "/parentId", "pathPart": "/pathPart"}
        resource = aws.client("apigateway").update_resource(
            restApiId=new["restApi"],
            resourceId=resource_id,
            patchOperations=patches(old, new, paths),
        )
        return {"path": resource["path"]}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("apigateway")
        return given(
            client.get_resource(restApiId=state["restApi"], resourceId=resource_id), "path"
        )

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("apigateway")
        client.delete_resource(restApiId=state["restApi"], resourceId=resource_id)


class _Part(Setting):
    """A part of a method, addressed by API, resource, method and perhaps status code."""

    key: ClassVar[tuple[str, ...]] = ("restApi", "resourceId", "httpMethod")
    call = ""
    """The API's word for it, such as ``method`` in ``put_method``."""
    prefix = ""
    """What the official provider's identifiers begin with."""

    def id(self, inputs: Properties) -> str:
        """The prefix and the address, joined by hyphens."""
        return "-".join([self.prefix, *(inputs[name] for name in self.key)])

    def address(self, properties: Properties) -> dict[str, str]:
        """The arguments that say which part is meant."""
        names = {"restApi": "restApiId"}
        return {names.get(name, name): properties[name] for name in self.key}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        getattr(aws.client("apigateway"), f"get_{self.call}")(**self.address(state))
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        getattr(aws.client("apigateway"), f"delete_{self.call}")(**self.address(state))


class Method(_Part):
    """A method of a path."""

    type_name = "aws:apigateway/method:Method"
    call, prefix = "method", "agm"
    defaults = {"apiKeyRequired": False}

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("apigateway").put_method(
            **self.address(inputs),
            **given(
                inputs,
                "apiKeyRequired",
                "authorizationScopes",
                "authorizerId",
                "operationName",
                "requestModels",
                "requestParameters",
                "requestValidatorId",
                authorizationType="authorization",
            ),
        )
        return {}

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        # Written anew, the method would lose its integration and responses.
        paths = {
            "apiKeyRequired": "/apiKeyRequired",
            "authorization": "/authorizationType",
            "authorizerId": "/authorizerId",
            "operationName": "/operationName",
            "requestModels": "/requestModels",
            "requestParameters": "/requestParameters",
            "requestValidatorId": "/requestValidatorId",
        }
        aws.client("apigateway").update_method(
            **self.address(new), patchOperations=patches(old, new, paths)
        )
        return {}


class MethodResponse(_Part):
    """A status code that a method may answer with."""

    type_name = "aws:apigateway/methodResponse:MethodResponse"
    key = (*_Part.key, "statusCode")
    call, prefix = "method_response", "agmr"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("apigateway").put_method_response(
            **self.address(inputs), **given(inputs, "responseModels", "responseParameters")
        )
        return {}

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        self.delete(aws, resource_id, old)  # the service refuses to write one that is there
        return self.put(aws, new)


class Integration(_Part):
    """What answers a method."""

    type_name = "aws:apigateway/integration:Integration"
    call, prefix = "integration", "agi"
    replaces = ("connectionId", "connectionType", "integrationHttpMethod", "type")
    computed = ("cacheNamespace", "passthroughBehavior")
    defaults = {"connectionType": "INTERNET", "timeoutMilliseconds": 29000}

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        found = aws.client("apigateway").put_integration(
            **self.address(inputs),
            **given(
                inputs,
                "cacheKeyParameters",
                "cacheNamespace",
                "connectionId",
                "connectionType",
                "contentHandling",
                "credentials",
                "integrationHttpMethod",
                "passthroughBehavior",
                "requestParameters",
                "requestTemplates",
                "type",
                "uri",
                timeoutInMillis="timeoutMilliseconds",
            ),
        )
        return {
            "cacheNamespace": found.get("cacheNamespace", inputs["resourceId"]),
            "passthroughBehavior": found.get("passthroughBehavior", "WHEN_NO_MATCH"),
        }

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client, address = aws.client("apigateway"), self.address(new)
        # Written anew, the integration loses its responses: they are written back.
        responses = client.get_integration(**address).get("integrationResponses", {})
        outputs = self.put(aws, new)
        for response in responses.values():
            client.put_integration_response(**address, **response)
        return outputs


class IntegrationResponse(_Part):
    """How an integration's answer becomes a method's."""

    type_name = "aws:apigateway/integrationResponse:IntegrationResponse"
    key = (*_Part.key, "statusCode")
    call, prefix = "integration_response", "agir"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("apigateway").put_integration_response(
            **self.address(inputs),
            **given(
                inputs,
                "contentHandling",
                "responseParameters",
                "responseTemplates",
                "selectionPattern",
            ),
        )
        return {}


class GatewayResponse(Setting):
    """What the gateway itself answers when a request does not reach a method."""

    type_name = "aws:apigateway/response:Response"
    key = ("restApiId", "responseType")

    def id(self, inputs: Properties) -> str:
        """API and type, as the official provider writes them."""
        return f"aggr-{inputs['restApiId']}-{inputs['responseType']}"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("apigateway").put_gateway_response(
            **given(
                inputs,
                "responseParameters",
                "responseTemplates",
                "responseType",
                "restApiId",
                "statusCode",
            )
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("apigateway").get_gateway_response(**given(state, *self.key))
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("apigateway").delete_gateway_response(**given(state, *self.key))


class RequestValidator(Resource):
    """What the gateway checks of a request; its identifier is what the service assigns."""

    type_name = "aws:apigateway/requestValidator:RequestValidator"
    replaces = ("restApi",)
    defaults = {"validateRequestBody": False, "validateRequestParameters": False}
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        validator = aws.client("apigateway").create_request_validator(
            restApiId=inputs["restApi"], **given(inputs, "name", *self.defaults)
        )
        return Created(id=validator["id"])

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        paths = {name: f"/{name}" for name in ("name", *self.defaults)}
        aws.client("apigateway").update_request_validator(
            **self._address(resource_id, new), patchOperations=patches(old, new, paths)
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("apigateway").get_request_validator(**self._address(resource_id, state))
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("apigateway").delete_request_validator(**self._address(resource_id, state))

    @staticmethod
    def _address(resource_id: str, properties: Properties) -> dict[str, Any]:
        return {"restApiId": properties["restApi"], "requestValidatorId": resource_id}


TYPES: tuple[Resource, ...] = (
    PathResource(),
    Method(),
    MethodResponse(),
    Integration(),
    IntegrationResponse(),
    GatewayResponse(),
    RequestValidator(),
)
