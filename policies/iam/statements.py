"""IAM policy documents as rules read them: statements with everything in lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from policies.facts.reading import MalformedError, Node


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
