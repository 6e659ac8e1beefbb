"""Statements that deny everyone what comes without TLS or over an old one, or under conditions."""

from collections.abc import Callable, Iterable

from policies.iam.statements import Statement

Condition = tuple[str, str, tuple[str, ...]]
"""Operator, key and values of a condition, as in `Statement.conditions`."""


def denied_everyone(
    statements: Iterable[Statement], action: str, arn: str, when: Callable[[Condition], bool]
) -> bool:
    """Whether some statement denies everyone `action` on all that `arn` stands for.

    Args:
        statements: Those of one policy.
        action: In lower case.
        arn: Perhaps with a `*` at its end.
        when: What its one condition has to be, such as `is_plain_transport`.
    """
    return any(
        _denies_everyone(statement, action, arn)
        and len(statement.conditions) == 1
        and when(statement.conditions[0])
        for statement in statements
    )


def denied_if(
    statements: Iterable[Statement], action: str, arn: str, conditions: frozenset[Condition]
) -> bool:
    """Whether some statement denies everyone `action` if all the conditions hold, and only then."""
    actions = (action, f"{action.partition(':')[0]}:*")
    return any(
        set(statement.conditions) == conditions
        and any(_denies_everyone(statement, each, arn) for each in actions)
        for statement in statements
    )


def is_plain_transport(condition: Condition) -> bool:
    """Whether it holds for every call without TLS."""
    operator, key, values = condition
    return operator in _BOOL and (key, values) == ("aws:securetransport", ("false",))


# AWS tells of every call whether it comes with TLS, once; so these say the same.
_BOOL = ("Bool", "BoolIfExists", "ForAllValues:Bool", "ForAnyValue:Bool")
# What is before 1.2, or before 1.3. Of a call without TLS there is no version: `IfExists` denies
# that one too.
_OLD = {
    "NumericLessThan": (("1.2",), ("1.3",)),
    "NumericLessThanIfExists": (("1.2",), ("1.3",)),
    "NumericLessThanEquals": (("1.1",), ("1.2",)),
    "NumericLessThanEqualsIfExists": (("1.1",), ("1.2",)),
}


def is_old_transport(condition: Condition) -> bool:
    """Whether it holds for every call over TLS before 1.2."""
    operator, key, values = condition
    return key == "s3:tlsversion" and values in _OLD.get(operator, ())


def _denies_everyone(statement: Statement, action: str, arn: str) -> bool:
    return (
        statement.effect == "Deny"
        and not statement.inverted
        and bool({("*", "*"), ("AWS", "*")} & set(statement.principals))
        and bool({"*", action} & set(statement.actions))
        and any(_takes_in(pattern, arn) for pattern in statement.resources)
    )


def _takes_in(pattern: str, arn: str) -> bool:
    """Whether all that `arn` stands for, itself perhaps with a `*`, fits the pattern."""
    start = pattern.removesuffix("*")
    return pattern == arn or (
        start != pattern and not set("*?") & set(start) and arn.startswith(start)
    )
