"""Whether a policy document lets a call be made."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from operator import eq

from policies.iam.statements import Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call on a resource of the stack.

    Attributes:
        service: The service that makes it, such as `events.amazonaws.com`; None for whoever holds
            the rights that are asked about.
        action: What it calls.
        resource: The ARN that it calls it on.
        context: What AWS tells of the call: condition keys in lower case, and their values.
    """

    service: str | None
    action: str
    resource: str
    context: Mapping[str, str]


def permits(document: Iterable[Statement], call: Call) -> bool:
    """Whether a policy lets this call be made.

    A condition that this module does not know neither lets a call through nor lifts a denial.
    """
    concerned = [statement for statement in document if _concerns(statement, call)]
    allowed = any(s.allows and _holds(s, call.context) is True for s in concerned)
    denied = any(not s.allows and _holds(s, call.context) is not False for s in concerned)
    return allowed and not denied


def _concerns(statement: Statement, call: Call) -> bool:
    named = {("*", "*"), ("AWS", "*"), ("Service", call.service)}
    if statement.inverted:
        return not statement.allows
    return (
        (call.service is None or bool(named & set(statement.principals)))
        and statement.covers_action(call.action)
        and statement.covers_resource(call.resource)
    )


def _holds(statement: Statement, context: Mapping[str, str]) -> bool | None:
    """Whether its conditions hold in a call; None when nobody can tell."""
    results = [
        _condition_holds(operator, values, context.get(key))
        for operator, key, values in statement.conditions
    ]
    if False in results:
        return False
    return None if None in results else True


def _condition_holds(operator: str, values: tuple[str, ...], actual: str | None) -> bool | None:
    if operator == "Null":
        return str(actual is None).lower() in values
    name = operator.removeprefix("ForAnyValue:")
    # Of the one value that each key here has, any is all.
    compare = _OPERATORS.get(name.removeprefix("ForAllValues:").removesuffix("IfExists"))
    if actual is None:
        # A test for a key that a call does not carry fails, but for the negated ones and those of
        # every value, of which there is none.
        return name.endswith("IfExists") or "Not" in name or name.startswith("ForAllValues:")
    if compare is None:
        return None
    return any(compare(actual, value) for value in values)


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": eq,
    "StringLike": fnmatchcase,
    # AWS takes wildcards in both.
    "ArnEquals": fnmatchcase,
    "ArnLike": fnmatchcase,
    "Bool": eq,
}
