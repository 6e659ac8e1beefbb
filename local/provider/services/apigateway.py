"""API Gateway (REST): the API, its deployments, stages and account-wide settings."""

from collections.abc import Mapping
from typing import Any

from local.provider.aws import Aws, endpoint
from local.provider.calls import given, patches, retag, tags
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting


def _patch(update: Any, operations: list[dict[str, str]], **names: str) -> None:
    if operations:
        update(**names, patchOperations=operations)


def _retag(client: Any, arn: str, old: Properties, new: Properties) -> None:
    retag(
        old,
        new,
        write=lambda tags: client.tag_resource(resourceArn=arn, tags=tags),
        remove=lambda keys: client.untag_resource(resourceArn=arn, tagKeys=keys),
    )


class RestApi(Resource):
    """An API; its identifier is what the service assigns."""

    type_name = "aws:apigateway/restApi:RestApi"
    tagged = True
    computed = (
        "apiKeySource",
        "arn",
        "binaryMediaTypes",
        "createdDate",
        "description",
        "disableExecuteApiEndpoint",
        "endpointAccessMode",
        "executionArn",
        "minimumCompressionSize",
        "policy",
        "rootResourceId",
        "securityPolicy",
    )
    defaults = {"putRestApiMode": "overwrite"}
    autoname = "name"
    _settings = (
        "apiKeySource",
        "description",
        "disableExecuteApiEndpoint",
        "endpointAccessMode",
        "name",
        "policy",
        "securityPolicy",
    )

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client = aws.client("apigateway")
        api = client.create_rest_api(
            **given(inputs, *self._settings, "binaryMediaTypes"),
            **_endpoint(inputs),
            tags=tags(inputs),
        )
        name = api["id"]
        if "minimumCompressionSize" in inputs:
            size = {"minimumCompressionSize": "/minimumCompressionSize"}
            _patch(client.update_rest_api, patches({}, inputs, size), restApiId=name)
        self._import(client, name, inputs)
        outputs = {
            "apiKeySource": "HEADER",
            "arn": f"arn:aws:apigateway:{aws.region}::/restapis/{name}",
            "binaryMediaTypes": [],
            "createdDate": str(api.get("createdDate", "")),
            "description": "",
            "disableExecuteApiEndpoint": False,
            "endpointAccessMode": "BASIC",
            "executionArn": aws.arn("execute-api", name),
            "minimumCompressionSize": "",
            "policy": "",
            "rootResourceId": api["rootResourceId"],
            "securityPolicy": "TLS_1_0",
        }
        return Created(id=name, outputs={**outputs, **given(inputs, *outputs)})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("apigateway")
        paths = {name: f"/{name}" for name in (*self._settings, "minimumCompressionSize")}
        before, after = _flat(old), _flat(new)
        operations = patches(before, after, {**paths, "type": "/endpointConfiguration/types/0"})
        operations += [
            {"op": op, "path": f"/binaryMediaTypes/{item.replace('/', '~1')}"}
            for op, one, other in (("add", new, old), ("remove", old, new))
            for item in one.get("binaryMediaTypes", [])
            if item not in other.get("binaryMediaTypes", [])
        ]
        _patch(client.update_rest_api, operations, restApiId=resource_id)
        if old.get("body") != new.get("body"):
            self._import(client, resource_id, new)
        _retag(client, old["arn"], old, new)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        return given(aws.client("apigateway").get_rest_api(restApiId=resource_id), "name")

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("apigateway").delete_rest_api(restApiId=resource_id)

    @staticmethod
    def _import(client: Any, api: str, inputs: Properties) -> None:
        """Defines the API by the OpenAPI document that the program gives, if it does."""
        if body := inputs.get("body"):
            mode = inputs["putRestApiMode"]
            client.put_rest_api(restApiId=api, mode=mode, body=body.encode())


def _flat(properties: Properties) -> Properties:
    """An API's properties with the one type that its endpoint has beside them."""
    return {**properties, "type": properties.get("endpointConfiguration", {}).get("types")}


def _endpoint(inputs: Properties) -> Properties:
    configuration = inputs.get("endpointConfiguration")
    if not configuration:
        return {}
    others = given(configuration, "ipAddressType", "vpcEndpointIds")
    return {"endpointConfiguration": {"types": [configuration["types"]], **others}}


class Deployment(Resource):
    """A snapshot of an API for its stages; its identifier is what the service assigns."""

    type_name = "aws:apigateway/deployment:Deployment"
    replaces = ("restApi", "triggers", "variables")
    computed = ("createdDate",)

    def create(self, aws: Aws, inputs: Properties) -> Created:
        deployment = aws.client("apigateway").create_deployment(
            restApiId=inputs["restApi"], **given(inputs, "description", "variables")
        )
        created = str(deployment.get("createdDate", ""))
        return Created(id=deployment["id"], outputs={"createdDate": created})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        operations = patches(old, new, {"description": "/description"})
        update = aws.client("apigateway").update_deployment
        _patch(update, operations, restApiId=new["restApi"], deploymentId=resource_id)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("apigateway")
        client.get_deployment(restApiId=state["restApi"], deploymentId=resource_id)
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("apigateway")
        client.delete_deployment(restApiId=state["restApi"], deploymentId=resource_id)


