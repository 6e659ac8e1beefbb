"""Runs a Pulumi program without engine or cloud, and keeps what the engine would be told."""

from collections.abc import Callable
from typing import Any

import pulumi
from google.protobuf import json_format
from pulumi.runtime import mocks

from tests.policies.kit.declarations import (
    ACCOUNT,
    PROJECT,
    REGION,
    STACK,
    Declaration,
    Declarations,
)


class _Cloud(mocks.Mocks):
    """A first preview's cloud: inputs are known, whatever AWS invents is not."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:  # noqa: ARG002
        return {"accountId": ACCOUNT, "arn": "", "id": "", "userId": ""}, None

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return "", args.inputs


class _Monitor(mocks.MockMonitor):
    def __init__(self) -> None:
        super().__init__(_Cloud())
        self.declarations: list[Declaration] = []

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN under the kit's project and stack, which Pulumi's own mocks forget."""
        nested = f"{parent.split('::')[2].split('$')[-1]}$" if parent else ""
        return f"urn:pulumi:{STACK}::{PROJECT}::{nested}{type_}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 (the engine's name)
        response: Any = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        self.declarations.append(
            Declaration(
                urn=response.urn,
                type=request.type,
                inputs=json_format.MessageToDict(request.object),
                protect=request.protect,
                custom=request.custom,
                depends_on={
                    key: tuple(value.urns) for key, value in request.propertyDependencies.items()
                },
            )
        )
        return response


def record(program: Callable[[], object]) -> Declarations:
    """Everything that `program` declares, as in a first preview.

    Args:
        program: Makes resources of pulumi-aws, as an infrastructure program does.

    Returns:
        The declarations, in the order of registration.
    """
    monitor = _Monitor()
    mocks.set_mocks(monitor.mocks, project=PROJECT, stack=STACK, preview=True, monitor=monitor)
    pulumi.runtime.set_all_config({"aws:region": REGION})

    def run() -> None:
        program()

    pulumi.runtime.test(run)()  # type: ignore[no-untyped-call]
    return Declarations(tuple(monitor.declarations))
