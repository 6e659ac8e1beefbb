"""A Pulumi preview as Terraform JSON configuration that `terraform plan` accepts.

What was known at preview is written as it is; what was not is written as a reference to the
resource it depends on, by the attribute that the receiving property asks for.
"""

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.terraform.schema import PROVIDER_VERSION, block_of
from compliance.terraform.view import Mapped, TerraformView


@dataclass(frozen=True, kw_only=True)
class Export:
    """The file written, how many resources it has, and the values that a person must supply."""

    path: Path
    resources: int
    variables: tuple[str, ...]


def export(view: TerraformView, *, region: str, program: Path, output: Path) -> Export:
    """Write `main.tf.json` and the function archives into the folder `output`.

    Args:
        view: the mapped preview.
        region: the provider's region.
        program: the folder that archive paths in the preview are relative to.
        output: the folder to write to; made if it does not exist.

    Raises:
        OSError: an archive cannot be read or the folder cannot be written.
    """
    output.mkdir(parents=True, exist_ok=True)
    by_address = {resource.address: resource for resource in view.resources}
    variables: dict[str, Any] = {}
    resources: dict[str, dict[str, Any]] = {}
    for resource in view.resources:
        body = _escaped(_configurable(resource))
        for attribute, hidden in resource.converted.unknown.items():
            targets = [by_address[target] for target in resource.references.get(attribute, ())]
            variable = f"{resource.name}_{attribute}"
            if not targets:
                variables[variable] = {
                    "type": "string",
                    "description": f"{attribute} of {resource.address}, unknown at preview",
                }
            expression = _Expression(
                resource=resource,
                targets=targets,
                view=by_address,
                otherwise=f"${{var.{variable}}}",
            )
            body[attribute] = _filled(body.get(attribute), hidden, attribute, expression)
        _copy_archive(body, program, output)
        if resource.after:
            body["depends_on"] = list(resource.after)
        resources.setdefault(resource.type, {})[resource.name] = body
    document: dict[str, Any] = {
        "terraform": {
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": PROVIDER_VERSION}}
        },
        "provider": {"aws": {"region": region}},
        "resource": resources,
    }
    if variables:
        document["variable"] = variables
    path = output / "main.tf.json"
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return Export(path=path, resources=len(view.resources), variables=tuple(sorted(variables)))


def _configurable(resource: Mapped) -> dict[str, Any]:
    """The values that the program set and that configuration may set.

    What a provider fills in is left to the one that will read this: versions differ in defaults.
    The names that it made up stay, which others refer to.
    """
    block = block_of(resource.type)
    return {
        name: value
        for name, value in resource.converted.values.items()
        if (name in block.blocks or block.attributes[name].configurable)
        and (name not in resource.defaulted or name in block.identifying)
    }


def _escaped(value: Any) -> Any:
    """`${` and `%{` start templates in Terraform's JSON syntax; doubled, they are text."""
    if isinstance(value, str):
        return re.sub(r"([$%])\{", r"\1\1{", value)
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value


@dataclass(frozen=True, kw_only=True)
class _Expression:
    """What stands for an unknown value, by the name of the attribute that takes it."""

    resource: Mapped
    targets: list[Mapped]
    view: Mapping[str, Mapped]
    otherwise: str

    def of(self, attribute: str) -> str:
        if (self.resource.type, attribute) == ("aws_cloudwatch_log_group", "name"):
            return _execution_log_group(self.view) or self.otherwise
        if not self.targets:
            return self.otherwise
        target = self.targets[0]
        return f"${{{target.address}.{_attribute(attribute, target)}}}"


def _filled(known: Any, hidden: Any, attribute: str, expression: _Expression) -> Any:
    """`known` with an expression wherever `hidden`, its mirror, says that a value is unknown."""
    if hidden is True:
        return expression.of(attribute)
    if isinstance(hidden, Mapping):
        below = dict(known or {})
        return below | {
            name: _filled(below.get(name), mirror, name, expression)
            for name, mirror in hidden.items()
        }
    if isinstance(hidden, list):
        return [
            _filled(item, mirror, attribute, expression) if mirror else item
            for item, mirror in zip(known, hidden, strict=True)
        ]
    return known


def _attribute(attribute: str, target: Mapped) -> str:
    """Which attribute of the target a property of this name asks for."""
    offered = block_of(target.type).attributes
    if attribute == "parent_id":
        return "root_resource_id" if "root_resource_id" in offered else "id"
    wants_arn = attribute.endswith("arn") or attribute in ("kms_key_id", "kms_master_key_id")
    if wants_arn and "arn" in offered:
        return "arn"
    if attribute in offered and attribute != "name":
        return attribute
    return "name" if attribute == "role" else "id"


def _execution_log_group(by_address: Mapping[str, Mapped]) -> str | None:
    """API Gateway fixes this name, which holds the API's identifier."""
    stages = [r for r in by_address.values() if r.type == "aws_api_gateway_stage"]
    apis = [r for r in by_address.values() if r.type == "aws_api_gateway_rest_api"]
    if len(stages) != 1 or len(apis) != 1:
        return None
    stage = stages[0].converted.values["stage_name"]
    return f"API-Gateway-Execution-Logs_${{{apis[0].address}.id}}/{stage}"


def _copy_archive(body: dict[str, Any], program: Path, output: Path) -> None:
    filename = body.get("filename")
    if isinstance(filename, str):
        source = program / filename
        shutil.copyfile(source, output / source.name)
        body["filename"] = f"${{path.module}}/{source.name}"