class Stage(Resource):
    """Where a deployment answers; its URL here is the emulator's."""

    type_name = "aws:apigateway/stage:Stage"
    tagged = True
    key = ("restApi", "stageName")
    computed = ("arn", "executionArn", "invokeUrl", "webAclArn")
    _paths: Mapping[str, str] = {
        "accessLogSettings.destinationArn": "/accessLogSettings/destinationArn",
        "accessLogSettings.format": "/accessLogSettings/format",
        "cacheClusterEnabled": "/cacheClusterEnabled",
        "cacheClusterSize": "/cacheClusterSize",
        "clientCertificateId": "/clientCertificateId",
        "deployment": "/deploymentId",
        "description": "/description",
        "documentationVersion": "/documentationVersion",
        "variables": "/variables",
        "xrayTracingEnabled": "/tracingEnabled",
    }

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client, api, stage = aws.client("apigateway"), inputs["restApi"], inputs["stageName"]
        client.create_stage(
            restApiId=api,
            deploymentId=inputs["deployment"],
            **given(
                inputs,
                "cacheClusterEnabled",
                "cacheClusterSize",
                "description",
                "documentationVersion",
                "stageName",
                "variables",
                tracingEnabled="xrayTracingEnabled",
            ),
            tags=tags(inputs),
        )
        later = (
            "accessLogSettings.destinationArn",
            "accessLogSettings.format",
            "clientCertificateId",
        )
        operations = patches({}, inputs, {name: self._paths[name] for name in later})
        _patch(client.update_stage, operations, restApiId=api, stageName=stage)
        return Created(
            id=f"ags-{api}-{stage}",
            outputs={
                "arn": f"arn:aws:apigateway:{aws.region}::/restapis/{api}/stages/{stage}",
                "executionArn": aws.arn("execute-api", f"{api}/{stage}"),
                "invokeUrl": f"{endpoint()}/_aws/execute-api/{api}/{stage}",
                "webAclArn": "",
            },
        )

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("apigateway")
        names = {"restApiId": new["restApi"], "stageName": new["stageName"]}
        _patch(client.update_stage, patches(old, new, self._paths), **names)
        _retag(client, old["arn"], old, new)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("apigateway")
        client.get_stage(restApiId=state["restApi"], stageName=state["stageName"])
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("apigateway")
        client.delete_stage(restApiId=state["restApi"], stageName=state["stageName"])


class MethodSettings(Setting):
    """Throttling, logging, metrics and caching of a stage's methods."""

    type_name = "aws:apigateway/methodSettings:MethodSettings"
    key = ("restApi", "stageName", "methodPath")
    _paths: Mapping[str, str] = {
        "cacheDataEncrypted": "caching/dataEncrypted",
        "cacheTtlInSeconds": "caching/ttlInSeconds",
        "cachingEnabled": "caching/enabled",
        "dataTraceEnabled": "logging/dataTrace",
        "loggingLevel": "logging/loglevel",
        "metricsEnabled": "metrics/enabled",
        "requireAuthorizationForCacheControl": "caching/requireAuthorizationForCacheControl",
        "throttlingBurstLimit": "throttling/burstLimit",
        "throttlingRateLimit": "throttling/rateLimit",
        "unauthorizedCacheControlHeaderStrategy": "caching/unauthorizedCacheControlHeaderStrategy",
    }

    def id(self, inputs: Properties) -> str:
        """API, stage and path, joined by hyphens."""
        return "-".join(inputs[name] for name in self.key)

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        path = inputs["methodPath"].strip("/")
        paths = {name: f"/{path}/{setting}" for name, setting in self._paths.items()}
        operations = patches({}, inputs["settings"], paths)
        names = {"restApiId": inputs["restApi"], "stageName": inputs["stageName"]}
        _patch(aws.client("apigateway").update_stage, operations, **names)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("apigateway")
        client.get_stage(restApiId=state["restApi"], stageName=state["stageName"])
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        operation = {"op": "remove", "path": f"/{state['methodPath'].strip('/')}"}
        names = {"restApiId": state["restApi"], "stageName": state["stageName"]}
        _patch(aws.client("apigateway").update_stage, [operation], **names)


class Account(Setting):
    """The role with which every API of the account and region writes its logs."""

    type_name = "aws:apigateway/account:Account"
    computed = ("apiKeyVersion", "cloudwatchRoleArn", "features", "throttleSettings")

    def id(self, inputs: Properties) -> str:
        """There is one of it."""
        return "api-gateway-account"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        role = inputs.get("cloudwatchRoleArn", "")
        account = self._write(aws, role)
        throttle = given(account.get("throttleSettings", {}), "burstLimit", "rateLimit")
        return {
            "apiKeyVersion": account.get("apiKeyVersion", ""),
            "cloudwatchRoleArn": role,
            "features": account.get("features", []),
            "throttleSettings": [throttle],
        }

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("apigateway").get_account()
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        self._write(aws, "")

    @staticmethod
    def _write(aws: Aws, role: str) -> Properties:
        operation = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
        return dict(aws.client("apigateway").update_account(patchOperations=[operation]))


TYPES: tuple[Resource, ...] = (RestApi(), Deployment(), Stage(), MethodSettings(), Account())
