"""The resources of a Pulumi preview in Terraform's terms: addresses, values, references."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from compliance.evidence import logical_name
from compliance.terraform.names import terraform_property, terraform_type
from compliance.terraform.schema import block_of
from compliance.terraform.values import Converted, convert, is_unknown


class PlannedResource(Protocol):
    """What the mapping needs of a previewed resource."""

    @property
    def urn(self) -> str:
        """The engine's name of the resource."""

    @property
    def type(self) -> str:
        """Its Pulumi type token."""

    @property
    def custom(self) -> bool:
        """Whether a provider manages it; components only group others."""

    @property
    def external(self) -> bool:
        """Whether it is only read: somebody else manages it."""

    @property
    def provider(self) -> str:
        """The URN of its provider."""

    @property
    def inputs(self) -> Mapping[str, Any]:
        """Its inputs, unknowns and secrets as the engine marks them."""

    @property
    def dependencies(self) -> Sequence[str]:
        """The URNs of all resources that have to exist before it."""

    @property
    def property_dependencies(self) -> Mapping[str, Sequence[str]]:
        """By input property, the URNs that its value depends on."""


@dataclass(frozen=True, kw_only=True)
class Mapped:
    """One resource in Terraform's terms; references and dependencies are addresses.

    `references` go by top-level attribute; `after` is all that has to exist before it; `defaulted`
    are the attributes that the provider filled in, not the program. `region` is the one that its
    provider or the program names, None where neither does.
    """

    urn: str
    type: str
    name: str
    converted: Converted
    references: Mapping[str, tuple[str, ...]]
    after: tuple[str, ...]
    defaulted: frozenset[str]
    region: str | None

    @property
    def address(self) -> str:
        """Terraform's address, such as `aws_sqs_queue.processor_queue`."""
        return f"{self.type}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class TerraformView:
    """All resources that could be mapped, and all that could not: nothing is dropped silently."""

    resources: tuple[Mapped, ...]
    unmapped_types: Mapping[str, tuple[str, ...]]  # Pulumi type → URNs
    unmapped_properties: Mapping[str, tuple[str, ...]]  # URN → property paths
    unmapped_settings: Mapping[str, tuple[str, ...]]  # URN of a provider → names
    accounts: tuple[str, ...]  # the only ones that the providers may work in; none: any
    region: str | None  # the stack's own: the default provider's; None leaves it to the environment


def map_preview(resources: Iterable[PlannedResource]) -> TerraformView:
    """Map every resource that the stack manages; the engine's own have no Terraform form."""
    resources = tuple(resources)
    providers = {r.urn: r.inputs for r in resources if r.type == "pulumi:providers:aws"}
    planned = [
        resource
        for resource in resources
        if resource.custom and not resource.external and not resource.type.startswith("pulumi:")
    ]
    addresses: dict[str, tuple[str, str]] = {}
    unmapped_types: dict[str, list[str]] = {}
    for resource in planned:
        kind = terraform_type(resource.type)
        if kind is None:
            unmapped_types.setdefault(resource.type, []).append(resource.urn)
        else:
            addresses[resource.urn] = (kind, _free_name(kind, resource.urn, addresses.values()))
    identities = _identities(planned, addresses)
    mapped = tuple(
        _map(resource, addresses, identities, providers.get(resource.provider, {}).get("region"))
        for resource in planned
        if resource.urn in addresses
    )
    return TerraformView(
        resources=mapped,
        unmapped_types={kind: tuple(urns) for kind, urns in sorted(unmapped_types.items())},
        unmapped_properties={
            resource.urn: resource.converted.unmapped
            for resource in mapped
            if resource.converted.unmapped
        },
        unmapped_settings={
            urn: tuple(sorted(name for name in settings if not _carried(name)))
            for urn, settings in providers.items()
        },
        accounts=tuple(sorted({account for p in providers.values() for account in _accounts(p)})),
        region=_own_region(providers, mapped),
    )


_CARRIED = ("allowedAccountIds", "defaultTags", "region", "version")


def _carried(setting: str) -> bool:
    """Whether a provider's setting says nothing that the view lacks: its tags are in resources."""
    return setting.startswith(("__", "skip")) or setting in _CARRIED


