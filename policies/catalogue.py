"""Every policy of the pack, as data; reading it starts nothing."""

from policies import (
    access,
    api,
    buckets,
    confinement,
    cors,
    dead_letters,
    encryption,
    functions,
    identity,
    logs,
    monitoring,
    organisation,
    queues,
    tables,
    transport,
)
from policies.policy import Policy

POLICIES: tuple[Policy, ...] = (
    *functions.POLICIES,
    *queues.POLICIES,
    *dead_letters.POLICIES,
    *buckets.POLICIES,
    *tables.POLICIES,
    *api.POLICIES,
    *cors.POLICIES,
    *logs.POLICIES,
    *monitoring.POLICIES,
    *identity.POLICIES,
    *access.POLICIES,
    *encryption.POLICIES,
    *transport.POLICIES,
    *confinement.POLICIES,
    *organisation.POLICIES,
)
