"""Judges declarations as the engine does: through the pack's servicer, over its protocol."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from google.protobuf import json_format, struct_pb2
from pulumi.runtime import proto

from policies.pack.catalogue import POLICIES
from policies.pack.log import AnswerLog, Batch
from policies.pack.policy import Policy
from policies.pack.servicer import PackServicer
from tests.policies.kit.declarations import Declaration, Declarations


@dataclass(frozen=True, kw_only=True)
class Found:
    """One answer, as the pack's log has it."""

    policy: str
    resource: str
    type: str
    answer: str
    reason: str
    path: str
    message: str
    basis: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """All answers about a stack, and the messages that the engine got."""

    answers: tuple[Found, ...]
    diagnostics: tuple[Any, ...]

    def of(self, policy: str, resource: str | None = None) -> list[Found]:
        """The answers of a policy, of all resources or of one."""
        return [
            found
            for found in self.answers
            if found.policy == policy and resource in (None, found.resource)
        ]

    def blocked(self, answer: str | None = None) -> dict[str, set[str]]:
        """Which resources each policy blocks, by FAIL, by UNKNOWN or by either."""
        blocked: dict[str, set[str]] = {}
        for found in self.answers:
            if found.answer in ({answer} if answer else {"FAIL", "UNKNOWN"}):
                blocked.setdefault(found.policy, set()).add(found.resource)
        return blocked


def judge(
    stack: Declarations,
    policies: Sequence[Policy] = POLICIES,
    config: Mapping[str, Mapping[str, Any]] | None = None,
) -> Judgement:
    """Every policy's answer about every resource.

    Args:
        stack: What the program declares.
        policies: The policies to ask.
        config: The pack's configuration, by policy.
    """
    log = _Kept()
    usual = policies is POLICIES and not config and not os.environ.get("MUTANT_UNDER_TEST")
    servicer = (_Remembering if usual else PackServicer)(policies, log)
    if config:
        servicer.Configure(configuration(config), None)
    diagnostics = analyze(servicer, stack)
    return Judgement(answers=tuple(log.answers), diagnostics=tuple(diagnostics))


class _Kept(AnswerLog):
    """Keeps the answers that another log would write."""

    def __init__(self) -> None:
        super().__init__(None)
        self.answers: list[Found] = []

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Collect answers."""
        batch = Batch(enabled=True)
        yield batch
        for fields in batch.answers:
            rest = {key: value for key, value in fields.items() if key != "urn"}
            self.answers.append(Found(resource=fields["urn"].rsplit("::", 1)[-1], **rest))


class _Remembering(PackServicer):
    """Analyzes a resource once: most of a stack is the same in every test.

    What the pack answers about one resource depends on nothing but the resource and its settings,
    which here are the defaults.
    """

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802 (the protocol's name)
        """Judge one resource, or say again what was said of it."""
        log = cast("_Kept", self._log)
        if id(request) not in _ANALYSED:
            begin = len(log.answers)
            response = super().Analyze(request, context)
            declared = self._declared[request.urn]
            _ANALYSED[id(request)] = request, response, declared, log.answers[begin:]
            return response
        _, response, declared, answers = _ANALYSED[id(request)]
        self._declared[request.urn] = declared
        log.answers += answers
        return response


_ANALYSED: dict[int, tuple[Any, Any, Any, list[Found]]] = {}


def analyze(servicer: Any, stack: Declarations) -> list[Any]:
    """What the engine is told when it asks about each resource and then about the stack."""
    diagnostics: list[Any] = []
    for resource in stack.resources:
        diagnostics += servicer.Analyze(request(resource), None).diagnostics
    diagnostics += servicer.AnalyzeStack(whole(stack), None).diagnostics
    return diagnostics


def whole(stack: Declarations) -> Any:
    """What the engine sends about the stack when every resource is declared."""
    return proto.AnalyzeStackRequest(resources=[_messages(node)[1] for node in stack.resources])


def request(resource: Declaration) -> Any:
    """What the engine sends about one resource."""
    return _messages(resource)[0]


_KNOWN: dict[int, tuple[Declaration, Any, Any]] = {}


def _messages(resource: Declaration) -> tuple[Any, Any]:
    """What is sent about a resource, alone and in its stack; made once, for most never change."""
    if id(resource) not in _KNOWN:
        alone = proto.AnalyzeRequest(**_fields(resource))
        _KNOWN[id(resource)] = resource, alone, _in_stack(resource)  # a kept one keeps its id
    return _KNOWN[id(resource)][1:]


def _in_stack(resource: Declaration) -> Any:
    message = proto.AnalyzerResource(**_fields(resource))
    for key, urns in resource.depends_on.items():
        message.propertyDependencies[key].urns.extend(urns)
    return message


def _fields(resource: Declaration) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "type": resource.type,
        "urn": resource.urn,
        "name": resource.name,
        "properties": _struct(resource.inputs),
        "options": proto.AnalyzerResourceOptions(protect=resource.protect),
    }
    if resource.custom and not resource.type.startswith("pulumi:"):
        fields["provider"] = proto.AnalyzerProviderResource(
            type="pulumi:providers:aws",
            urn="urn:pulumi:dev::market-data-pipeline::pulumi:providers:aws::default",
            name="default",
            properties=_struct(resource.provider),
        )
    return fields


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(dict(properties), struct_pb2.Struct())


def configuration(config: Mapping[str, Mapping[str, Any]]) -> Any:
    """What the engine sends to configure the pack."""
    message = proto.ConfigureAnalyzerRequest()
    for policy, settings in config.items():
        level = settings.get("enforcementLevel", "mandatory").upper()
        message.policyConfig[policy].enforcementLevel = proto.EnforcementLevel.Value(level)
        own = {key: value for key, value in settings.items() if key != "enforcementLevel"}
        message.policyConfig[policy].properties.CopyFrom(_struct(own))
    return message
