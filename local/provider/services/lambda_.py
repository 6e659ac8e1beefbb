"""Lambda: functions and who may call them."""

import time
from typing import Any

from local.provider.aws import Aws, MissingError
from local.provider.calls import arguments, retag, tags
from local.provider.properties import Properties, archive_bytes
from local.provider.resource import Created, Resource

_CODE = ("code", "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion", "sourceCodeHash")
_READY_SECONDS = 60.0
# How Lambda's update calls are told to take a setting away; left out, it would stay.
_EMPTY: Properties = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "FileSystemConfigs": [],
    "KMSKeyArn": "",
    "Layers": [],
    "TracingConfig": {"Mode": "PassThrough"},
    "VpcConfig": {"SecurityGroupIds": [], "SubnetIds": []},
}


class Function(Resource):
    """A function; its identifier is its name."""

    type_name = "aws:lambda/function:Function"
    tagged = True
    key = ("name",)
    replaces = ("packageType",)
    computed = (
        "architectures",
        "arn",
        "codeSha256",
        "invokeArn",
        "lastModified",
        "loggingConfig",
        "qualifiedArn",
        "qualifiedInvokeArn",
        "signingJobArn",
        "signingProfileVersionArn",
        "sourceCodeHash",
        "sourceCodeSize",
        "tracingConfig",
        "version",
    )
    renewed = ("codeSha256", "lastModified", "sourceCodeSize", "version", "qualifiedArn")
    defaults = {
        "memorySize": 128,
        "packageType": "Zip",
        "publish": False,
        "reservedConcurrentExecutions": -1,
        "skipDestroy": False,
        "timeout": 3,
    }
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client, name = aws.client("lambda"), inputs["name"]
        client.create_function(
            **_configuration(inputs),
            **arguments(inputs, "architectures", "codeSigningConfigArn", "packageType", "publish"),
            Code=_code(inputs),
            Tags=tags(inputs),
        )
        self._settle(client, name)
        self._reserve(client, inputs)
        return Created(id=name, outputs=self._outputs(aws, name, inputs))

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("lambda")
        if any(old.get(name) != new.get(name) for name in (*_CODE, "architectures")):
            code = {**_code(new), **arguments(new, "architectures")}
            client.update_function_code(FunctionName=resource_id, **code)
            self._settle(client, resource_id)
        if _configuration(old) != _configuration(new):
            gone = _configuration(old).keys() - _configuration(new).keys()
            empty = {name: _EMPTY[name] for name in gone if name in _EMPTY}
            client.update_function_configuration(**empty, **_configuration(new))
            self._settle(client, resource_id)
        if new["publish"]:
            client.publish_version(FunctionName=resource_id)
        if old["reservedConcurrentExecutions"] != new["reservedConcurrentExecutions"]:
            self._reserve(client, new)
        arn = old["arn"]
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(Resource=arn, Tags=tags),
            remove=lambda keys: client.untag_resource(Resource=arn, TagKeys=keys),
        )
        return self._outputs(aws, resource_id, new)

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        return self._outputs(aws, resource_id, state)

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        if not state["skipDestroy"]:
            aws.client("lambda").delete_function(FunctionName=resource_id)

    @staticmethod
    def _settle(client: Any, name: str) -> None:
        """Waits until a change is in force; the next one would be refused before that."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline:
            found = client.get_function_configuration(FunctionName=name)
            if "Failed" in (found.get("State"), found.get("LastUpdateStatus")):
                reason = found.get("StateReason") or found.get("LastUpdateStatusReason")
                raise ValueError(f"Lambda could not make {name} ready: {reason}")
            if (found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")) == (
                "Active",
                "Successful",
            ):
                return
            time.sleep(0.1)
        raise TimeoutError(f"{name} was not ready after {_READY_SECONDS:.0f} s")

    @staticmethod
    def _reserve(client: Any, inputs: Properties) -> None:
        reserved = inputs["reservedConcurrentExecutions"]
        if reserved >= 0:
            client.put_function_concurrency(
                FunctionName=inputs["name"], ReservedConcurrentExecutions=reserved
            )
        elif inputs.get("arn"):
            client.delete_function_concurrency(FunctionName=inputs["name"])

    @staticmethod
    def _outputs(aws: Aws, name: str, inputs: Properties) -> Properties:
        found = aws.client("lambda").get_function_configuration(FunctionName=name)
        arn, version = found["FunctionArn"], found.get("Version", "$LATEST")
        invoke = f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions"
        return {
            "architectures": found.get("Architectures", ["x86_64"]),
            "arn": arn,
            "codeSha256": found["CodeSha256"],
            "invokeArn": f"{invoke}/{arn}/invocations",
            "lastModified": found["LastModified"],
            "loggingConfig": inputs.get("loggingConfig")
            or {"logFormat": "Text", "logGroup": f"/aws/lambda/{name}"},
            "qualifiedArn": f"{arn}:{version}",
            "qualifiedInvokeArn": f"{invoke}/{arn}:{version}/invocations",
            "signingJobArn": "",
            "signingProfileVersionArn": "",
            "sourceCodeHash": inputs.get("sourceCodeHash", found["CodeSha256"]),
            "sourceCodeSize": found["CodeSize"],
            "tracingConfig": inputs.get("tracingConfig", {"mode": "PassThrough"}),
            "version": version,
        }


def _code(inputs: Properties) -> Properties:
    if "code" in inputs:
        return {"ZipFile": archive_bytes(inputs["code"])}
    return arguments(inputs, "imageUri", "s3Bucket", "s3Key", "s3ObjectVersion")


def _configuration(inputs: Properties) -> Properties:
    configuration = arguments(
        inputs,
        "deadLetterConfig",
        "description",
        "ephemeralStorage",
        "fileSystemConfigs",
        "handler",
        "imageConfig",
        "layers",
        "loggingConfig",
        "memorySize",
        "role",
        "runtime",
        "snapStart",
        "timeout",
        "tracingConfig",
        FunctionName="name",
        KMSKeyArn="kmsKeyArn",
    )
    # The names of variables are the program's own: not to be capitalised.
    if variables := inputs.get("environment", {}).get("variables"):
        configuration["Environment"] = {"Variables": variables}
    if vpc := inputs.get("vpcConfig"):
        configuration["VpcConfig"] = arguments(vpc, "securityGroupIds", "subnetIds")
    return configuration


class Permission(Resource):
    """Who may call a function; its identifier is the statement's."""

    type_name = "aws:lambda/permission:Permission"
    key = ("function", "statementId", "qualifier")
    replaces = (
        "action",
        "eventSourceToken",
        "functionUrlAuthType",
        "principal",
        "principalOrgId",
        "sourceAccount",
        "sourceArn",
        "statementIdPrefix",
    )
    autoname = "statementId"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        aws.client("lambda").add_permission(
            **arguments(
                inputs,
                "action",
                "eventSourceToken",
                "functionUrlAuthType",
                "principal",
                "qualifier",
                "sourceAccount",
                "sourceArn",
                "statementId",
                FunctionName="function",
                PrincipalOrgID="principalOrgId",
            )
        )
        return Created(id=inputs["statementId"])

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        return {}  # nothing of a statement can be changed in place

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        call = arguments(state, "qualifier", FunctionName="function")
        if f'"{resource_id}"' not in aws.client("lambda").get_policy(**call)["Policy"]:
            raise MissingError(f"no statement {resource_id} in the policy of {state['function']}")
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("lambda").remove_permission(
            **arguments(state, "qualifier", "statementId", FunctionName="function")
        )


TYPES: tuple[Resource, ...] = (Function(), Permission())
