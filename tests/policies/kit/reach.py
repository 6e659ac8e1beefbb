"""Which tests a mutated module of the pack has to be noticed by: those of the policies it is in."""

import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

import pytest

from policies.catalogue import POLICIES
from policies.policy import Policy, ResourcePolicy, StackPolicy

_PACK = "policies."


def own_tests(module: str, items: Sequence[pytest.Item]) -> tuple[list[pytest.Item], ...]:
    """Splits tests into those that are to notice a change of the module, nearest first, and others.

    Nearest are the cases of policies that the module declares, then those of policies whose code
    uses it. Every test is kept where no policy does: the module is the pack's frame.

    Args:
        module: such as `policies.cors`.
        items: tests, of which those with a `case` are about a policy.
    """
    rank = {policy.name: _distance(policy, module) for policy in POLICIES}
    ranks = [rank.get(_policy_of(item), 2) for item in items]
    files = {item.path for item, rank in zip(items, ranks, strict=True) if rank < 2}
    kept = [n for n, item in enumerate(items) if ranks[n] < 2 or item.path in files or not files]
    near = sorted(kept, key=ranks.__getitem__)
    return [items[n] for n in near], [items[n] for n in sorted(set(range(len(items))) - set(near))]


def _policy_of(item: pytest.Item) -> str:
    callspec = getattr(item, "callspec", None)
    case = callspec.params.get("case") if callspec else None
    return getattr(case, "policy", "")


def _distance(policy: Policy, module: str) -> int:
    assert isinstance(policy, ResourcePolicy | StackPolicy)
    home = policy.judge.__module__
    return 0 if home == module else 1 if module in _used(home, set()) else 2


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
