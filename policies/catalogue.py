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
    encryption,
    functions,
    identity,
    logs,
    monitoring,
    organisation,
    queues,
    redrive,
    tables,
    transport,
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
    *confinement.POLICIES,
    *capacity.POLICIES,
    *organisation.POLICIES,
)
