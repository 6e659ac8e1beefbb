"""What stands in configuration for the values that a preview does not tell.

An unknown value becomes a reference to the resource that it depends on, by the attribute that the
receiving property asks for. Where nothing tells one, and for a secret, a person has to supply a
variable: one for each place. A preview does not tell a resource's attribute from a text that has it
inside: where the property's name does not speak of what it refers to, the reference is a guess.
"""

import re
from collections.abc import Mapping
from typing import Any

from compliance.terraform.schema import Block, block_of
from compliance.terraform.values import MASKED
from compliance.terraform.view import Mapped

# Property → the attribute that it asks for of a target that has it.
_ASKED = {
    "alarm_actions": "arn",
    "authorizer_credentials": "arn",
    "authorizer_uri": "invoke_arn",
    "credentials": "arn",
    "destination": "arn",
    "endpoint": "arn",
    "event_source_arn": "stream_arn",
    "function_version": "version",
    "insufficient_data_actions": "arn",
    "kms_key_id": "arn",
    "kms_master_key_id": "arn",
    "ok_actions": "arn",
    "parent_id": "root_resource_id",
    "resource_id": "root_resource_id",
    "rule": "name",
    "source_arn": "execution_arn",
    "stage": "stage_name",
    "uri": "invoke_arn",
}

# What a resource says of itself: of another with the same property it wants the identifier.
_ITS_OWN = frozenset({"description", "name", "parent_id", "policy"})


class Expressions:
    """The values of one resource, with expressions for what is unknown or secret.

    Args:
        resource: the resource.
        by_address: every resource of the view.
        variables: the document's variables; those needed are added.
        guesses: the references that may not be meant; those of this resource are added.
    """

    def __init__(
        self,
        resource: Mapped,
        by_address: Mapping[str, Mapped],
        variables: dict[str, Any],
        guesses: list[str],
    ) -> None:
        """See the class."""
        self._resource = resource
        self._by_address = by_address
        self._variables = variables
        self._guesses = guesses

    def filled(
        self, block: Block, known: Mapping[str, Any], hidden: Mapping[str, Any], *above: str
    ) -> dict[str, Any]:
        """The block's body.

        Args:
            block: its schema.
            known: its values.
            hidden: their mirror, which says what is unknown.
            above: the way to it from the resource.
        """
        body: dict[str, Any] = {}
        for name in dict.fromkeys((*known, *hidden)):
            value, mirror, place = known.get(name), hidden.get(name), (*above, name)
            if name not in block.blocks:
                kind = block.attributes[name].type
                body[name] = self._value(kind, name, value, mirror, place)
            elif mirror in (True, MASKED):
                body.setdefault("dynamic", {})[name] = {
                    "for_each": self._variable("any", place),
                    "content": _content(name, block.blocks[name]),
                }
            else:
                nested = block.blocks[name]
                items, mirrors = _listed(value), _listed(mirror)
                filled = [
                    self.filled(nested, item, mirrors[at] if mirrors else {}, *place, str(at))
                    for at, item in enumerate(items)
                ]
                body[name] = filled[0] if nested.single and filled else filled
        return body

    def _value(self, kind: Any, name: str, known: Any, hidden: Any, place: tuple[str, ...]) -> Any:
        if hidden is True:
            return self._unknown(kind, name, place)
        if MASKED in (known, hidden):
            return self._variable(kind, place, sensitive=True)
        element = kind[1] if isinstance(kind, list) else kind
        if isinstance(known, Mapping):
            mirrors = hidden or {}
            fields = element if isinstance(element, Mapping) else {}
            return {
                escaped(key): self._value(
                    fields.get(key, element), key, known.get(key), mirrors.get(key), (*place, key)
                )
                for key in dict.fromkeys((*known, *mirrors))
            }
        if isinstance(known, list):
            mirrors = hidden or [False] * len(known)
            return [
                self._value(element, name, item, mirror, (*place, str(at)))
                for at, (item, mirror) in enumerate(zip(known, mirrors, strict=True))
            ]
        return escaped(known)

    def _unknown(self, kind: Any, name: str, place: tuple[str, ...]) -> Any:
        if (self._resource.type, name) == ("aws_cloudwatch_log_group", "name"):
            group = _execution_log_group(self._by_address)
            if group:
                return group
        targets = [self._by_address[at] for at in self._resource.references.get(place[0], ())]
        if targets and kind == "string":
            meant = _meant(name, targets)
            return self._reference(name, meant[0], place, sure=len(meant) == 1)
        if targets and isinstance(kind, list) and kind[0] != "map" and kind[1] == "string":
            return [self._reference(name, target, place) for target in targets]
        # Neither an identifier nor a name is a number, a flag or a map.
        return self._variable(kind, place)

    def _reference(
        self, name: str, target: Mapped, place: tuple[str, ...], *, sure: bool = True
    ) -> str:
        name = name.lower()  # as of an environment variable
        attribute = self._attribute(name, target)
        reference = f"${{{target.address}.{attribute}}}"
        # Behind an API's ARN there is a path; what a resource is called is what is left.
        vague = attribute in ("id", "name") and _vague(name, target)
        if not sure or vague or attribute == "execution_arn":
            self._guesses.append(f"{'.'.join(place)} of {self._resource.address}: {reference}")
        return reference

    def _attribute(self, name: str, target: Mapped) -> str:
        """Which attribute of the target a property of this name asks for."""
        offered = block_of(target.type).attributes
        asked = _ASKED.get(name)
        if asked is not None and asked in offered:
            return asked
        if name.endswith(("arn", "arns")) and "arn" in offered:
            return "arn"
        if name == "role" and "name" in offered:  # functions take it by ARN, all others by name
            return "arn" if self._resource.type == "aws_lambda_function" else "name"
        if name in offered and name not in _ITS_OWN:
            return name
        return "name" if name.endswith("_name") and "name" in offered else "id"

    def _variable(self, kind: Any, place: tuple[str, ...], *, sensitive: bool = False) -> str:
        base = re.sub(r"\W", "_", "_".join((self._resource.name, *place)))
        name, number = base, 2
        while name in self._variables:
            name, number = f"{base}_{number}", number + 1
        why = "a secret" if sensitive else "which the preview does not tell"
        self._variables[name] = {
            "type": _type_expression(kind),
            "description": f"{'.'.join(place)} of {self._resource.address}, {why}",
        } | ({"sensitive": True} if sensitive else {})
        return f"${{var.{name}}}"


