"""Where a role's rights stand: in policies of its own, on the role itself, or attached (FN-5)."""

from collections.abc import Iterator
from contextlib import suppress

from policies.facts.reading import Node, UndeterminedError
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import POLICY, ROLE, ROLE_ATTACHMENT, ROLE_POLICY
from policies.iam.statements import Statement, statements

CARRIERS = (ROLE, ROLE_POLICY, POLICY)
"""What rights stand in."""


def documents(resource: Resource) -> Iterator[Node]:
    """The identity policies that a resource carries."""
    inputs = resource.inputs
    for holder in inputs.items("inlinePolicies") if resource.type == ROLE else [inputs]:
        document = holder.document("policy")
        yield document if document is not None else Node({}, holder.at("policy"))


def holders(policy: Resource, stack: Stack) -> Iterator[Resource | None]:
    """The roles that a managed policy is attached to; None for a role of elsewhere."""
    for attachment in stack.referring(ROLE_ATTACHMENT, "policyArn", policy):
        yield stack.target(attachment, "role", ROLE)
    for role in stack.of(ROLE):
        with suppress(UndeterminedError):  # is told by the policy on managed policies
            if policy in map(stack.owner_of, role.inputs.texts("managedPolicyArns")):
                yield role


def owners(carrier: Resource, stack: Stack) -> list[Resource | None]:
    """Who holds the rights that a resource carries; None for a role of elsewhere."""
    if carrier.type == ROLE_POLICY:
        return [stack.target(carrier, "role", ROLE)]
    attached = list(holders(carrier, stack)) if carrier.type == POLICY else []
    return attached or [carrier]


def of_role(role: Resource, stack: Stack) -> list[Statement]:
    """Every statement about what a role may do, or not."""
    attached = [policy for policy in stack.of(POLICY) if role in holders(policy, stack)]
    carriers = (role, *stack.referring(ROLE_POLICY, "role", role), *attached)
    found = (document for carrier in carriers for document in documents(carrier))
    return [statement for document in found for statement in statements(document)]
