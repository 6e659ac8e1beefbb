"""Which tests a mutated module of the pack has to be noticed by: those of the policies it is in."""

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

import pytest

from policies.pack.catalogue import POLICIES
from policies.pack.policy import Policy, ResourcePolicy, StackPolicy

_PACK = "policies."
_OWN, _USED, _GENERAL, _APART = range(4)


def own_tests(module: str, items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], ...]:
    """Splits tests into those that are to notice a change of the module, nearest first, and others.

    Nearest are the cases of policies that the module declares, then those of policies whose code
    uses it, then tests of no policy in particular. Other policies' cases are left out, except where
    no policy uses the module: it belongs to the pack's frame.

    Args:
        module: such as `policies.rules.cors`.
        items: tests, of which those with a `case` are about a policy.
    """
    distances = {policy.name: _distance(policy, module) for policy in POLICIES}
    frame = min(distances.values()) == _APART
    ranks = [distances.get(_policy_of(item), _GENERAL) for item in items]
    order = sorted(range(len(items)), key=ranks.__getitem__)
    near = [n for n in order if frame or ranks[n] < _APART]
    return [items[n] for n in near], [items[n] for n in order if n not in set(near)]


def _policy_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return getattr(case, "policy", "")


def _distance(policy: Policy, module: str) -> int:
    assert isinstance(policy, ResourcePolicy | StackPolicy)
    home = policy.judge.__module__
    return _OWN if home == module else _USED if module in _used(home, set()) else _APART


def _used(name: str, seen: set[str]) -> set[str]:
    """The pack's modules that a module uses, directly or through another."""
    if name not in seen:
        seen.add(name)
        for other in _imports(sys.modules[name]):
            _used(other, seen)
    return seen


def _imports(module: ModuleType) -> Iterator[str]:
    for value in vars(module).values():
        origin = value.__name__ if isinstance(value, ModuleType) else _origin(value)
        if origin.startswith(_PACK) and origin in sys.modules:
            yield origin


def _origin(value: object) -> str:
    origin = getattr(value, "__module__", None)
    return origin if isinstance(origin, str) else ""
