"""The pack as the engine talks to it: each resource is read once, then judged by every policy.

The SDK's own servicer reads a resource anew for each policy, shows stack policies outputs, which
are unknown at preview, and turns a read of an unknown value into an advisory notice. This
subclass keeps the SDK's protocol, configuration and reporting, and replaces those two loops. It is
the only module that uses the SDK's private names; they are those of pulumi-policy 1.21.
"""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from threading import Event, Lock
from typing import Any

from google.protobuf import json_format
from pulumi.runtime import proto
from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.facts.reading import Node
from policies.facts.resource import Provider, Resource
from policies.facts.stack import Stack
from policies.facts.wire import UNKNOWN_SENTINEL, normalised
from policies.pack.answers import Answer, Kind
from policies.pack.log import AnswerLog
from policies.pack.policy import Policy, ResourcePolicy, Settings, StackPolicy, spoken

PACK = "market-data-pipeline"


class PackServicer(_PolicyAnalyzerServicer):
    """Judges by `policies`, records every answer in `log`."""

    def __init__(self, policies: Sequence[Policy], log: AnswerLog) -> None:
        registered = {policy.name: _registered(policy) for policy in policies}
        super().__init__(
            PACK, "0.0.1", list(registered.values()), EnforcementLevel.MANDATORY
        )  # the engine reads the pack's version from PulumiPolicy.yaml
        self._registered = registered
        self._resource_policies = [p for p in policies if isinstance(p, ResourcePolicy)]
        self._stack_policies = [p for p in policies if isinstance(p, StackPolicy)]
        self._log = log
        self._declared: dict[str, Resource] = {}
        self._configured: dict[str, Settings] = {}
        self._configuration: Mapping[str, str] | None = None
        self._policies = tuple(policies)
        self._introduced = Event()
        self._introducing = Lock()

    def ConfigureStack(self, request: Any, context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Take the stack's configuration, which the SDK leaves aside."""
        self._configuration = dict(request.config)
        return super().ConfigureStack(request, context)

    def Analyze(self, request: Any, _context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Judge one resource by its inputs."""
        resource = _resource(request)
        self._declared[resource.urn] = resource
        response = proto.AnalyzeResponse()
        self._introduce()
        with self._log.batch() as log:
            for policy in self._resource_policies:
                if self._is_disabled(policy):
                    continue
                settings = self._settings(policy)
                answer = policy.answer(resource, settings)
                log.add(policy, resource, answer, settings)
                if answer.kind is Kind.NOT_APPLICABLE:
                    self._not_applicable(response, policy, answer.reason)
                self._report(response, policy, resource, answer)
        return response

    def AnalyzeStack(self, request: Any, _context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Judge how the resources of the whole stack relate, by the inputs seen before."""
        stack = Stack(
            (
                replace(
                    self._declared.get(message.urn) or _resource(message),
                    depends_on={
                        key: tuple(value.urns)
                        for key, value in message.propertyDependencies.items()
                    },
                    identifiers=_identifiers(message),
                )
                for message in request.resources
            ),
            self._suffix(request.resources),
        )
        self._declared.clear()
        response = proto.AnalyzeResponse()
        self._introduce()
        with self._log.batch() as log:
            for policy in self._stack_policies:
                if self._is_disabled(policy):
                    continue
                settings = self._settings(policy)
                governed = False
                for resource in stack.resources:
                    answer = policy.answer(resource, stack, settings)
                    governed = governed or answer.kind is not Kind.NOT_APPLICABLE
                    log.add(policy, resource, answer, settings)
                    self._report(response, policy, resource, answer)
                if not governed:
                    self._not_applicable(response, policy, policy.governs.otherwise)
        return response

    def Remediate(self, _request: Any, _context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Change nothing: the pack only judges. The SDK would read each resource to find that."""
        return proto.RemediateResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Take the pack's configuration."""
        self._configured.clear()
        self._introduced.clear()
        return super().Configure(request, context)  # type: ignore[no-untyped-call]

    def _introduce(self) -> None:
        """Say first what the pack judges by, under the settings that it was configured with."""
        with self._introducing:
            if not self._introduced.is_set():
                self._log.introduce([(p, self._settings(p)) for p in self._policies])
                self._introduced.set()

    def _suffix(self, resources: Sequence[Any]) -> str:
        """The environment suffix: the stack's configuration, else the variable, else its name.

        Of what is deployed the engine tells no configuration: the stack's outputs have it.
        """
        if not resources:
            return ""
        _, _, stack, project, *_ = resources[0].urn.replace("::", ":").split(":")
        if self._configuration is None:
            configured = _output(resources, "environmentSuffix")
        else:
            configured = self._configuration.get(f"{project}:environmentSuffix", "")
        return configured or os.environ.get("ENVIRONMENT_SUFFIX") or stack

    def _is_disabled(self, policy: Policy) -> bool:
        level = self._get_enforcement_level(self._registered[policy.name])
        return bool(level == EnforcementLevel.DISABLED)

    def _settings(self, policy: Policy) -> Settings:
        if policy.name not in self._configured:
            self._configured[policy.name] = policy.settings(self._get_policy_config(policy.name))
        return self._configured[policy.name]

    def _not_applicable(self, response: Any, policy: Policy, reason: str) -> None:
        response.not_applicable.append(
            proto.PolicyNotApplicable(policy_name=policy.name, reason=reason)
        )

    def _report(self, response: Any, policy: Policy, resource: Resource, answer: Answer) -> None:
        if answer.kind not in (Kind.FAIL, Kind.UNKNOWN):
            return
        registered = self._registered[policy.name]
        report = self._create_report_violation(
            response,
            policy.name,
            spoken(policy.sentence, self._settings(policy)),
            self._get_enforcement_level(registered),
            registered.severity,
        )
        report(policy.message(answer, self._settings(policy)), resource.urn)


def _resource(message: Any) -> Resource:
    provider = None
    if message.HasField("provider"):
        provider = Provider(type=message.provider.type, inputs=_inputs(message.provider))
    return Resource(
        urn=message.urn,
        type=message.type,
        inputs=_inputs(message),
        protect=message.options.protect,
        provider=provider,
    )


def _inputs(message: Any) -> Node:
    return Node(normalised(json_format.MessageToDict(message.properties)))


def _identifiers(message: Any) -> frozenset[str]:
    """What AWS calls a resource, of its outputs: known once it is deployed."""
    found = {
        str(message.properties[key]) for key in ("arn", "id", "keyId") if key in message.properties
    }
    known = {value for value in found if not UNKNOWN_SENTINEL.search(value)}
    return frozenset(known | {re.split("[:/]", value)[-1] for value in known})


def _output(resources: Iterable[Any], name: str) -> str:
    """An output of the stack itself, or nothing."""
    for message in resources:
        if message.type == "pulumi:pulumi:Stack" and name in message.properties:
            return str(message.properties[name])
    return ""


def _registered(policy: Policy) -> ResourceValidationPolicy | StackValidationPolicy:
    """The policy as the SDK describes it to the engine."""
    kind = ResourceValidationPolicy if isinstance(policy, ResourcePolicy) else StackValidationPolicy
    schema = {key: dict(value) for key, value in policy.schema.items()}
    return kind(
        name=policy.name,
        description=spoken(policy.sentence, policy.settings()),
        validate=_judged_by_the_servicer,
        enforcement_level=EnforcementLevel.MANDATORY,
        config_schema=PolicyConfigSchema(schema) if schema else None,
        severity=Severity(policy.severity.value),
        tags=list(policy.requirements),
        remediation_steps=spoken(policy.fix, policy.settings()),
    )


def _judged_by_the_servicer(_args: Any, _report: Any) -> None:
    """Stands where the SDK wants a callback; `PackServicer` judges by the policy itself."""
    raise AssertionError("register the pack's policies through PackServicer only")