def escaped(value: Any) -> Any:
    """`${` and `%{` start templates in Terraform's JSON syntax; doubled, they are text."""
    if isinstance(value, str):
        return re.sub(r"([$%])\{", r"\1\1{", value)
    if isinstance(value, Mapping):
        return {escaped(key): escaped(item) for key, item in value.items()}
    return value


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _content(iterator: str, block: Block) -> dict[str, Any]:
    """The body of blocks of which nothing is known: whatever the variable's items say."""
    content: dict[str, Any] = {
        name: f"${{{iterator}.value.{name}}}"
        if attribute.required
        else f"${{try({iterator}.value.{name}, null)}}"
        for name, attribute in block.attributes.items()
        if attribute.configurable
    }
    nested = {
        name: {
            "for_each": f"${{try({iterator}.value.{name}, [])}}",
            "content": _content(name, below),
        }
        for name, below in block.blocks.items()
    }
    return content | ({"dynamic": nested} if nested else {})


def _meant(name: str, targets: list[Mapped]) -> list[Mapped]:
    """Of several resources, those whose kind the property's name speaks of, if any."""
    return [t for t in targets if t.type.rsplit("_", 1)[-1] in name.lower()] or targets


def _vague(name: str, target: Mapped) -> bool:
    """Whether a property's name speaks neither of an identifier nor of the target's kind."""
    *_, last = words = name.split("_")
    if last == "url":  # a queue's is its identifier
        return "url" not in block_of(target.type).attributes
    speaks = last in ("id", "ids") or set(words) & set(target.type.split("_"))
    return last == "policy" or not speaks


def _type_expression(kind: Any) -> str:
    if isinstance(kind, str):
        return kind
    return "any" if kind[0] == "object" else f"{kind[0]}({_type_expression(kind[1])})"


def _execution_log_group(by_address: Mapping[str, Mapped]) -> str | None:
    """API Gateway fixes this name, which holds the API's identifier."""
    stages = [r for r in by_address.values() if r.type == "aws_api_gateway_stage"]
    apis = [r for r in by_address.values() if r.type == "aws_api_gateway_rest_api"]
    if len(stages) != 1 or len(apis) != 1:
        return None
    stage = stages[0].converted.values.get("stage_name")
    return (
        f"API-Gateway-Execution-Logs_${{{apis[0].address}.id}}/{escaped(stage)}" if stage else None
    )
