"""Changes of a value: each drops, alters, broadens or redirects one thing in it."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The engine's sentinel for what it does not know yet."""

ACCESS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"
"""The access key of AWS's own documentation."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ARN = re.compile(r"arn:aws:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):.+")
_PREFIX = re.compile(r"(arn:aws:s3:::[^/]+/)([^/*]+)/(.+)")
_STRANGER = "999999999999"

# Values with a meaning, and the neighbours that weaken it. Any other text is altered instead.
_NEIGHBOURS: Mapping[str, tuple[str, ...]] = {
    "Active": ("PassThrough",),
    "Allow": ("Deny",),
    "AWS_IAM": ("NONE",),
    "AWS_PROXY": ("AWS", "MOCK"),
    "BucketOwnerEnforced": ("ObjectWriter",),
    "Deny": ("Allow",),
    "ENABLED": ("DISABLED",),
    "Enabled": ("Disabled", "Suspended"),
    "GLACIER": ("DEEP_ARCHIVE", "STANDARD_IA"),
    "GreaterThanThreshold": ("LessThanThreshold",),
    "INFO": ("OFF",),
    "INTERNET": ("VPC_LINK",),
    "JSON": ("Text",),
    "MOCK": ("HTTP",),
    "NONE": ("AWS_IAM",),
    "PAY_PER_REQUEST": ("PROVISIONED",),
    "Production": ("Staging",),
    "REGIONAL": ("EDGE", "PRIVATE"),
    "aws:kms": ("AES256",),
    "bootstrap": ("main",),
    "false": ("true",),
    "messageGroup": ("queue",),
    "perMessageGroupId": ("perQueue",),
    "provided.al2023": ("provided.al2", "go1.x", "python3.12"),
    "uploads/": ("", "data/"),
    "us-east-1": ("us-west-2",),
}
_BY_PREFIX: Mapping[str, str] = {"SecurityPolicy_TLS13_": "TLS_1_0"}

# Per service, an action that makes, changes or deletes what others of its actions work on.
_CONTROL: Mapping[str, str] = {
    "dynamodb": "dynamodb:DeleteTable",
    "events": "events:DeleteEventBus",
    "kms": "kms:ScheduleKeyDeletion",
    "logs": "logs:DeleteLogGroup",
    "s3": "s3:DeleteObject",
    "sqs": "sqs:DeleteQueue",
}

_EVERYONE = {"Sid": "Everyone", "Effect": "Allow", "Action": "*", "Resource": "*"}

Change = tuple[str, str, Any]
"""A path, a kind of change, and the whole value around the changed one."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Generates changes.

    Attributes:
        siblings: Per ARN, another of the same kind in the stack.
        others: Per word of a resource's name, the word of a resource like it.
        rights: Per service, an action that another role has and this one has not.
    """

    siblings: Mapping[str, str] = field(default_factory=dict)
    others: Mapping[str, str] = field(default_factory=dict)
    rights: Mapping[str, str] = field(default_factory=dict)

    def of(self, value: Any, path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
        """Every change at or below `value`; `put` builds the whole around a changed value."""
        if isinstance(value, dict):
            yield from self._of_object(value, path, put)
        elif isinstance(value, list):
            yield from self._of_list(value, path, put)
        elif isinstance(value, bool):
            yield path, "flip", put(not value)
        elif isinstance(value, int | float):
            yield path, "increment", put(value + 1)
            yield path, "decrement", put(value - 1)
            if value:
                yield path, "become zero", put(0)
                yield path, "multiply by ten", put(10 * value)
        elif isinstance(value, str) and value != UNKNOWN:
            yield from self._of_text(value, path, put)

    def _of_object(
        self, value: dict[str, Any], path: str, put: Callable[[Any], Any]
    ) -> Iterator[Change]:
        if _SIGNATURE in value:
            yield from _of_archive(value, path, put)
            return
        for key, item in value.items():
            if key.startswith("__"):
                continue
            here = f"{path}.{key}" if path else key

            def inside(changed: Any, key: str = key) -> Any:
                return put({**value, key: changed})

            yield here, "drop", put({k: v for k, v in value.items() if k != key})
            if item != UNKNOWN:
                yield here, "unknown", inside(UNKNOWN)
            yield from self.of(item, here, inside)
            if key == "variables" and isinstance(item, dict):
                yield here, "hide a password", inside({**item, "DB_PASSWORD": "sample"})
                yield here, "hide an access key", inside({**item, "SETTING": ACCESS_KEY})
            if key == "Action" and isinstance(item, list) and "Resource" in value:
                for action in _control(item) if "Principal" not in value else ():
                    yield here, "gain control", inside([*item, action])
                for action in self._others_actions(item) if "Principal" not in value else ():
                    yield here, "gain another's", inside([*item, action])
            if key == "Statement" and isinstance(item, list):
                yield here, "add everyone", inside([*item, _everyone_like(item)])

    def _others_actions(self, actions: list[Any]) -> list[str]:
        """What the services of a statement offer that another role has and this one has not."""
        services = {str(action).split(":")[0] for action in actions}
        return [action for service, action in self.rights.items() if service in services]

    def _of_list(self, value: list[Any], path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
        for index, item in enumerate(value):

            def inside(changed: Any, index: int = index) -> Any:
                return put([*value[:index], changed, *value[index + 1 :]])

            label = (item.get("Sid") or item.get("id")) if isinstance(item, dict) else None
            here = f"{path}[{label or index}]"
            if len(value) > 1:
                yield here, "drop", put([*value[:index], *value[index + 1 :]])
            yield from self.of(item, here, inside)

    def _of_text(self, value: str, path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
        document = _document(value)
        if document is not None:

            def written(changed: Any) -> Any:
                return put(value if changed == document else json.dumps(changed))

            yield path, "malformed", put(value[:-1])
            for below in self.of(document, path, written):
                if below[1] != "unknown":  # an unknown inside makes the whole text unknown
                    yield below
            return
        last = path.rsplit(".", 1)[-1].split("[")[0]
        if last in ("Action", "NotAction") and ":" in value:
            yield path, "broaden", put(f"{value.split(':')[0]}:*")
            yield path, "broaden to all", put("*")
        elif last == "Resource" or ".Principal" in path:
            yield path, "broaden", put("*")
        arn = _ARN.fullmatch(value)
        if arn:
            yield path, "another account", put(value.replace(f":{arn[1]}:", f":{_STRANGER}:"))
        elif re.fullmatch(r"\d{12}", value):
            yield path, "another account", put(_STRANGER)
        if value.startswith("arn:aws:"):
            yield path, "point elsewhere", put(f"{value}-other")
            if ".Statement[" not in path and value in self.siblings:
                yield path, "point at a sibling", put(self.siblings[value])
        if last == "Resource":
            for word, other in self.others.items():
                changed = re.sub(rf"\b{word}\b", other, value)
                yield path, "another's", put(changed)
            prefix = _PREFIX.fullmatch(value)
            if prefix:
                other = "data" if prefix[2] == "uploads" else "uploads"
                yield path, "another prefix", put(f"{prefix[1]}{other}/{prefix[3]}")
        yield from _of_word(value, path, put)


def _of_word(value: str, path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
    for prefix, weaker in _BY_PREFIX.items():
        if value.startswith(prefix):
            yield path, f"become {weaker!r}", put(weaker)
    if value in _NEIGHBOURS:
        for neighbour in _NEIGHBOURS[value]:
            yield path, f"become {neighbour!r}", put(neighbour)
    elif not value.startswith("arn:"):
        yield path, "alter", put(f"{value}-x")


def _of_archive(value: dict[str, Any], path: str, put: Callable[[Any], Any]) -> Iterator[Change]:
    """What else could be delivered: an executable for another machine, a script, or none."""
    file = value.get("path")
    rest = {k: v for k, v in value.items() if k not in ("path", "assets", "hash")}
    if isinstance(file, str):
        for one, other in (("/x86_64/", "/arm64/"), ("/arm64/", "/x86_64/")):
            if one in file:
                yield path, "another architecture", put({**rest, "path": file.replace(one, other)})
                break
        yield path, "no archive", put({**rest, "path": __file__})
    script = {"text": "#!/bin/sh"}
    yield path, "a script", put({**rest, "assets": {"bootstrap": script}})
    yield path, "no executable", put({**rest, "assets": {"main.py": script}})


def _control(actions: list[Any]) -> list[str]:
    services = {str(action).split(":")[0] for action in actions}
    return [action for service, action in _CONTROL.items() if service in services]


def _everyone_like(statements: list[Any]) -> dict[str, Any]:
    """A statement that allows everyone everything, in the form that its document takes."""
    first = statements[0] if statements and isinstance(statements[0], dict) else {}
    added: dict[str, Any] = dict(_EVERYONE)
    if "Principal" in first:
        added["Principal"] = "*"
    if "Resource" not in first:  # who may assume a role
        del added["Resource"]
        added["Action"] = "sts:AssumeRole"
    return added


def _document(value: str) -> dict[str, Any] | None:
    """The JSON object in a string, None if there is none."""
    if not value.startswith("{"):
        return None
    try:
        parsed = json.loads(value)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
