"""Which resources a statement may allow: the stack's own, and wildcards only where AWS leaves none.

Each exception names AWS's reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from policies.facts.arns import Arn, arn_ends_with_name
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import API_STAGE, BUCKET, KEY_ALIAS, LOG_GROUP
from policies.iam.statements import Statement

Principals = frozenset[tuple[str, str]]
"""Kinds and values of principals, as in `Statement.principals`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Holder:
    """Whoever is granted rights.

    Attributes:
        trusted: Who may assume the role; empty if the holder is no role.
        partner: The partner whose role it is, if it is one's.
        log_groups: The log groups that its functions write to, if functions work under it.
        places: Per action, in lower case, what its work uses the action on: patterns of an ARN's
            last part. An action that is not there may be used on anything of the stack.
    """

    trusted: Principals = frozenset()
    partner: str | None = None
    log_groups: frozenset[str] | None = None
    places: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def segments(self) -> int:
        """How many segments of a path it has to name."""
        # A partner has a part of its own below each prefix; the stack's functions have the prefix.
        return 2 if any(kind != "Service" for kind, _ in self.trusted) else 1


# A policy variable, such as ${aws:PrincipalTag/x}, stands for whatever the caller brings along.
_WILDCARD = re.compile(r"[*?$]")
# AWS defines no resource for these actions (Service Authorization Reference, AWS X-Ray).
_WITHOUT_RESOURCE = {"xray:puttracesegments", "xray:puttelemetryrecords"}
_LIST, _READ = "s3:listbucket", "s3:getobject"
# AWS takes no alias as a resource, and a key's ARN is unknown before the key exists. The condition
# on the alias narrows `key/*` to one key (KMS, "Use aliases to control access to KMS keys").
_KEY_USE = {"kms:decrypt", "kms:generatedatakey", "kms:encrypt", "kms:describekey"}
# The role under which API Gateway writes the logs of all APIs of an account. AWS tries it out on
# a log group of its own when it is set (API Gateway, "Permissions for CloudWatch logging").
_ACCOUNT_LOGS: Principals = frozenset({("Service", "apigateway.amazonaws.com")})


def too_wide(statement: Statement, stack: Stack, holder: Holder) -> Iterator[str]:
    """The resources of an allowing statement that are no exact resource of the stack.

    Args:
        statement: The statement.
        stack: The stack around it.
        holder: Whoever is granted the rights.

    Yields:
        One line per finding.
    """
    if "NotResource" in statement.inverted:
        yield f"{statement.path}.NotResource allows all but what it names"
    elif not statement.resources:
        yield f"{statement.path}.Resource is missing"
    if _LIST in statement.actions and not _lists_own_prefixes(statement, holder):
        yield (
            f"{statement.path}.Condition does not keep {_LIST} to prefixes (s3:prefix) of the "
            "objects that this role may read"
        )
    for index, resource in enumerate(statement.resources):
        where = f"{statement.path}.Resource[{index}]"
        if _WILDCARD.search(resource):
            fault = not _is_exception(statement, resource, stack, holder)
            problem = "has a wildcard that AWS does not force"
        else:
            fault = not _is_own(resource, stack)
            problem = "is no resource of this stack"
        if fault:
            yield f"{where} {problem}"
        elif _is_out_of_place(statement, resource, holder):
            yield (
                f"{where} is outside the resources that this role may use these actions on "
                "(setting `places`)"
            )
        if not _is_holders(resource, holder):
            yield f"{where} belongs to another partner or function"


def _lists_own_prefixes(statement: Statement, holder: Holder) -> bool:
    """Whether a bucket's keys are listed only where the holder may read the objects."""
    prefixes = [
        value
        for operator, key, values in statement.conditions
        if operator in ("StringEquals", "StringLike") and key == "s3:prefix"
        for value in values
    ]
    return bool(prefixes) and all(
        any(fnmatchcase(f"{bucket}/{prefix}", place) for place in holder.places.get(_READ, ()))
        for bucket in (resource.rpartition(":")[2] for resource in statement.resources)
        for prefix in prefixes
    )


