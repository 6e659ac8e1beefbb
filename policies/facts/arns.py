"""Amazon resource names: taken apart, and matched with the names that a stack gives."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.facts.types import (
    BUCKET,
    EVENT_BUS,
    EVENT_RULE,
    FUNCTION,
    KEY_ALIAS,
    LOG_GROUP,
    POLICY,
    QUEUE,
    ROLE,
    TABLE,
    TOPIC,
)

_ARN = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*)"
    r":(?P<account>\d{12}|\*|):(?P<resource>.+)",
    re.DOTALL,
)
# Per service, how the last part of an ARN names a resource of which type.
_FORMS: dict[str, tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]] = {
    "sqs": ((re.compile(r"([^:/]+)"), (QUEUE,)),),
    "sns": ((re.compile(r"([^:/]+)"), (TOPIC,)),),
    "s3": ((re.compile(r"([^/]+)"), (BUCKET,)),),
    "lambda": ((re.compile(r"function:([^:/]+)(?::\$LATEST)?"), (FUNCTION,)),),
    "iam": (
        (re.compile(r"role/(?:.+/)?([^/]+)"), (ROLE,)),
        (re.compile(r"policy/(?:.+/)?([^/]+)"), (POLICY,)),
    ),
    "dynamodb": ((re.compile(r"table/([^/]+)"), (TABLE,)),),
    "logs": ((re.compile(r"log-group:([^:]+)(?::\*)?"), (LOG_GROUP,)),),
    "kms": ((re.compile(r"(alias/.+)"), (KEY_ALIAS,)),),
    "events": (
        (re.compile(r"event-bus/([^/]+)"), (EVENT_BUS,)),
        (re.compile(r"rule/(?:[^/]+/)?([^/]+)"), (EVENT_RULE,)),
    ),
}
_FUNCTION = re.compile(
    r"(?:(?P<region>[a-z]{2}(?:-[a-z]+)+-\d):)?(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[A-Za-z0-9_-]+)(?::\$LATEST)?"
)
_NAME_PROPERTY = {BUCKET: "bucket"} | dict.fromkeys(
    (QUEUE, TOPIC, FUNCTION, ROLE, POLICY, TABLE, LOG_GROUP, KEY_ALIAS, EVENT_BUS, EVENT_RULE),
    "name",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arn:
    """The parts of an ARN. `region` and `account` are empty where the service has none."""

    partition: str
    service: str
    region: str
    account: str
    resource: str

    @classmethod
    def parse(cls, text: str) -> "Arn | None":
        """The parts of `text`, or None when it is no ARN."""
        found = _ARN.fullmatch(text)
        return cls(**found.groupdict()) if found else None

    def names(self) -> Iterator[tuple[str, str]]:
        """The (type, physical name) pairs that this ARN may stand for."""
        for pattern, types in _FORMS.get(self.service, ()):
            found = pattern.fullmatch(self.resource)
            if found:
                for type_ in types:
                    yield type_, found.group(1)


_ENDINGS = {
    QUEUE: "sqs:{region}:{account}:{name}",
    TOPIC: "sns:{region}:{account}:{name}",
    BUCKET: "s3:::{name}",
    FUNCTION: "lambda:{region}:{account}:function:{name}",
    ROLE: "iam::{account}:role/{name}",
    TABLE: "dynamodb:{region}:{account}:table/{name}",
    LOG_GROUP: "logs:{region}:{account}:log-group:{name}",
    EVENT_BUS: "events:{region}:{account}:event-bus/{name}",
}


def arn_of(type_: str, name: str, home: tuple[str, str]) -> str | None:
    """The ARN that a resource of this type and name has at home; None where a name is not enough.

    Args:
        type_: Type token.
        name: Physical name.
        home: Region and account.
    """
    ending = _ENDINGS.get(type_)
    region, account = home
    return ending and f"arn:aws:{ending.format(region=region, account=account, name=name)}"


def function_name(text: str, home: tuple[str, str]) -> str:
    """The name in what Lambda takes for a function at home, short of an ARN; `text` for all else.

    Such as `123456789012:function:NAME` or `NAME:$LATEST`.

    Args:
        text: What names a function.
        home: Region and account.
    """
    found = _FUNCTION.fullmatch(text)
    if found is None or (found["region"] or home[0], found["account"] or home[1]) != home:
        return text
    return found["name"]


def name_property(type_: str) -> str | None:
    """The property in which a resource of this type carries the name that ARNs end with.

    None for types whose identifier AWS assigns.
    """
    return _NAME_PROPERTY.get(type_)


def arn_ends_with_name(service: str) -> bool:
    """Whether ARNs of this service end with a name that the program chooses."""
    return service in _FORMS
