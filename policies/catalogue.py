"""Every policy of the pack, as data; reading it starts nothing."""

from policies import (
    access,
    api,
    api_functions,
    buckets,
    capacity,
    confinement,
    cors,
    dead_letters,
    destroyable,
    encryption,
    functions,
    identity,
    logs,
    monitoring,
    names,
    organisation,
    providers,
    queues,
    redrive,
    tables,
    transport,
    types,
)
from policies.policy import Policy

POLICIES: tuple[Policy, ...] = (
    *functions.POLICIES,
    *queues.POLICIES,
    *dead_letters.POLICIES,
    *redrive.POLICIES,
    *buckets.POLICIES,
    *tables.POLICIES,
    *api.POLICIES,
    *api_functions.POLICIES,
    *cors.POLICIES,
    *logs.POLICIES,
    *monitoring.POLICIES,
    *identity.POLICIES,
    *access.POLICIES,
    *encryption.POLICIES,
    *transport.POLICIES,
    *providers.POLICIES,
    *confinement.POLICIES,
    *capacity.POLICIES,
    *organisation.POLICIES,
    *names.POLICIES,
    *destroyable.POLICIES,
)

READ_TYPES: tuple[str, ...] = tuple(
    sorted(token for name, token in vars(types).items() if name.isupper())
)
"""The types that policies know by name, such as what configures a bucket beside it."""
