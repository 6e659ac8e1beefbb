"""Who objects to a mutant: the pack's own policies and the plan gate, judged in process."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from compliance import plan_gate
from compliance.engine import EngineResource
from compliance.evidence import Outcome
from mutation.mutants import Mutant
from policies.answers import Answer, Kind
from policies.catalogue import POLICIES
from policies.policy import ResourcePolicy, Settings, StackPolicy
from policies.reading import Node, normalised
from policies.resource import Provider, Resource, Stack

_PROVIDER = "pulumi:providers:aws"


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A policy that does not accept a resource of the mutated stack."""

    policy: str
    urn: str


class Judge:
    """Judges mutants of one compliant stack; only what a mutant can change is judged anew."""

    def __init__(self, resources: tuple[EngineResource, ...], suffix: str) -> None:
        self._planned = {resource.urn: resource for resource in resources}
        self._suffix = suffix
        self._provider = self._provider_of(resources)
        self._read = {urn: self._as_pack_reads(r) for urn, r in self._planned.items()}
        self._settings: Mapping[str, Settings] = {p.name: p.settings(None) for p in POLICIES}

    def baseline(self) -> frozenset[Objection]:
        """Objections to the stack as it is; a mutation run needs none."""
        own = (o for resource in self._read.values() for o in self._by_itself(resource))
        return frozenset((*own, *self._together(self._read), *self._gate(self._planned)))

    def objections(self, mutant: Mutant) -> frozenset[Objection]:
        """Every objection to the stack with this one change."""
        read, planned = dict(self._read), dict(self._planned)
        del read[mutant.urn], planned[mutant.urn]
        found: list[Objection] = []
        if mutant.mutated is not None:
            planned[mutant.urn] = mutant.mutated
            if mutant.type == _PROVIDER:
                return self._with_provider(mutant.mutated)
            read[mutant.urn] = self._as_pack_reads(mutant.mutated)
            found += self._by_itself(read[mutant.urn])
            found += self._gate({mutant.urn: mutant.mutated})
        return frozenset((*found, *self._together(read)))

    def _with_provider(self, provider: EngineResource) -> frozenset[Objection]:
        changed = {**self._planned, provider.urn: provider}
        return Judge(tuple(changed.values()), self._suffix).baseline()

    def _by_itself(self, resource: Resource) -> Iterator[Objection]:
        for policy in POLICIES:
            if isinstance(policy, ResourcePolicy) and _objects(
                policy.answer(resource, self._settings[policy.name])
            ):
                yield Objection(policy=policy.name, urn=resource.urn)

    def _together(self, resources: Mapping[str, Resource]) -> Iterator[Objection]:
        stack = Stack(resources.values(), self._suffix)
        for policy in POLICIES:
            if isinstance(policy, StackPolicy):
                settings = self._settings[policy.name]
                for resource in resources.values():
                    if _objects(policy.answer(resource, stack, settings)):
                        yield Objection(policy=policy.name, urn=resource.urn)

    @staticmethod
    def _gate(planned: Mapping[str, EngineResource]) -> Iterator[Objection]:
        for answer in plan_gate.answers(tuple(planned.values())):
            if answer.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
                yield Objection(policy=answer.policy, urn=answer.urn)

    def _as_pack_reads(self, resource: EngineResource) -> Resource:
        return Resource(
            urn=resource.urn,
            type=resource.type,
            inputs=Node(normalised(dict(resource.inputs))),
            protect=resource.protect,
            provider=self._provider if resource.type.startswith("aws:") else None,
            depends_on=resource.property_dependencies,
        )

    @staticmethod
    def _provider_of(resources: tuple[EngineResource, ...]) -> Provider:
        provider = next(resource for resource in resources if resource.type == _PROVIDER)
        return Provider(type=_PROVIDER, inputs=Node(normalised(dict(provider.inputs))))


def _objects(answer: Answer) -> bool:
    return answer.kind in (Kind.FAIL, Kind.UNKNOWN)
