"""Runs a program under Pulumi's mocks and records what the engine would be told.

The recording is that of a first preview: an identifier, ARN or other value that AWS invents at
creation is unknown, as it is under the real engine.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.output import Unknown
from pulumi.runtime import mocks, rpc

ACCOUNT = "123456789012"
REGION = "us-east-1"
SUFFIX = "dev"
UNKNOWN = rpc.UNKNOWN


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One resource as it was registered."""

    type: str
    name: str
    urn: str
    parent: str
    inputs: Mapping[str, Any]
    dependencies: frozenset[str]
    property_dependencies: Mapping[str, frozenset[str]]
    protect: bool
    retain_on_delete: bool

    def document(self, key: str) -> Any:
        """An input that holds JSON, read."""
        return json.loads(self.inputs[key])

    def statements(self, key: str = "policy") -> dict[str, dict[str, Any]]:
        """The statements of a policy document, by Sid."""
        return {statement["Sid"]: statement for statement in self.document(key)["Statement"]}


class Recording:
    """The resources of one run."""

    def __init__(self, resources: list[Recorded]) -> None:
        self._resources = resources

    def __iter__(self) -> Iterator[Recorded]:
        return iter(self._resources)

    def of_type(self, type_: str) -> list[Recorded]:
        """The resources of a type, such as `aws:sqs/queue:Queue`."""
        return [resource for resource in self._resources if resource.type == type_]

    def one(self, type_: str, name: str | None = None) -> Recorded:
        """The one resource of a type, or the one of that logical name."""
        found = [r for r in self.of_type(type_) if name is None or r.name == name]
        assert len(found) == 1, f"{len(found)} resources are {type_} {name or ''}"
        return found[0]


class _Cloud(mocks.Mocks):
    """Answers as a preview does: inputs are known, everything else is not."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        assert args.token == "aws:index/getCallerIdentity:getCallerIdentity", args.token
        return {"accountId": ACCOUNT, "arn": "", "id": "", "userId": ""}, []

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return "", args.inputs


class _Monitor(mocks.MockMonitor):
    """A mock engine that also keeps what Pulumi's own mocks forget."""

    def __init__(self) -> None:
        super().__init__(_Cloud())
        self.recorded: list[Recorded] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the engine's name
        response: Any = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type != "pulumi:pulumi:Stack":
            self.recorded.append(
                Recorded(
                    type=request.type,
                    name=request.name,
                    urn=response.urn,
                    parent=request.parent,
                    inputs=_plain(rpc.deserialize_properties(request.object, keep_unknowns=True)),
                    dependencies=frozenset(request.dependencies),
                    property_dependencies={
                        key: frozenset(value.urns)
                        for key, value in request.propertyDependencies.items()
                    },
                    protect=request.protect,
                    retain_on_delete=request.retainOnDelete,
                )
            )
        return response


def record(
    program: Callable[[], object], config: Mapping[str, str] | None = None, stack: str = SUFFIX
) -> Recording:
    """Runs `program` as the stack `stack` under `config` (full keys, values as Pulumi keeps them).

    Raises:
        Exception: whatever the program raises.
    """
    monitor = _Monitor()
    mocks.set_mocks(
        monitor.mocks,
        project="market-data-pipeline",
        stack=stack,
        preview=True,
        monitor=monitor,
    )
    pulumi.runtime.set_all_config(dict(config or {"aws:region": REGION}))

    def run() -> None:
        program()

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    return Recording(monitor.recorded)


def _plain(value: Any) -> Any:
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
