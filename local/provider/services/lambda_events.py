"""Lambda: what feeds functions and what becomes of their failures."""

from local.provider.aws import Aws
from local.provider.calls import arguments, retag, tags
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting

# How Lambda's update call is told to take a setting away; left out, it would stay.
_EMPTY: Properties = {
    "DestinationConfig": {},
    "FilterCriteria": {},
    "FunctionResponseTypes": [],
    "MetricsConfig": {"Metrics": []},
    "ScalingConfig": {},
    "KMSKeyArn": "",
}


class EventSourceMapping(Resource):
    """What feeds a function; its identifier is a UUID."""

    type_name = "aws:lambda/eventSourceMapping:EventSourceMapping"
    tagged = True
    replaces = ("eventSourceArn", "startingPosition", "startingPositionTimestamp")
    computed = (
        "arn",
        "functionArn",
        "lastModified",
        "lastProcessingResult",
        "maximumRecordAgeInSeconds",
        "maximumRetryAttempts",
        "parallelizationFactor",
        "state",
        "stateTransitionReason",
        "uuid",
    )
    renewed = ("functionArn", "lastModified", "lastProcessingResult", "state")
    defaults = {"enabled": True}

    def create(self, aws: Aws, inputs: Properties) -> Created:
        found = aws.client("lambda").create_event_source_mapping(
            **_mapping(inputs),
            **arguments(inputs, "eventSourceArn", "startingPosition", "startingPositionTimestamp"),
            **({"Tags": tags(inputs)} if tags(inputs) else {}),
        )
        return Created(id=found["UUID"], outputs=_mapping_outputs(aws, found))

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("lambda")
        gone = _mapping(old).keys() - _mapping(new).keys()
        empty = {name: _EMPTY[name] for name in gone if name in _EMPTY}
        found = client.update_event_source_mapping(UUID=resource_id, **empty, **_mapping(new))
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(Resource=old["arn"], Tags=tags),
            remove=lambda keys: client.untag_resource(Resource=old["arn"], TagKeys=keys),
        )
        return _mapping_outputs(aws, found)

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        found = aws.client("lambda").get_event_source_mapping(UUID=resource_id)
        return _mapping_outputs(aws, found)

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("lambda").delete_event_source_mapping(UUID=resource_id)


def _mapping(inputs: Properties) -> Properties:
    return arguments(
        inputs,
        "batchSize",
        "bisectBatchOnFunctionError",
        "destinationConfig",
        "enabled",
        "filterCriteria",
        "functionName",
        "functionResponseTypes",
        "maximumBatchingWindowInSeconds",
        "maximumRecordAgeInSeconds",
        "maximumRetryAttempts",
        "metricsConfig",
        "parallelizationFactor",
        "scalingConfig",
        "tumblingWindowInSeconds",
        KMSKeyArn="kmsKeyArn",
    )


def _mapping_outputs(aws: Aws, found: Properties) -> Properties:
    return {
        "arn": aws.arn("lambda", f"event-source-mapping:{found['UUID']}"),
        "functionArn": found["FunctionArn"],
        "lastModified": str(found.get("LastModified", "")),
        "lastProcessingResult": found.get("LastProcessingResult", ""),
        "state": found["State"],
        "stateTransitionReason": found.get("StateTransitionReason", ""),
        "uuid": found["UUID"],
    }


class FunctionEventInvokeConfig(Setting):
    """How often a function is tried on an event, and where its failures go."""

    type_name = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"
    key = ("functionName", "qualifier")
    defaults = {"maximumRetryAttempts": 2}

    def id(self, inputs: Properties) -> str:
        """The function's name, with the qualifier where there is one."""
        return ":".join(str(inputs[name]) for name in self.key if inputs.get(name))

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("lambda").put_function_event_invoke_config(
            **arguments(
                inputs,
                "destinationConfig",
                "functionName",
                "maximumEventAgeInSeconds",
                "maximumRetryAttempts",
                "qualifier",
            )
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("lambda").get_function_event_invoke_config(
            **arguments(state, "functionName", "qualifier")
        )
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("lambda").delete_function_event_invoke_config(
            **arguments(state, "functionName", "qualifier")
        )


TYPES: tuple[Resource, ...] = (EventSourceMapping(), FunctionEventInvokeConfig())
