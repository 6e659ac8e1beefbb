"""The engine's ``ResourceProvider`` protocol, answered from the table of resource types.

Protocol: https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/providers.html
"""

import json
import os
from collections.abc import Callable, Mapping
from importlib import metadata
from typing import Any, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from local.plugin_server import serve
from local.provider import settings
from local.provider.aws import Aws, MissingError, endpoint, is_missing
from local.provider.diff import changes, delete_first
from local.provider.functions import call
from local.provider.inputs import Filling, checked, refreshed
from local.provider.properties import (
    UNKNOWN,
    Properties,
    decode,
    decode_with_notes,
    encode,
)
from local.provider.resource import Resource
from local.provider.services import find

# The engine warns of a provider older than the SDK that the program uses.
_VERSION = metadata.version("pulumi-aws")
_Answer = TypeVar("_Answer")


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine's calls; the message types say what each one carries."""

    def __init__(self) -> None:
        self._aws = Aws(region=os.environ.get("AWS_REGION", "us-east-1"))
        self._tags: Mapping[str, str] = {}

    def Handshake(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=_VERSION)

    def GetSchema(self, _request: Any, _context: Any) -> Any:
        return provider_pb2.GetSchemaResponse(
            schema=json.dumps({"name": "aws", "version": _VERSION})
        )

    def CheckConfig(self, request: Any, _context: Any) -> Any:
        failures = [
            provider_pb2.CheckFailure(property=name, reason=reason)
            for name, reason in settings.refused(decode(request.news)).items()
        ]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(self, request: Any, _context: Any) -> Any:
        old, new = decode(request.olds), decode(request.news)
        replaces = ["region"] if old.get("region") != new.get("region") else []
        some = provider_pb2.DiffResponse.DIFF_SOME
        return provider_pb2.DiffResponse(
            changes=some if replaces else provider_pb2.DiffResponse.DIFF_NONE, replaces=replaces
        )

    def Configure(self, request: Any, _context: Any) -> Any:
        configuration = decode(request.args)
        self._aws = self._aws.within(configuration.get("region"))
        self._tags = settings.default_tags(configuration)
        # Secrets are not accepted: the engine sends plain values and keeps the marks itself.
        return provider_pb2.ConfigureResponse(
            supportsPreview=True, supports_autonaming_configuration=True
        )

    def Invoke(self, request: Any, context: Any) -> Any:
        result = _readably(
            context,
            f"calling {request.tok}",
            lambda: call(request.tok, decode(request.args), self._aws),
        )
        return provider_pb2.InvokeResponse(**{"return": encode(result)})

    def Check(self, request: Any, context: Any) -> Any:
        resource, new = _resource(request, context), decode(request.news)

        def name(inputs: Properties) -> str:
            proposed: str = request.autonaming.proposed_name
            return proposed or resource.name(request.name, request.randomSeed, inputs)

        inputs = checked(
            resource,
            decode_with_notes(request.olds),
            new,
            filling=Filling(region=self._aws.region, tags=self._tags),
            name=name,
        )
        return provider_pb2.CheckResponse(inputs=encode(inputs))

    def Diff(self, request: Any, context: Any) -> Any:
        resource = _resource(request, context)
        new = {**resource.defaults, **decode(request.news)}
        # What was no input before, but is what was deployed, is no change.
        deployed = {name: value for name, value in decode(request.olds).items() if name in new}
        old = {**resource.defaults, **deployed, **decode(request.old_inputs)}
        ignored = set(request.ignoreChanges)
        found = [change for change in changes(resource, old, new) if change.path not in ignored]
        kinds = provider_pb2.PropertyDiff.Kind
        return provider_pb2.DiffResponse(
            changes=(
                provider_pb2.DiffResponse.DIFF_SOME
                if found
                else provider_pb2.DiffResponse.DIFF_NONE
            ),
            replaces=sorted({change.property for change in found if change.replaces}),
            diffs=sorted({change.property for change in found}),
            deleteBeforeReplace=delete_first(resource, old, new),
            hasDetailedDiff=True,
            detailedDiff={
                change.path: provider_pb2.PropertyDiff(
                    kind=kinds.Value(change.kind + ("_REPLACE" if change.replaces else "")),
                    inputDiff=True,
                )
                for change in found
            },
        )

    def Create(self, request: Any, context: Any) -> Any:
        resource = _resource(request, context)
        inputs = {**resource.defaults, **decode(request.properties)}
        if request.preview:
            unknown = dict.fromkeys(resource.computed, UNKNOWN)
            outputs = {**unknown, **self._outputs(resource, inputs)}
            return provider_pb2.CreateResponse(properties=encode(outputs))
        created = _readably(
            context,
            f"creating {request.name}",
            lambda: resource.create(self._within(inputs), inputs),
        )
        outputs = {**self._outputs(resource, inputs), **created.outputs}
        return provider_pb2.CreateResponse(id=created.id, properties=encode(outputs))

    def Update(self, request: Any, context: Any) -> Any:
        resource = _resource(request, context)
        old, new = decode(request.olds), {**resource.defaults, **decode(request.news)}
        kept = {name: old.get(name) for name in resource.computed}
        if request.preview:
            changed: Properties = dict.fromkeys(resource.renewed, UNKNOWN)
        else:
            changed = _readably(
                context,
                f"updating {request.name}",
                lambda: resource.update(self._within(new), request.id, old, new),
            )
        outputs = {**kept, **self._outputs(resource, new), **changed}
        return provider_pb2.UpdateResponse(properties=encode(outputs))

    def Read(self, request: Any, context: Any) -> Any:
        resource, state = _resource(request, context), decode(request.properties)

        def read() -> Properties | None:
            try:
                return resource.read(self._within(state), request.id, state)
            except _aws_errors() as error:
                if is_missing(error):
                    return None
                raise

        found = _readably(context, f"reading {request.name}", read)
        if found is None:
            return provider_pb2.ReadResponse()
        outputs = {**state, **found}
        inputs = refreshed(decode_with_notes(request.inputs), outputs)
        return provider_pb2.ReadResponse(
            id=request.id, properties=encode(outputs), inputs=encode(inputs)
        )

    def Delete(self, request: Any, context: Any) -> Any:
        resource, state = _resource(request, context), decode(request.properties)

        def delete() -> None:
            try:
                resource.delete(self._within(state), request.id, state)
            except _aws_errors() as error:
                if not is_missing(error):
                    raise

        _readably(context, f"deleting {request.name}", delete)
        return Empty()

    def Cancel(self, _request: Any, _context: Any) -> Any:
        return Empty()

    def _within(self, properties: Properties) -> Aws:
        return self._aws.within(properties.get("region"))

    def _outputs(self, resource: Resource, inputs: Properties) -> Properties:
        """What is known of a resource before AWS has been asked."""
        place = {"region": self._aws.region} if resource.regional else {}
        return {**place, **({"tagsAll": {}} if resource.tagged else {}), **inputs}


def serve_engine() -> None:
    """Serves until the CLI ends this process."""
    serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Provider(), server)
    )


def _resource(request: Any, context: Any) -> Resource:
    """The type of the resource that a request is about, or the request's honest end."""
    token = request.urn.split("::")[2].rsplit("$", 1)[-1]
    resource = find(token)
    if resource is None:
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            f"{token} is not known to the local provider; use --official-plugins to deploy it with "
            "Pulumi's own, or add the type to local/provider/services",
        )
        raise AssertionError  # abort never returns
    return resource


def _aws_errors() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError

    return (BotoCoreError, ClientError, MissingError)


def _readably(context: Any, doing: str, work: Callable[[], _Answer]) -> _Answer:
    """Does a piece of work; what goes wrong reaches the user as a sentence, not a traceback."""
    try:
        return work()
    except (LookupError, OSError, ValueError) as error:
        message = f"{doing}: {error}"
    except _aws_errors() as error:
        message = f"{doing}: {error}"
        if type(error).__name__ == "EndpointConnectionError":
            message = (
                f"{doing}: nothing answers at {endpoint()}; start the emulator with `pipeline up`"
            )
    context.abort(grpc.StatusCode.INTERNAL, message)
    raise AssertionError  # abort never returns
