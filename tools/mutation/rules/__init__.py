"""The oracle's rules, by subject. General ones come first; then each type's, the special first."""

from tools.mutation.ownership import Rule
from tools.mutation.rules import (
    api,
    buckets,
    functions,
    general,
    identity,
    monitoring,
    queues,
    strangers,
)

RULES: tuple[Rule, ...] = (
    *general.RULES,
    *strangers.RULES,
    *functions.RULES,
    *queues.RULES,
    *buckets.RULES,
    *api.RULES,
    *identity.RULES,
    *monitoring.RULES,
)
