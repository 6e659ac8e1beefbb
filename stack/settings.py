"""The stack's settings, read from the Pulumi configuration and checked before anything is built.

Every error names the configuration key, the value found and the rule it breaks.
"""

import os
import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

import pulumi

import formats
from formats import Format, FormatError
from stack import feeds
from stack.feeds import FeedSettings

NAMESPACE: Final = "market-data-pipeline"
SUFFIX_VARIABLE: Final = "ENVIRONMENT_SUFFIX"
ARCHITECTURES: Final = ("arm64", "x86_64")

_SUFFIX = re.compile(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?")
_SEGMENT = re.compile(r"(?![0-9]+\Z)[a-z0-9-]{1,40}")
_PRINCIPAL = re.compile(
    r"arn:aws:(iam|sts)::[0-9]{12}:(root|(user|role|assumed-role)/[\w+=,.@/-]+)"
)
_ORIGIN = re.compile(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")

_FEED_FIELDS: Final = ("format", "order", "day", "nonPositivePrices")
_ORDERS: Final = ("sequence", "arrival")
_ROLE_NAME: Final = 64  # characters that IAM allows
_SEGMENT_RULE: Final = "1 to 40 of a-z, 0-9 and '-', not digits alone"


class SettingsError(pulumi.RunError):
    """A configuration value that the program cannot accept; shown without a traceback."""


@dataclass(frozen=True, kw_only=True)
class PartnerSettings:
    """Who may act as a partner.

    Attributes:
        name: the partner's segment of object keys and API paths.
        principal: the ARN that may assume the partner's role.
        external_id: what the principal must present, if anything.
    """

    name: str
    principal: str
    external_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class AnalystSettings:
    """Who may act as an analyst.

    Attributes:
        name: the first part of the role's name.
        principal: the ARN that may assume the analyst's role.
        external_id: what the principal must present, if anything.
        partners: the partners whose data the role may read; of all partners if there are none.
    """

    name: str
    principal: str
    external_id: str | None = None
    partners: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one stack; docs/architecture.md lists the keys.

    Attributes:
        region: the AWS region's code. The policy pack, not the program, insists on us-east-1.
        suffix: the environment suffix of every name.
        architecture: the functions' architecture, as Lambda names it.
        partners: the partners, ordered by name.
        analysts: who may read the data set, ordered by name.
        feeds: what is declared of feeds, ordered by name.
        allowed_origins: web origins that may call the API; `*` alone for any.
        alarm_email: an address to subscribe to the alarms, if any.
    """

    region: str
    suffix: str
    architecture: str
    partners: tuple[PartnerSettings, ...]
    analysts: tuple[AnalystSettings, ...]
    feeds: tuple[FeedSettings, ...]
    allowed_origins: tuple[str, ...]
    alarm_email: str | None


def read(account: str) -> Settings:
    """Reads the settings of the current stack.

    Args:
        account: the AWS account number; its root is a partner's or analyst's principal by default.

    Raises:
        SettingsError: a value is missing or breaks its rule.
    """
    config = pulumi.Config(NAMESPACE)
    suffix = _suffix(config)
    partners = _partners(config, account, suffix)
    return Settings(
        region=_region(),
        suffix=suffix,
        architecture=_architecture(config),
        partners=partners,
        analysts=_analysts(config, account, suffix, {partner.name for partner in partners}),
        feeds=_feeds(config),
        allowed_origins=_origins(config),
        alarm_email=_email(config),
    )


def _region() -> str:
    region = pulumi.Config("aws").get("region")
    if not region:
        raise SettingsError("aws:region is not set: run `pulumi config set aws:region us-east-1`")
    return region


def _suffix(config: pulumi.Config) -> str:
    sources = (
        (f"{NAMESPACE}:environmentSuffix", config.get("environmentSuffix")),
        (f"the variable {SUFFIX_VARIABLE}", os.environ.get(SUFFIX_VARIABLE)),
        ("the stack's name", pulumi.get_stack()),
    )
    source, suffix = next((source, value) for source, value in sources if value)
    if not _SUFFIX.fullmatch(suffix):
        raise SettingsError(
            f"{source} is {suffix!r}, but an environment suffix is 1 to 20 of a-z, 0-9 and '-' "
            f"that neither begins nor ends with '-': set {NAMESPACE}:environmentSuffix"
        )
    return suffix


def _architecture(config: pulumi.Config) -> str:
    architecture = config.get("architecture") or ARCHITECTURES[0]
    if architecture not in ARCHITECTURES:
        raise _refused(config, "architecture", architecture, f"one of {', '.join(ARCHITECTURES)}")
    return architecture


def _partners(config: pulumi.Config, account: str, suffix: str) -> tuple[PartnerSettings, ...]:
    return tuple(
        PartnerSettings(name=name, principal=principal, external_id=external_id)
        for name, fields in _roles(config, "partner", suffix)
        for principal, external_id in [_who(config, f"partners.{name}", fields, account)]
    )


def _analysts(
    config: pulumi.Config, account: str, suffix: str, partners: Set[str]
) -> tuple[AnalystSettings, ...]:
    found = []
    for name, fields in _roles(config, "analyst", suffix):
        key = f"analysts.{name}"
        principal, external_id = _who(config, key, fields, account, "partners")
        read = fields.get("partners")
        known = isinstance(read, list) and read and all(name in sorted(partners) for name in read)
        if read is not None and not known:
            there = ", ".join(sorted(partners)) or "none are configured"
            rule = f"a list of the stack's partners ({there}); leave it out for all of them"
            raise _refused(config, f"{key}.partners", read, rule)
        found.append(
            AnalystSettings(
                name=name,
                principal=principal,
                external_id=external_id,
                partners=tuple(sorted(set(read or ()))),
            )
        )
    return tuple(found)


def _roles(config: pulumi.Config, kind: str, suffix: str) -> list[tuple[str, Any]]:
    """What is configured of those who have a role each, by name."""
    key = f"{kind}s"
    configured = _object(config, key, {})
    if not isinstance(configured, dict):
        raise _refused(config, key, configured, f"an object of {key} by name")
    for name in configured:
        if not _SEGMENT.fullmatch(name):
            raise _refused(config, key, name, f"named by {_SEGMENT_RULE}")
        room = _ROLE_NAME - len(f"-{kind}-role-{suffix}")
        if len(name) > room:
            rule = f"names of at most {room} characters beside the suffix {suffix!r}: IAM's limit"
            raise _refused(config, key, name, rule)
    return sorted(configured.items())


def _who(
    config: pulumi.Config, key: str, fields: Any, account: str, *further: str
) -> tuple[str, str | None]:
    """The principal that may assume a role, and the external id that it must present."""
    known = ("principal", "externalId", *further)
    named = f"{', '.join(known[:-1])} and {known[-1]}"
    if not isinstance(fields, Mapping):
        raise _refused(config, key, fields, f"an object of {named}")
    if unknown := sorted(set(fields) - set(known)):
        raise _refused(config, key, ", ".join(unknown), f"made of {named} alone")
    principal = fields.get("principal", f"arn:aws:iam::{account}:root")
    if not isinstance(principal, str) or not _PRINCIPAL.fullmatch(principal):
        raise _refused(config, f"{key}.principal", principal, "the ARN of a root, user or role")
    external_id = fields.get("externalId")
    if external_id is not None and not (
        isinstance(external_id, str) and _EXTERNAL_ID.fullmatch(external_id)
    ):
        rule = "a text of 2 to 1224 of letters, digits and +=,.@:/-_"
        raise _refused(config, f"{key}.externalId", external_id, rule)
    return principal, external_id


def _feeds(config: pulumi.Config) -> tuple[FeedSettings, ...]:
    declared = _object(config, "feeds", {})
    if not isinstance(declared, dict):
        raise _refused(config, "feeds", declared, "an object of feeds by partner/feed or partner/*")
    found = tuple(_feed(config, name, declared[name]) for name in sorted(declared))
    if not found:
        return found
    try:
        fault = feeds.fault(feeds.document(found))
    except FileNotFoundError:
        raise SettingsError(
            f"{feeds.PROGRAM} is missing: run `make functions`, which builds what checks "
            f"{config.name}:feeds"
        ) from None
    if fault is not None:
        raise SettingsError(f"{config.name}:feeds cannot be used: {fault}")
    return found


def _feed(config: pulumi.Config, name: str, fields: Any) -> FeedSettings:
    key = f"feeds.{name}"
    partner, _, feed = name.partition("/")
    if not _SEGMENT.fullmatch(partner) or not (feed == "*" or _SEGMENT.fullmatch(feed)):
        rule = f"named partner/feed or partner/*, each {_SEGMENT_RULE}"
        raise _refused(config, "feeds", name, rule)
    if not isinstance(fields, Mapping):
        raise _refused(config, key, fields, f"an object of {', '.join(_FEED_FIELDS)}")
    if unknown := sorted(set(fields) - set(_FEED_FIELDS)):
        rule = f"made of {', '.join(_FEED_FIELDS)} alone"
        raise _refused(config, key, ", ".join(unknown), rule)
    order = fields.get("order")
    if order not in (None, *_ORDERS):
        raise _refused(config, f"{key}.order", order, f"one of {', '.join(_ORDERS)}")
    day = fields.get("day")
    if day is not None and (
        not isinstance(day, Mapping)
        or not set(day) <= {"zone", "begins"}
        or not all(isinstance(value, str) for value in day.values())
    ):
        rule = (
            'an object of zone and begins, such as {"zone": "America/New_York", "begins": "04:00"}'
        )
        raise _refused(config, f"{key}.day", day, rule)
    non_positive = fields.get("nonPositivePrices", False)
    if not isinstance(non_positive, bool):
        raise _refused(config, f"{key}.nonPositivePrices", non_positive, "true or false")
    return FeedSettings(
        name=name,
        format=_format(config, f"{key}.format", fields.get("format", feeds.CANONICAL)),
        order=order,
        day=day,
        non_positive_prices=non_positive,
    )


def _format(config: pulumi.Config, key: str, name: Any) -> Format:
    known = ", ".join(formats.names())
    if not isinstance(name, str) or name not in formats.names():
        raise _refused(config, key, name, f"the name of a format in formats/: {known}")
    try:
        return formats.find(name)
    except FormatError as error:
        raise SettingsError(f"{config.name}:{key}: {error}") from error


def _origins(config: pulumi.Config) -> tuple[str, ...]:
    origins = _texts(config, "allowedOrigins", ["*"])
    if origins == ("*",):
        return origins
    for origin in origins:
        if not _ORIGIN.fullmatch(origin):
            rule = "a list of origins such as https://example.com, or '*' alone"
            raise _refused(config, "allowedOrigins", origin, rule)
    if not origins:
        raise _refused(
            config, "allowedOrigins", origins, "at least one origin: leave it out for '*'"
        )
    return origins


def _email(config: pulumi.Config) -> str | None:
    email = config.get("alarmEmail")
    if email is not None and not _EMAIL.fullmatch(email):
        raise _refused(config, "alarmEmail", email, "an e-mail address")
    return email


def _texts(config: pulumi.Config, key: str, default: list[str]) -> tuple[str, ...]:
    values = _object(config, key, default)
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise _refused(config, key, values, "a list of texts")
    return tuple(values)


def _object(config: pulumi.Config, key: str, default: Any) -> Any:
    try:
        value = config.get_object(key)
    except pulumi.ConfigTypeError as error:
        raise _refused(config, key, config.get(key), "a JSON object or list") from error
    return default if value is None else value


def _refused(config: pulumi.Config, key: str, value: object, rule: str) -> SettingsError:
    return SettingsError(f"{config.name}:{key} has {value!r}, but must be {rule}")