def _own_region(
    providers: Mapping[str, Mapping[str, Any]], resources: Iterable[Mapped]
) -> str | None:
    """The region of the default provider, else the one that all resources are in."""
    default = {
        _known_region(settings.get("region"))
        for urn, settings in providers.items()
        if logical_name(urn).startswith("default")
    }
    regions = default or {resource.region for resource in resources if resource.region}
    return regions.pop() if len(regions) == 1 else None


def _known_region(value: object) -> str | None:
    return value if isinstance(value, str) and not is_unknown(value) else None


def _accounts(settings: Mapping[str, Any]) -> list[str]:
    """The accounts that a provider is held to; the engine writes a provider's lists as text."""
    value = settings.get("allowedAccountIds", [])
    if isinstance(value, str) and not is_unknown(value):
        value = json.loads(value)
    return [str(account) for account in value] if isinstance(value, list) else []


def _free_name(kind: str, urn: str, taken: Iterable[tuple[str, str]]) -> str:
    """A Terraform identifier from the resource's logical name, numbered if it is taken."""
    base = re.sub(r"\W", "_", logical_name(urn))
    base = base if re.match(r"[A-Za-z_]", base) else f"_{base}"
    names, name, number = {name for other, name in taken if other == kind}, base, 2
    while name in names:
        name, number = f"{base}_{number}", number + 1
    return name


def _identities(
    planned: Iterable[PlannedResource], addresses: Mapping[str, tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """By (identifying attribute, value) → address, to find references that were computed by name.

    The program computes names and ARNs so that nothing is unknown at preview; the edge that a
    Terraform author would have written as a reference is then visible in the value alone.
    """
    found: dict[tuple[str, str], str] = {}
    for resource in planned:
        kind, name = addresses.get(resource.urn, ("", ""))
        attribute = _IDENTIFYING.get(kind)
        value = resource.inputs.get(attribute[1]) if attribute else None
        if attribute and isinstance(value, str):
            found[(attribute[0], value)] = f"{kind}.{name}"
    return found


# Terraform type → (the attribute by which others name it, the Pulumi input that holds the name).
_IDENTIFYING = {
    "aws_s3_bucket": ("bucket", "bucket"),
    "aws_lambda_function": ("function_name", "name"),
    "aws_cloudwatch_event_rule": ("rule", "name"),
    "aws_cloudwatch_event_bus": ("event_bus_name", "name"),
    "aws_iam_role": ("role", "name"),
    "aws_cloudwatch_log_group": ("log_group", "name"),
}


def _map(
    resource: PlannedResource,
    addresses: Mapping[str, tuple[str, str]],
    identities: Mapping[tuple[str, str], str],
    provider_region: object,
) -> Mapped:
    kind, name = addresses[resource.urn]
    block = block_of(kind)
    inputs = resource.inputs
    if "tagsAll" in inputs:  # the provider's own tags are among them
        inputs = {**inputs, "tags": inputs["tagsAll"]}
    converted = convert(kind, inputs)
    references: dict[str, tuple[str, ...]] = {}
    for key, urns in sorted(resource.property_dependencies.items()):
        attribute = terraform_property(kind, block, key, top=True)
        # The SDK names them in any order, and the same program has to be the same document.
        targets = [".".join(addresses[urn]) for urn in sorted(urns) if urn in addresses]
        if attribute and targets:
            references[attribute] = tuple(dict.fromkeys(targets))
    for attribute, value in converted.values.items():
        target = _named_target(attribute, value, identities)
        if target and target != f"{kind}.{name}":
            references.setdefault(attribute, (target,))
    defaults = (
        terraform_property(kind, block, key, top=True)
        for key in resource.inputs.get("__defaults") or ()
    )
    return Mapped(
        urn=resource.urn,
        type=kind,
        name=name,
        converted=converted,
        references=references,
        after=tuple(
            sorted(".".join(addresses[u]) for u in resource.dependencies if u in addresses)
        ),
        defaulted=frozenset(name for name in defaults if name),
        region=_known_region(resource.inputs.get("region", provider_region)),
    )


def _named_target(
    attribute: str, value: Any, identities: Mapping[tuple[str, str], str]
) -> str | None:
    if not isinstance(value, str):
        return None
    if attribute == "role" and ":role/" in value:  # functions name their role by ARN
        value = value.rsplit("/", 1)[-1]
    return identities.get((attribute, value))
