"""Who objects to a mutant: the pack's own policies and the plan gate, judged in process.

Each policy of the whole stack is first watched while it judges the compliant stack: which
properties of which resources it reads. A policy that never reads a property answers the same
whatever stands there, so only the readers of what a mutant changes judge anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from compliance import plan_gate
from compliance.engine import EngineResource
from compliance.evidence import Outcome
from policies.facts.reading import Node
from policies.facts.resource import Provider, Resource
from policies.facts.stack import Stack
from policies.facts.wire import normalised
from policies.pack.answers import Answer, Kind
from policies.pack.catalogue import POLICIES
from policies.pack.policy import Policy, ResourcePolicy, Settings, StackPolicy
from tools.mutation.mutants import PROVIDER, Mutant

_EVERYTHING = "*"


@dataclass(frozen=True, kw_only=True, order=True)
class Objection:
    """A policy that does not accept a resource of the mutated stack."""

    policy: str
    urn: str


class Judge:
    """Judges mutants of one compliant stack; only what a mutant can change is judged anew.

    Args:
        resources: The stack as the engine plans it.
        suffix: Its environment suffix.
        pack: The policies.
    """

    def __init__(
        self,
        resources: tuple[EngineResource, ...],
        suffix: str,
        pack: tuple[Policy, ...] = POLICIES,
    ) -> None:
        self._planned = {resource.urn: resource for resource in resources}
        self._suffix = suffix
        self._pack = pack
        self._provider = _provider_of(resources)
        self._read = {urn: self._as_pack_reads(r) for urn, r in self._planned.items()}
        self._settings: Mapping[str, Settings] = {p.name: p.settings(None) for p in pack}
        self._together_policies = [p for p in pack if isinstance(p, StackPolicy)]
        self._readers = self._watch()

    def baseline(self) -> frozenset[Objection]:
        """Objections to the stack as it is; a mutation run needs none."""
        own = (o for resource in self._read.values() for o in self._by_itself(resource))
        together = self._together(self._read, self._together_policies)
        return frozenset((*own, *together, *_gate(self._planned)))

    def objections(self, mutant: Mutant) -> frozenset[Objection]:
        """Every objection to the stack with this one change."""
        if mutant.type == PROVIDER:
            return self._with_provider(mutant)
        read = dict(self._read)
        before = read.pop(mutant.urn, None)
        found: list[Objection] = []
        if mutant.mutated is not None:
            read[mutant.urn] = self._as_pack_reads(mutant.mutated)
            found += self._by_itself(read[mutant.urn])
            found += _gate({mutant.urn: mutant.mutated})
        found += self._together(read, self._who_reads(before, read.get(mutant.urn)))
        return frozenset(found)

    def _with_provider(self, mutant: Mutant) -> frozenset[Objection]:
        changed = {**self._planned}
        if mutant.mutated is not None:
            changed[mutant.urn] = mutant.mutated
        return Judge(tuple(changed.values()), self._suffix, self._pack).baseline()

    def _by_itself(self, resource: Resource) -> Iterator[Objection]:
        for policy in self._pack:
            if isinstance(policy, ResourcePolicy) and _objects(
                policy.answer(resource, self._settings[policy.name])
            ):
                yield Objection(policy=policy.name, urn=resource.urn)

    def _together(
        self, resources: Mapping[str, Resource], policies: Iterable[StackPolicy]
    ) -> Iterator[Objection]:
        stack = Stack(resources.values(), self._suffix)
        for policy in policies:
            settings = self._settings[policy.name]
            for resource in stack.resources:
                if _objects(policy.answer(resource, stack, settings)):
                    yield Objection(policy=policy.name, urn=resource.urn)

    def _watch(self) -> Mapping[tuple[str, str], set[str]]:
        """Per resource and property, the names of the policies that read it."""
        readers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for policy in self._together_policies:
            watched = {urn: _watched(item, readers, policy) for urn, item in self._read.items()}
            list(self._together(watched, [policy]))
        return dict(readers)

    def _who_reads(self, before: Resource | None, after: Resource | None) -> list[StackPolicy]:
        """The policies that can tell the two apart; all of them where one is missing."""
        if before is None or after is None or before.protect != after.protect:
            return self._together_policies
        keys = {*before.inputs.value, *after.inputs.value, *before.depends_on, *after.depends_on}
        changed = {
            key
            for key in keys
            if before.inputs.value.get(key) != after.inputs.value.get(key)
            or before.depends_on.get(key) != after.depends_on.get(key)
        }
        empty: set[str] = set()
        names = empty.union(
            *(self._readers.get((before.urn, key), empty) for key in changed),
            self._readers.get((before.urn, _EVERYTHING), empty) if changed else empty,
        )
        return [policy for policy in self._together_policies if policy.name in names]

    def _as_pack_reads(self, resource: EngineResource) -> Resource:
        return Resource(
            urn=resource.urn,
            type=resource.type,
            inputs=Node(normalised(dict(resource.inputs))),
            protect=resource.protect,
            provider=self._provider if resource.type.startswith("aws:") else None,
            depends_on=resource.property_dependencies,
        )


class _Watched(dict[str, Any]):
    """A resource's properties, that notes which of them are looked at."""

    def __init__(self, values: Mapping[str, Any], note: Any) -> None:
        super().__init__(values)
        self._note = note

    def get(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Any:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(key)
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._note(_EVERYTHING)
        return super().__iter__()

    def items(self) -> Any:
        self._note(_EVERYTHING)
        return super().items()

    def keys(self) -> Any:
        self._note(_EVERYTHING)
        return super().keys()

    def values(self) -> Any:
        self._note(_EVERYTHING)
        return super().values()


def _watched(
    resource: Resource, readers: Mapping[tuple[str, str], set[str]], policy: Policy
) -> Resource:
    def note(key: str) -> None:
        readers[(resource.urn, key)].add(policy.name)

    return Resource(
        urn=resource.urn,
        type=resource.type,
        inputs=Node(_Watched(resource.inputs.value, note)),
        protect=resource.protect,
        provider=resource.provider,
        depends_on=_Watched(resource.depends_on, note),
    )


def _provider_of(resources: tuple[EngineResource, ...]) -> Provider | None:
    provider = next((resource for resource in resources if resource.type == PROVIDER), None)
    if provider is None:
        return None
    return Provider(type=PROVIDER, inputs=Node(normalised(dict(provider.inputs))))


def _gate(planned: Mapping[str, EngineResource]) -> Iterator[Objection]:
    for answer in plan_gate.answers(tuple(planned.values())):
        if answer.outcome in (Outcome.FAIL, Outcome.UNKNOWN):
            yield Objection(policy=answer.policy, urn=answer.urn)


def _objects(answer: Answer) -> bool:
    return answer.kind in (Kind.FAIL, Kind.UNKNOWN)
