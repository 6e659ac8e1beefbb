"""All resources of a stack, and who refers to whom."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cached_property
from typing import Any, TypeVar, cast

from policies.facts.arns import Arn, function_name, name_property
from policies.facts.endpoints import told
from policies.facts.reading import MalformedError, Node, UndeterminedError, note, noting
from policies.facts.references import taken
from policies.facts.resource import Resource
from policies.facts.types import (
    API,
    FUNCTION,
    KEY,
    KEY_ALIAS,
    PROVIDER,
    QUEUE,
)

Derived = TypeVar("Derived")

Referring = dict[str, list[tuple[Resource, set[str]]]]
"""By the URN of what is referred to, who does, and what of it is unknown and so taken for it."""

Unclear = UndeterminedError | None
"""Why something cannot be told of one resource, where it cannot."""

_QUEUE_URL = re.compile(
    r"https://sqs\.(?P<region>[a-z0-9-]+)\.amazonaws\.com/(?P<account>\d{12})/(?P<name>[^/]+)"
)


_NO_ACCOUNT = (
    "no provider says which account is this stack's own",
    "Run `pulumi config set aws:allowedAccountIds '[\"123456789012\"]'` with your account.",
)
_SEVERAL_ACCOUNTS = (
    "the providers name several accounts or regions, so nobody can tell which is the stack's own",
    "Set the same region and the same one account in allowedAccountIds of every provider.",
)
_NO_REGION = (
    "no provider says which region the stack is in",
    "Run `pulumi config set aws:region us-east-1`.",
)


class Stack:
    """All resources of a stack, and who refers to whom.

    Args:
        resources: Every resource.
        suffix: The environment suffix that every physical name carries.
    """

    def __init__(self, resources: Iterable[Resource], suffix: str) -> None:
        self.resources = tuple(resources)
        with suppress(UndeterminedError, MalformedError):  # without a home nothing is taken
            known = {resource.urn: resource for resource in self.resources}
            self.resources = tuple(taken(one, known, self.home) for one in self.resources)
        self.suffix = suffix
        self._by_urn = {resource.urn: resource for resource in self.resources}
        self._by_type: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            self._by_type[resource.type].append(resource)
        self._derived: dict[Callable[[Stack], Any], tuple[Any, set[str]]] = {}
        self._references: dict[tuple[str, str, str], tuple[Referring, Unclear]] = {}

    def of(self, *types: str) -> list[Resource]:
        """The resources of these types."""
        return [resource for type_ in types for resource in self._by_type.get(type_, ())]

    def named(self, type_: str, name: str) -> Resource | None:
        """The resource of this type that has this physical name.

        Raises:
            UndeterminedError: None has, and that of another is unknown.
        """
        found = self._names.get((type_, name))
        if found is None and type_ in self._nameless:
            raise self._nameless[type_]
        return found

    def owner_of(self, arn: str) -> Resource | None:
        """The resource of this stack that a known ARN names, or None for any other ARN."""
        parsed = Arn.parse(arn)
        if parsed is None or parsed.partition != "aws":
            return None
        region, account = self.home
        if (parsed.region or region) != region or (parsed.account or account) != account:
            return None
        return next(
            (found for type_, name in parsed.names() if (found := self.named(type_, name))), None
        )

    def target(self, resource: Resource, key: str, type_: str) -> Resource | None:
        """The resource of type `type_` that the property `key` of `resource` refers to.

        A known value refers by ARN, by a queue's URL or by name. An unknown one, or an identifier
        that AWS assigns, refers by the engine's property dependencies.

        Raises:
            UndeterminedError: The value is unknown and no dependency tells.
        """
        if not resource.inputs.has(key):
            return None
        value = ""
        if not resource.inputs.is_unknown(key):
            value = resource.inputs.text(key) or ""
            found = self._by_value(type_, value)
            if found is not None:
                return found if found.type == type_ else None
            if name_property(type_):
                return None
        candidates = [
            found
            for urn in resource.depends_on.get(key, ())
            if (found := self._by_urn.get(urn)) is not None
            and found.type == type_
            and (resource.inputs.is_unknown(key) or found.may_be_called(value))
        ]
        if len(candidates) == 1:
            self._take(resource, key)
            return candidates[0]
        if resource.inputs.is_unknown(key):
            raise UndeterminedError(key, owner=resource)
        return None

    def _by_value(self, type_: str, value: str) -> Resource | None:
        """What a known value names; an ARN or URL of another account or region names nothing."""
        if value.startswith("arn:"):
            return self.owner_of(value)
        url = _QUEUE_URL.fullmatch(value)
        if url is None:
            name = function_name(value, self.home) if type_ == FUNCTION else value
            return self.named(type_, name)
        return (
            self.named(QUEUE, url["name"]) if url.group("region", "account") == self.home else None
        )

    def arn(self, service: str, resource: str) -> str:
        """The ARN of a resource in the stack's own region and account."""
        region, account = self.home
        return f"arn:aws:{service}:{region}:{account}:{resource}"

    def key_of(self, resource: Resource, key: str) -> Resource | None:
        """The key of this stack that the property `key` names by an alias of this stack.

        None for any other: whether that one will do is for the policies on encryption to say.

        Raises:
            UndeterminedError: It is unknown and not made from one key, or alias, of this stack.
        """
        if resource.inputs.is_unknown(key):
            urns = resource.depends_on.get(key, ())
            alias = self._by_urn.get(urns[0]) if len(urns) == 1 else None
            if alias is None or alias.type not in (KEY, KEY_ALIAS):
                raise UndeterminedError(key, owner=resource)
            self._take(resource, key)
            if alias.type == KEY:
                return alias
        else:
            alias = self._by_value(KEY_ALIAS, resource.inputs.text(key) or "")
        if alias is None or alias.type != KEY_ALIAS:
            return None
        return self.target(alias, "targetKeyId", KEY)

    def referring(self, type_: str, key: str, to: Resource) -> list[Resource]:
        """All resources of type `type_` whose property `key` refers to the resource `to`.

        Args:
            type_: Type token of those that refer.
            key: The property by which they do.
            to: The resource that they refer to.

        Raises:
            UndeterminedError: The target of one is unknown.
        """
        found, unclear = self._referring(type_, key, to)
        if unclear:
            raise unclear
        return found

    def some_referring(
        self,
        type_: str,
        key: str,
        to: Resource,
        where: Callable[[Resource], bool] = lambda _: True,
    ) -> list[Resource]:
        """Resources that refer to `to` and fit, where a rule asks for any and not for each.

        Args:
            type_: Type token of those that refer.
            key: The property by which they do.
            to: The resource that they refer to.
            where: Whether one is what is asked for.

        Raises:
            UndeterminedError: None is, but the target of one is unknown.
        """
        found, unclear = self._referring(type_, key, to)
        fitting = [resource for resource in found if where(resource)]
        if unclear and not fitting:
            raise unclear
        return fitting

    def _referring(self, type_: str, key: str, to: Resource) -> tuple[list[Resource], Unclear]:
        if (type_, key, to.type) not in self._references:
            self._references[type_, key, to.type] = self._index(type_, key, to.type)
        found, unclear = self._references[type_, key, to.type]
        referring = found.get(to.urn, [])
        for _, references in referring:
            note(references)
        return [resource for resource, _ in referring], unclear

    def _index(self, type_: str, key: str, target_type: str) -> tuple[Referring, Unclear]:
        """Who refers to whom, and why it cannot be told of one (or nothing)."""
        found: defaultdict[str, list[tuple[Resource, set[str]]]] = defaultdict(list)
        unclear = None
        for resource in self.of(type_):
            try:
                with noting() as references:
                    target = self.target(resource, key, target_type)
            except UndeterminedError as error:
                unclear = error
            else:
                if target is not None:
                    found[target.urn].append((resource, references))
        return dict(found), unclear

    def is_own_key(self, resource: Resource, holder: Node, key: str) -> bool:
        """Whether the property `key` of `holder` is an encryption key of this very stack.

        Known: an alias or ARN of it. Unknown: made from it and from nothing else (decision 0001).

        Args:
            resource: The resource that is encrypted.
            holder: The object among its inputs that holds the property.
            key: The property.

        Raises:
            UndeterminedError: The value is unknown and not made from a key of this stack.
        """
        if not holder.has(key):
            return False
        unknown = holder.is_unknown(key)
        if not unknown:
            alias = self._by_value(KEY_ALIAS, holder.text(key) or "")
            if alias is not None and alias.type == KEY_ALIAS:
                return self.target(alias, "targetKeyId", KEY) is not None
        path = holder.at(key)
        top = path.partition(".")[0].partition("[")[0]
        if self.depends_only_on(resource, top, KEY, KEY_ALIAS) and (
            unknown
            or any(
                self._by_urn[urn].may_be_called(holder.text(key) or "")
                for urn in resource.depends_on[top]
            )
        ):
            return True
        if unknown:
            raise UndeterminedError(path, owner=resource)
        return False

    def depends_only_on(self, resource: Resource, key: str, *types: str) -> bool:
        """Whether the value of `key` is made from resources of these types in this stack alone."""
        sources = [self._by_urn.get(urn) for urn in resource.depends_on.get(key, ())]
        if not sources or not all(found and found.type in types for found in sources):
            return False
        self._take(resource, key)
        return True

    @staticmethod
    def _take(resource: Resource, key: str) -> None:
        """Note that what is judged rests on what the engine says a property is made from."""
        note((f"{resource.name}.{key}",))

    def once(self, derive: Callable[["Stack"], Derived]) -> Derived:
        """What `derive` makes of this stack, made once however many resources ask for it."""
        if derive not in self._derived:
            with noting() as references:
                self._derived[derive] = derive(self), references
        derived, references = self._derived[derive]
        note(references)
        return cast(Derived, derived)

    @cached_property
    def home(self) -> tuple[str, str]:
        """Region and account of the stack: those that its providers are held to (decision 0080).

        Raises:
            MalformedError: A provider's accounts are no list of texts.
            UndeterminedError: They, or a region, are unknown, missing or of several providers.
        """
        places = self._places
        if not places:
            raise UndeterminedError("aws:allowedAccountIds", *_NO_ACCOUNT)
        if len(places) > 1:
            raise UndeterminedError("aws:allowedAccountIds", *_SEVERAL_ACCOUNTS)
        (place,) = places
        if not place[0]:
            raise UndeterminedError("aws:region", *_NO_REGION)
        return place

    @cached_property
    def _places(self) -> set[tuple[str, str]]:
        """Region and account of each AWS provider at work that is held to accounts."""
        providers = {id(r.provider): r.provider for r in self.resources if r.provider}
        return {
            (provider.inputs.text("region") or "", account.as_text())
            for provider in providers.values()
            if provider.type == PROVIDER and provider.inputs.has("allowedAccountIds")
            for account in told(provider, "allowedAccountIds").elements()
        }

    @cached_property
    def _nameless(self) -> dict[str, UndeterminedError]:
        """By type, that a name is unknown."""
        return {
            resource.type: UndeterminedError(key, owner=resource)
            for resource in self.resources
            if (key := name_property(resource.type)) is not None
            and resource.inputs.is_unknown(key)
            # API Gateway's own form of a log group's name is nobody else's (decision 0001).
            and not self.depends_only_on(resource, key, API)
        }

    @cached_property
    def _names(self) -> dict[tuple[str, str], Resource]:
        names: dict[tuple[str, str], Resource] = {}
        for resource in self.resources:
            key = name_property(resource.type)
            if key is not None and not resource.inputs.is_unknown(key):
                name = resource.inputs.value.get(key)
                if isinstance(name, str):
                    names[(resource.type, name)] = resource
        return names
