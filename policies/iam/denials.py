"""Statements that deny everyone what comes without TLS, or over an old one."""

from policies.iam.statements import Statement


def denies_plain_transport(statement: Statement, action: str, arns: tuple[str, ...]) -> bool:
    """Whether it denies everyone `action` on `arns` that comes without TLS."""
    if not _denies_everyone(statement, action, arns) or len(statement.conditions) != 1:
        return False
    operator, key, values = statement.conditions[0]
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


def denies_old_transport(statement: Statement, action: str, arns: tuple[str, ...]) -> bool:
    """Whether it denies everyone `action` on `arns` over TLS before 1.2."""
    if not _denies_everyone(statement, action, arns) or len(statement.conditions) != 1:
        return False
    operator, key, values = statement.conditions[0]
    return key == "s3:tlsversion" and values in _OLD.get(operator, ())


def _denies_everyone(statement: Statement, action: str, arns: tuple[str, ...]) -> bool:
    return (
        statement.effect == "Deny"
        and not statement.inverted
        and bool({("*", "*"), ("AWS", "*")} & set(statement.principals))
        and bool({"*", action} & set(statement.actions))
        and all(any(_takes_in(pattern, arn) for pattern in statement.resources) for arn in arns)
    )


def _takes_in(pattern: str, arn: str) -> bool:
    """Whether all that `arn` stands for, itself perhaps with a `*`, fits the pattern."""
    start = pattern.removesuffix("*")
    return pattern == arn or (
        start != pattern and not set("*?") & set(start) and arn.startswith(start)
    )
