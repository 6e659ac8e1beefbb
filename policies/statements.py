"""IAM policy documents as rules read them: statements with everything in lists."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from operator import eq

from policies.reading import MalformedError, Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """One statement of a policy document.

    Attributes:
        path: Where it stands, for messages.
        effect: `Allow` or `Deny`.
        actions: The actions, in lower case as AWS compares them.
        resources: The resources.
        principals: (kind, value) pairs such as ("Service", "lambda.amazonaws.com"); the principal
            `*` is ("*", "*").
        inverted: Which of NotAction, NotResource and NotPrincipal it uses.
        conditions: (operator, key in lower case, values) triples, all of which have to hold.
    """

    path: str
    effect: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    principals: tuple[tuple[str, str], ...]
    inverted: tuple[str, ...]
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    @property
    def allows(self) -> bool:
        """Whether it grants; only a literal Deny does not."""
        return self.effect != "Deny"

    def covers_action(self, action: str) -> bool:
        """Whether one of its actions is or matches `action`."""
        return any(fnmatchcase(action.lower(), pattern) for pattern in self.actions)

    def covers_resource(self, arn: str) -> bool:
        """Whether one of its resources is or matches `arn`."""
        return any(fnmatchcase(arn, pattern) for pattern in self.resources)


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


def statements(document: Node) -> list[Statement]:
    """The statements of a document.

    Raises:
        MalformedError: The document has none, or one is not in the form that AWS defines.
    """
    found = [_statement(node) for node in document.one_or_many("Statement")]
    if not found:
        raise MalformedError(document.path, "a policy document with a Statement")
    return found


def _statement(node: Node) -> Statement:
    effect = node.text("Effect")
    if effect not in ("Allow", "Deny"):
        raise MalformedError(node.at("Effect"), "Allow or Deny")
    return Statement(
        path=node.path,
        effect=effect,
        actions=tuple(action.lower() for action in node.texts("Action")),
        resources=tuple(node.texts("Resource")),
        principals=tuple(_principals(node)),
        inverted=tuple(
            key for key in ("NotAction", "NotResource", "NotPrincipal") if node.has(key)
        ),
        conditions=tuple(_conditions(node)),
    )


def _principals(node: Node) -> Iterator[tuple[str, str]]:
    principal = node.child("Principal")
    if principal is None:
        return
    if isinstance(principal.value, str):
        yield "*", principal.value
        return
    for kind, _ in principal.members():
        for value in principal.texts(kind):
            yield kind, value


def _conditions(node: Node) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for operator, keys in node.object("Condition").members():
        for key, _ in keys.members():
            values = tuple(_scalar(value) for value in keys.one_or_many(key))
            yield operator, key.lower(), values


def _scalar(node: Node) -> str:
    """AWS takes booleans and numbers in conditions as well as their texts."""
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return str(node.value) if isinstance(node.value, int | float) else node.as_text()


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
