"""Every policy of the pack, as data; reading it starts nothing."""

from policies.pack.policy import Policy
from policies.rules import (
    access,
    account,
    allowed_types,
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
    uploads,
)

POLICIES: tuple[Policy, ...] = tuple(
    policy
    for subject in (
        buckets,
        uploads,
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
        account,
        destroyable,
        encryption,
        transport,
        credentials,
        network,
        capacity,
        allowed_types,
    )
    for policy in subject.POLICIES
)
"""The rules in the order of the brief."""