def _is_out_of_place(statement: Statement, resource: str, holder: Holder) -> bool:
    """Whether an action is allowed where the holder's work does without it."""
    arn = Arn.parse(resource)
    return arn is not None and any(
        action.startswith(f"{arn.service}:")
        and not any(fnmatchcase(arn.resource, place) for place in holder.places[action])
        for action in statement.actions
        if action in holder.places
    )


def _is_holders(resource: str, holder: Holder) -> bool:
    """Whether a resource is the holder's own, where each has one: a partner's paths, the logs."""
    arn = Arn.parse(resource)
    if arn is None:
        return True
    if holder.partner is not None:
        if arn.service == "s3":
            own = tuple(f"{prefix}/{holder.partner}/" for prefix in ("uploads", "rejects"))
            return arn.resource.partition("/")[2].startswith(own)
        if arn.service == "execute-api":
            path = arn.resource.split("/", 3)[3:]
            return path != [] and path[0].startswith(f"status/{holder.partner}/")
        return arn.service == "kms"
    if arn.service == "logs" and holder.log_groups is not None:
        return _log_group(arn) in holder.log_groups
    return True


def _is_own(resource: str, stack: Stack) -> bool:
    arn = Arn.parse(resource)
    if arn is None:
        return False
    if arn.service == "s3":
        return _bucket(arn, stack) is not None
    return arn_ends_with_name(arn.service) and stack.owner_of(resource) is not None


def _is_exception(statement: Statement, resource: str, stack: Stack, holder: Holder) -> bool:
    actions = set(statement.actions)
    if resource == "*":
        return bool(actions) and actions <= _WITHOUT_RESOURCE
    arn = Arn.parse(resource)
    if arn is None or (arn.service != "s3" and (arn.region, arn.account) != stack.home):
        return False
    if arn.service == "kms":
        return arn.resource == "key/*" and actions <= _KEY_USE and _names_alias(statement, stack)
    if arn.service == "s3":
        # Objects have keys of the partners' choice below a prefix.
        return _bucket(arn, stack) is not None and _is_below(
            arn.resource.partition("/")[2], holder.segments
        )
    if arn.service == "execute-api":
        return _is_own_path(arn, stack, holder.segments)
    if arn.service == "logs":
        return _is_own_log_streams(arn, stack) or (
            arn.resource == "log-group:*" and holder.trusted == _ACCOUNT_LOGS
        )
    return False


def _names_alias(statement: Statement, stack: Stack) -> bool:
    return any(
        operator == "ForAnyValue:StringEquals"
        and key == "kms:resourcealiases"
        and bool(values)
        and all(stack.named(KEY_ALIAS, value) for value in values)
        for operator, key, values in statement.conditions
    )


def _bucket(arn: Arn, stack: Stack) -> Resource | None:
    name = arn.resource.partition("/")[0]
    return stack.named(BUCKET, name)


def _is_below(path: str, segments: int) -> bool:
    """Whether `path` is at least so many literal segments and then `/*`."""
    *literal, last = path.split("/")
    return (
        last == "*"
        and len(literal) >= segments
        and all(literal)
        and not any(_WILDCARD.search(segment) for segment in literal)
    )


def _is_own_path(arn: Arn, stack: Stack, segments: int) -> bool:
    """AWS assigns the API's identifier at creation; the stage's name is this stack's alone."""
    api, stage, method, path = (arn.resource.split("/", 3) + [""] * 4)[:4]
    stages = {node.inputs.text("stageName") for node in stack.of(API_STAGE)}
    return (
        (api == "*" or not _WILDCARD.search(api))
        and stage in stages
        and re.fullmatch(r"[A-Z]+", method) is not None
        and _is_below(path, segments)
    )


def _is_own_log_streams(arn: Arn, stack: Stack) -> bool:
    """Streams of a log group are named by the service that writes them."""
    streams = arn.resource.removeprefix("log-group:").partition(":")[2]
    return streams == "*" and stack.named(LOG_GROUP, _log_group(arn)) is not None


def _log_group(arn: Arn) -> str:
    return arn.resource.removeprefix("log-group:").partition(":")[0]
