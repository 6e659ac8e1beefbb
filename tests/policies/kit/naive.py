"""The same policies, registered with the SDK as its documentation shows.

The SDK then reads each resource once per policy. Tests hold the pack's own servicer to the same
answers, and benchmarks to a multiple of the speed.
"""

from collections.abc import Sequence
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import serialize_properties
from pulumi_policy.policy import Policy as SdkPolicy
from pulumi_policy.policy import _PolicyAnalyzerServicer

from policies.facts.reading import Node
from policies.facts.resource import Provider, Resource
from policies.facts.stack import Stack
from policies.facts.wire import normalised
from policies.pack.answers import Answer, Kind
from policies.pack.policy import Policy, ResourcePolicy, StackPolicy, spoken


def naive_servicer(policies: Sequence[Policy], suffix: str) -> Any:
    """The SDK's own servicer for these policies.

    Args:
        policies: The policies.
        suffix: The environment suffix.
    """
    registered: list[SdkPolicy] = [
        _resource_policy(policy)
        if isinstance(policy, ResourcePolicy)
        else _stack_policy(policy, suffix)
        for policy in policies
        if isinstance(policy, ResourcePolicy | StackPolicy)
    ]
    return _PolicyAnalyzerServicer("naive", "0.0.1", registered, EnforcementLevel.MANDATORY)


def _resource_policy(policy: ResourcePolicy) -> ResourceValidationPolicy:
    def validate(args: ResourceValidationArgs, report: Any) -> None:
        answer = policy.answer(_resource(args, {}), policy.settings(args.get_config()))
        if answer.kind is Kind.NOT_APPLICABLE:
            args.not_applicable(answer.reason)
        _report(policy, answer, args.urn, report)

    return ResourceValidationPolicy(policy.name, _said(policy), validate)


def _stack_policy(policy: StackPolicy, suffix: str) -> StackValidationPolicy:
    def validate(args: StackValidationArgs, report: Any) -> None:
        stack = Stack(
            (
                _resource(
                    node,
                    {
                        key: tuple(found.urn for found in made_from)
                        for key, made_from in node.property_dependencies.items()
                    },
                )
                for node in args.resources
            ),
            suffix,
        )
        settings = policy.settings(args.get_config())
        for resource in stack.resources:
            _report(policy, policy.answer(resource, stack, settings), resource.urn, report)

    return StackValidationPolicy(policy.name, _said(policy), validate)


def _resource(args: Any, depends_on: dict[str, tuple[str, ...]]) -> Resource:
    provider = args.provider
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        inputs=_inputs(args),
        protect=args.opts.protect,
        provider=provider and Provider(type=provider.resource_type, inputs=_inputs(provider)),
        depends_on=depends_on,
    )


def _inputs(args: Any) -> Node:
    return Node(normalised(serialize_properties(args.props)))


def _said(policy: Policy) -> str:
    return spoken(policy.sentence, policy.settings())


def _report(policy: Policy, answer: Answer, urn: str, report: Any) -> None:
    if answer.kind in (Kind.FAIL, Kind.UNKNOWN):
        report(policy.message(answer, policy.settings()), urn)
