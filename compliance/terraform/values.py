"""One resource's Pulumi inputs as Terraform values, unknowns and what could not be mapped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from compliance.terraform.names import snake_case, terraform_property
from compliance.terraform.schema import Attribute, Block, block_of

# How the engine writes a value that is not known yet, by kind (pulumi/sdk/go/common/resource).
UNKNOWNS = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_ASSET, _ARCHIVE = "c44067f5952c0a294b673a41bacd8c17", "0def7320c3a5731c473e5ecbe6d01bc7"
_SECRET = "[secret]"  # noqa: S105 (what a preview writes in place of one)
MASKED = "(sensitive)"


@dataclass(frozen=True, kw_only=True)
class Converted:
    """`values` and `unknown` have Terraform's shape; `unmapped` lists Pulumi property paths.

    In `unknown`, `MASKED` stands in place of True for what is secret as a whole, and no text.
    `assets` are those attributes of a resource itself that are files, as the engine writes them.
    """

    values: dict[str, Any]
    unknown: dict[str, Any]
    assets: Mapping[str, Mapping[str, Any]]
    unmapped: tuple[str, ...]


def convert(resource_type: str, inputs: Mapping[str, Any]) -> Converted:
    """Map the inputs of one resource; secrets are masked, never carried over."""
    return _block(resource_type, block_of(resource_type), inputs, path="")


def _block(resource_type: str, block: Block, inputs: Mapping[str, Any], *, path: str) -> Converted:
    values: dict[str, Any] = {}
    unknown: dict[str, Any] = {}
    assets: dict[str, Mapping[str, Any]] = {}
    unmapped: list[str] = []
    for key, value in sorted(inputs.items()):
        if key.startswith("__") or value is None:  # the engine's own bookkeeping; not set
            continue
        here = f"{path}.{key}" if path else key
        name = terraform_property(resource_type, block, key, top=not path)
        if name is None:
            unmapped.append(here)
        elif is_unknown(value):
            unknown[name] = True
        elif mask := _mask(block, name, value):
            unknown[name] = mask
            unmapped.append(here)
        elif name in block.blocks:
            nested = block.blocks[name]
            items = [_block(resource_type, nested, item, path=here) for item in _as_list(value)]
            converted = [item.values for item in items]
            values[name] = converted[0] if nested.single and converted else converted
            if any(item.unknown for item in items):
                unknown[name] = [item.unknown for item in items]
            unmapped += [at for item in items for at in item.unmapped]
        else:
            values[name], hidden = _attribute(block.attributes[name], value)
            if hidden:
                unknown[name] = hidden
            if _is_asset(value):
                assets[name] = value
    return Converted(
        values=values, unknown=unknown, assets=assets, unmapped=tuple(dict.fromkeys(unmapped))
    )


def is_unknown(value: object) -> bool:
    """Whether the engine's marker says that this value is not known yet."""
    return isinstance(value, str) and value in UNKNOWNS


def _is_special(value: object) -> bool:
    return value == _SECRET or (isinstance(value, Mapping) and _SIGNATURE in value)


def _is_asset(value: object) -> bool:
    return isinstance(value, Mapping) and value.get(_SIGNATURE) in (_ASSET, _ARCHIVE)


def _mask(block: Block, name: str, value: object) -> bool | str:
    """What stands for a secret, or a block of unknown parts, where no text can; False elsewhere.

    Nobody sees what is inside: a preview masks a secret as a text, whatever it was.
    """
    if name in block.blocks:
        items = _as_list(value)
        return MASKED if any(map(_is_special, items)) else any(map(is_unknown, items))
    text = block.attributes[name].type == "string" or _is_asset(value)
    return MASKED if _is_special(value) and not text else False


def _as_list(value: object) -> Sequence[Any]:
    # The bridge flattens lists of at most one element to the element.
    return value if isinstance(value, list | tuple) else [value]


def _attribute(attribute: Attribute, value: Any) -> tuple[Any, Any]:
    """The attribute's value and, where parts are unknown, the mirror that says which."""
    if _is_special(value):
        return _special(value), None
    kind = attribute.type
    if isinstance(kind, list) and kind[0] in ("list", "set"):
        items = _as_list(value)
        if any(map(_has_unknown_field, items)):
            return None, True
        hidden = [is_unknown(item) for item in items]
        known = [None if is_unknown(item) else _scalar(kind[1], item) for item in items]
        return known, hidden if any(hidden) else None
    if isinstance(kind, list) and kind[0] == "map" and isinstance(value, Mapping):
        hidden_keys = {key: True for key, item in value.items() if is_unknown(item)}
        return {
            key: _scalar(kind[1], item)
            for key, item in value.items()
            if key not in hidden_keys and key != "__defaults"
        }, hidden_keys or None
    return _scalar(kind, value), None


def _has_unknown_field(item: object) -> bool:
    return isinstance(item, Mapping) and any(map(is_unknown, item.values()))


def _special(value: Any) -> Any:
    if _is_asset(value):
        return value.get("path") or value.get("uri")
    return MASKED


def _scalar(kind: object, value: Any) -> Any:
    if _is_special(value):
        return _special(value)
    if isinstance(kind, list) and kind[0] == "object" and isinstance(value, Mapping):
        return {
            name: _scalar(kind[1].get(name), item)
            for name, item in ((snake_case(key), item) for key, item in value.items())
        }
    if kind == "string" and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "string" and isinstance(value, float) and value.is_integer():
        return str(int(value))
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    if kind == "number" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value
