"""A policy: one rule of the mission as data, with the pure function that judges by it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from policies.facts.reading import MalformedError, UndeterminedError, noting
from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.pack.answers import Answer, Kind, failed, not_applicable, undetermined

Settings = Mapping[str, Any]

Schema = Mapping[str, Mapping[str, Any]]


class Severity(StrEnum):
    """How much harm breaking a rule does."""

    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class Types:
    """Which resource types a policy governs.

    Attributes:
        tokens: Exact type tokens.
        where: A test on the type token, for policies that govern by kind instead of by list.
        otherwise: Why the policy does not apply to any other type, as a sentence.
    """

    tokens: frozenset[str] = frozenset()
    where: Callable[[str], bool] | None = None
    otherwise: str

    def __contains__(self, type_: str) -> bool:
        return type_ in self.tokens or (self.where is not None and self.where(type_))


def only(*tokens: str) -> Types:
    """Govern exactly these types."""
    names = ", ".join(sorted(token.rsplit(":", 1)[-1] for token in tokens))
    return Types(tokens=frozenset(tokens), otherwise=f"Governs {names} only.")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule as data. Its sentence and its fix say `{setting}` where a setting decides.

    Attributes:
        name: Identifier, in lower case with hyphens.
        sentence: What a compliant stack does, in one sentence.
        severity: How much harm breaking it does.
        requirements: The clauses that it enforces.
        fix: How to repair a violation, in one line.
        governs: The resource types that it judges.
        schema: JSON schema of each setting, with the mission's value as `default`.
        passes: Examples, under the mission's values. Each is a small stack in YAML, of resources by
            the last part of their type (and a word to tell two apart); the first is the one judged.
            `${Key}` in the place of a property is a reference to that resource.
        fails: Examples of what the rule refuses, in the same form.
        waivable: Whether a waiver may excuse a violation.
        general: Whether it holds for resources of every service alike. That alone does not make a
            type governed: the evidence lists as ungoverned what only such policies judge.
    """

    name: str
    sentence: str
    severity: Severity
    requirements: tuple[str, ...]
    fix: str
    governs: Types
    schema: Schema = field(default_factory=dict)
    passes: tuple[str, ...] = ()
    fails: tuple[str, ...] = ()
    waivable: bool = False
    general: bool = False

    def judged_alone(self, judge: "Callable[[Resource, Settings], Answer]") -> "ResourcePolicy":
        """The policy by which a resource's own properties are judged."""
        return ResourcePolicy(**vars(self), judge=judge)

    def judged_in_stack(
        self, judge: "Callable[[Resource, Stack, Settings], Answer]"
    ) -> "StackPolicy":
        """The policy by which a resource is judged with the stack around it."""
        return StackPolicy(**vars(self), judge=judge)

    def settings(self, configured: Mapping[str, Any] | None = None) -> Settings:
        """The mission's values, overridden by what the pack's configuration says."""
        defaults = {key: schema["default"] for key, schema in self.schema.items()}
        return {
            key: int(value) if isinstance(value, float) and value.is_integer() else value
            for key, value in {**defaults, **(configured or {})}.items()
            if key in defaults
        }

    def message(self, answer: Answer, settings: Settings) -> str:
        """Two lines for a person: what is wrong, and how to fix it under these settings.

        A value that is unknown is mended by what makes it known, whatever the rule asks of it.
        """
        if answer.kind is Kind.UNKNOWN:
            return f"Undetermined: {answer.path} ({answer.reason})\nFix: {answer.remedy}"
        return f"{answer.message}\nFix: {spoken(self.fix, settings)}"

    def introduction(self, settings: Settings) -> dict[str, Any]:
        """All that a report says of the policy, with the settings that are in effect."""
        return {
            "name": self.name,
            "sentence": spoken(self.sentence, settings),
            "severity": self.severity.value,
            "requirements": list(self.requirements),
            "remediation": spoken(self.fix, settings),
            "waivable": self.waivable,
            "general": self.general,
            "settings": dict(settings),
        }


def spoken(text: str, settings: Settings) -> str:
    """A sentence with the value of each setting in the place of its name in braces."""
    return _SETTING.sub(
        lambda found: _words(settings[found[1]]) if found[1] in settings else found[0], text
    )


_SETTING = re.compile(r"\{([\w-]+)\}")


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, Mapping):
        return _listed(f"{key}={item}" for key, item in value.items())
    return str(value) if isinstance(value, str | int | float) else _listed(map(str, value))


def _listed(words: Iterable[str]) -> str:
    *others, last = [*words] or ["nothing"]
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True, kw_only=True)
class ResourcePolicy(Rule):
    """A rule that a resource's own properties decide; judged before the resource is created."""

    judge: Callable[[Resource, Settings], Answer]

    def answer(self, resource: Resource, settings: Settings) -> Answer:
        """The one answer about `resource`; unknown and malformed values fail closed."""
        if resource.type not in self.governs:
            return not_applicable(self.governs.otherwise)
        return _closed(resource, lambda: self.judge(resource, settings))


@dataclass(frozen=True, kw_only=True)
class StackPolicy(Rule):
    """A rule about how resources relate; judged when all of the stack has been declared."""

    judge: Callable[[Resource, Stack, Settings], Answer]

    def answer(self, resource: Resource, stack: Stack, settings: Settings) -> Answer:
        """The one answer about `resource`; what is unknown of one spoils no other's answer."""
        if resource.type not in self.governs:
            return not_applicable(self.governs.otherwise)
        with noting() as references:
            answer = _closed(resource, lambda: self.judge(resource, stack, settings))
        if references and answer.kind is not Kind.UNKNOWN:
            answer = replace(answer, references=tuple(sorted(references)))
        return answer


Policy = ResourcePolicy | StackPolicy
"""A rule with its judge."""


def _closed(resource: Resource, judge: Callable[[], Answer]) -> Answer:
    try:
        return judge()
    except UndeterminedError as error:
        return undetermined(error, judged=resource.urn)
    except MalformedError as error:
        return failed(str(error))
