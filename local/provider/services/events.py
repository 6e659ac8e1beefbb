"""EventBridge: buses, their rules and the rules' targets."""

from typing import Any

from local.provider.aws import Aws, MissingError
from local.provider.calls import arguments, as_list, retag, tag_list
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting

_DEFAULT_BUS = "default"


def _bus(properties: Properties) -> str:
    return str(properties.get("eventBusName", _DEFAULT_BUS))


def _retag(client: Any, arn: str, old: Properties, new: Properties) -> None:
    retag(
        old,
        new,
        write=lambda tags: client.tag_resource(ResourceARN=arn, Tags=as_list(tags)),
        remove=lambda keys: client.untag_resource(ResourceARN=arn, TagKeys=keys),
    )


class EventBus(Resource):
    """A bus; its identifier is its name."""

    type_name = "aws:cloudwatch/eventBus:EventBus"
    tagged = True
    key = ("name",)
    replaces = ("eventSourceName",)
    computed = ("arn",)
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        arn = aws.client("events").create_event_bus(
            **arguments(inputs, "name", "eventSourceName"),
            **_bus_settings(inputs),
            Tags=tag_list(inputs),
        )["EventBusArn"]
        return Created(id=inputs["name"], outputs={"arn": arn})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("events")
        if _bus_settings(old) != _bus_settings(new):
            client.update_event_bus(Name=resource_id, **_bus_settings(new))
        _retag(client, old["arn"], old, new)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        return {"arn": aws.client("events").describe_event_bus(Name=resource_id)["Arn"]}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("events").delete_event_bus(Name=resource_id)


def _bus_settings(inputs: Properties) -> Properties:
    return arguments(inputs, "deadLetterConfig", "description", "kmsKeyIdentifier")


class EventBusPolicy(Setting):
    """Who may put events on a bus."""

    type_name = "aws:cloudwatch/eventBusPolicy:EventBusPolicy"
    key = ("eventBusName",)
    defaults = {"eventBusName": _DEFAULT_BUS}

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("events").put_permission(EventBusName=_bus(inputs), Policy=inputs["policy"])
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        if not aws.client("events").describe_event_bus(Name=_bus(state)).get("Policy"):
            raise MissingError(f"event bus {_bus(state)} has no policy")
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("events").remove_permission(EventBusName=_bus(state), RemoveAllPermissions=True)


class EventRule(Resource):
    """A rule; its identifier is its name, behind the bus's unless that is the default one."""

    type_name = "aws:cloudwatch/eventRule:EventRule"
    tagged = True
    key = ("name", "eventBusName")
    replaces = ("namePrefix",)
    computed = ("arn", "state")
    defaults = {"eventBusName": _DEFAULT_BUS, "forceDestroy": False}
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client = aws.client("events")
        arn = client.put_rule(**_rule(inputs), Tags=tag_list(inputs))["RuleArn"]
        own = _bus(inputs) == _DEFAULT_BUS
        name = inputs["name"] if own else f"{_bus(inputs)}/{inputs['name']}"
        return Created(id=name, outputs={"arn": arn, "state": inputs.get("state", "ENABLED")})

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("events")
        client.put_rule(**_rule(new))
        _retag(client, old["arn"], old, new)
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("events")
        rule = client.describe_rule(Name=state["name"], EventBusName=_bus(state))
        return {"arn": rule["Arn"], "state": rule["State"]}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("events")
        if state["forceDestroy"]:
            found = client.list_targets_by_rule(Rule=state["name"], EventBusName=_bus(state))
            if ids := [target["Id"] for target in found["Targets"]]:
                client.remove_targets(Rule=state["name"], EventBusName=_bus(state), Ids=ids)
        client.delete_rule(
            Name=state["name"], EventBusName=_bus(state), Force=state["forceDestroy"]
        )


def _rule(inputs: Properties) -> Properties:
    return arguments(
        inputs,
        "description",
        "eventBusName",
        "eventPattern",
        "name",
        "roleArn",
        "scheduleExpression",
        "state",
    )


class EventTarget(Setting):
    """Where a rule sends its events; its identifier is ``[bus-]rule-target``."""

    type_name = "aws:cloudwatch/eventTarget:EventTarget"
    key = ("rule", "eventBusName", "targetId")
    defaults = {"eventBusName": _DEFAULT_BUS, "forceDestroy": False}
    autoname = "targetId"

    def id(self, inputs: Properties) -> str:
        """The bus is left out of the identifier where it is the default one."""
        name = f"{inputs['rule']}-{inputs['targetId']}"
        return name if _bus(inputs) == _DEFAULT_BUS else f"{_bus(inputs)}-{name}"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        answer = aws.client("events").put_targets(
            Rule=inputs["rule"], EventBusName=_bus(inputs), Targets=[_target(inputs)]
        )
        if failed := answer["FailedEntries"]:
            raise ValueError(f"{failed[0]['ErrorCode']}: {failed[0]['ErrorMessage']}")
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        found = aws.client("events").list_targets_by_rule(
            Rule=state["rule"], EventBusName=_bus(state)
        )
        if state["targetId"] not in [target["Id"] for target in found["Targets"]]:
            raise MissingError(f"rule {state['rule']} has no target {state['targetId']}")
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("events").remove_targets(
            Rule=state["rule"], EventBusName=_bus(state), Ids=[state["targetId"]]
        )


def _target(inputs: Properties) -> Properties:
    target = arguments(
        inputs,
        "arn",
        "deadLetterConfig",
        "input",
        "inputPath",
        "retryPolicy",
        "roleArn",
        Id="targetId",
        SqsParameters="sqsTarget",
        KinesisParameters="kinesisTarget",
    )
    if transformer := inputs.get("inputTransformer"):
        target["InputTransformer"] = {
            "InputPathsMap": transformer.get("inputPaths", {}),
            "InputTemplate": transformer["inputTemplate"],
        }
    return target


TYPES: tuple[Resource, ...] = (EventBus(), EventBusPolicy(), EventRule(), EventTarget())
