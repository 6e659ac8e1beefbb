"""Every policy of the pack, as data; reading it starts nothing."""

from policies import functions, logs, organisation, queues
from policies.policy import Policy

POLICIES: tuple[Policy, ...] = (
    *functions.POLICIES,
    *queues.POLICIES,
    *logs.POLICIES,
    *organisation.POLICIES,
)
