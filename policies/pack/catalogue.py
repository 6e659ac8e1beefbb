"""Every policy of the pack, as data; reading it starts nothing."""

from policies.facts import types
from policies.pack.policy import Policy
from policies.rules import (
    access,
    api,
    api_functions,
    buckets,
    capacity,
    cors,
    credentials,
    dead_letters,
    destroyable,
    encryption,
    functions,
    known_types,
    logs,
    monitoring,
    names,
    network,
    queues,
    region,
    rights,
    roles,
    tables,
    tags,
    transport,
)

POLICIES: tuple[Policy, ...] = tuple(
    policy
    for subject in (
        buckets,
        functions,
        logs,
        roles,
        rights,
        access,
        queues,
        dead_letters,
        tables,
        api,
        api_functions,
        cors,
        monitoring,
        tags,
        names,
        region,
        destroyable,
        encryption,
        transport,
        credentials,
        network,
        capacity,
        known_types,
    )
    for policy in subject.POLICIES
)
"""The rules in the order of the brief."""

READ_TYPES: tuple[str, ...] = tuple(
    sorted(token for name, token in vars(types).items() if name.isupper())
)
"""The types that policies know by name, such as what configures a bucket beside it."""
