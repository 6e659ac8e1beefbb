"""A Pulumi preview as the plan document that `terraform show -json` prints.

Scanners read `planned_values` (what will be), `resource_changes` (with `after_unknown`),
`configuration` (which attribute refers to which resource: the edges of their graphs) and
`provider_config`. The format is HashiCorp's "JSON output format", version 1.2.
"""

from typing import Any

from compliance.terraform.schema import PROVIDER_VERSION
from compliance.terraform.view import Mapped, TerraformView


def plan_document(view: TerraformView) -> dict[str, Any]:
    """The plan; every resource is shown as created, which is what a scanner judges."""
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [_planned(r) for r in view.resources]}},
        "resource_changes": [_change(r) for r in view.resources],
        "configuration": {
            "provider_config": {
                "aws": {
                    "name": "aws",
                    "version_constraint": PROVIDER_VERSION,
                    "expressions": (
                        {"region": {"constant_value": view.region}} if view.region else {}
                    ),
                }
            },
            "root_module": {"resources": [_configuration(r) for r in view.resources]},
        },
    }


def _identity(resource: Mapped) -> dict[str, Any]:
    return {
        "address": resource.address,
        "mode": "managed",
        "type": resource.type,
        "name": resource.name,
    }


def _planned(resource: Mapped) -> dict[str, Any]:
    return _identity(resource) | {
        "schema_version": 0,
        "values": resource.converted.values,
        "sensitive_values": {},
    }


def _change(resource: Mapped) -> dict[str, Any]:
    return _identity(resource) | {
        "change": {
            "actions": ["create"],
            "before": None,
            "after": resource.converted.values,
            "after_unknown": _flags(resource.converted.unknown),
            "before_sensitive": False,
            "after_sensitive": {},
        },
    }


def _flags(mirror: Any) -> Any:
    """Terraform's own mirror says of a secret that is not told no more than that it is unknown."""
    if isinstance(mirror, dict):
        return {name: _flags(below) for name, below in mirror.items()}
    return [_flags(below) for below in mirror] if isinstance(mirror, list) else bool(mirror)


def _configuration(resource: Mapped) -> dict[str, Any]:
    expressions: dict[str, Any] = {
        attribute: {"constant_value": value}
        for attribute, value in resource.converted.values.items()
        if not isinstance(value, dict | list)
    }
    for attribute, targets in resource.references.items():
        # Terraform lists the attribute referred to and, behind it, the resource itself.
        expressions[attribute] = {
            "references": [at for target in targets for at in (f"{target}.id", target)]
        }
    return _identity(resource) | {
        "provider_config_key": "aws",
        "expressions": expressions,
        "schema_version": 0,
    }
