"""A Pulumi preview as Terraform JSON configuration that `terraform plan` accepts.

What was known at preview is written as it is; what was not is written as a reference to the
resource it depends on, by the attribute that the receiving property asks for.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from compliance.evidence import logical_name
from compliance.terraform.assets import Assets
from compliance.terraform.expressions import Expressions
from compliance.terraform.schema import PROVIDER_VERSION, block_of
from compliance.terraform.view import Mapped, TerraformView


@dataclass(frozen=True, kw_only=True)
class Export:
    """The file written, how many resources it has, and what a person has to see to.

    `variables` are values to be supplied; `guesses` are references that may not be what the program
    means; `left_out` are resources and properties of the preview that the provider does not know.
    """

    path: Path
    resources: int
    variables: tuple[str, ...]
    guesses: tuple[str, ...]
    left_out: tuple[str, ...]


def export(view: TerraformView, *, program: Path, output: Path) -> Export:
    """Write `main.tf.json`, the function archives and the like into the folder `output`.

    Args:
        view: the mapped preview.
        program: the folder that paths in the preview are relative to.
        output: the folder to write to; made if it does not exist.

    Raises:
        OSError: a file cannot be read or the folder cannot be written.
    """
    output.mkdir(parents=True, exist_ok=True)
    by_address = {resource.address: resource for resource in view.resources}
    assets = Assets(program, output)
    variables: dict[str, Any] = {}
    guesses: list[str] = []
    resources: dict[str, dict[str, Any]] = {}
    for resource in view.resources:
        body = Expressions(resource, by_address, variables, guesses).filled(
            block_of(resource.type), _configurable(resource), resource.converted.unknown
        )
        for attribute, asset in resource.converted.assets.items():
            body[attribute] = assets.copy(asset, resource.address)
        if resource.region not in (None, view.region):
            body["provider"] = f"aws.{resource.region}"
        if resource.after:
            body["depends_on"] = list(resource.after)
        resources.setdefault(resource.type, {})[resource.name] = body
    document: dict[str, Any] = {
        "terraform": {
            "required_providers": {"aws": {"source": "hashicorp/aws", "version": PROVIDER_VERSION}}
        },
        "provider": {"aws": _providers(view)},
        "resource": resources,
    }
    if variables:
        document["variable"] = variables
    path = output / "main.tf.json"
    path.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return Export(
        path=path,
        resources=len(view.resources),
        variables=tuple(sorted(variables)),
        guesses=tuple(guesses),
        left_out=tuple(_left_out(view)),
    )


def _providers(view: TerraformView) -> Any:
    """The provider of the stack's region, and one more by the name of each other region."""
    regions = {resource.region for resource in view.resources if resource.region}
    others = sorted(regions - {view.region})
    own: dict[str, Any] = {"region": view.region} if view.region else {}
    if view.accounts:
        own["allowed_account_ids"] = list(view.accounts)
    return [own, *({**own, "alias": other, "region": other} for other in others)] if others else own


def _left_out(view: TerraformView) -> Iterator[str]:
    for kind, urns in view.unmapped_types.items():
        yield from (f"{logical_name(urn)} ({kind})" for urn in urns)
    for urn, settings in view.unmapped_settings.items():
        yield from (f"{setting} of the provider {logical_name(urn)}" for setting in settings)
    for resource in view.resources:
        # A resource's own region is that of its provider here.
        carried = {"region"} if resource.region else set()
        yield from (
            f"{path} of {resource.address}"
            for path in resource.converted.unmapped
            if path not in carried
        )


def _configurable(resource: Mapped) -> dict[str, Any]:
    """The values that the program set and that configuration may set.

    What a provider fills in is left to the one that will read this: versions differ in defaults.
    The names that it made up stay, which others refer to, in place of the prefixes that they would
    conflict with. Of the tags, which Terraform tells twice, those are written that are configured.
    """
    block = block_of(resource.type)
    made_up = {f"{name}_prefix" for name in resource.defaulted & block.identifying}
    return {
        name: value
        for name, value in resource.converted.values.items()
        if name != "tags_all"
        and (name in block.blocks or block.attributes[name].configurable)
        and (name not in resource.defaulted or name in block.identifying)
        and name not in made_up
    }
