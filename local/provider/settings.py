"""The provider's own configuration (``aws:…``): what of it is known here, and what it asks for."""

import json
from typing import Any

from local.provider.aws import account
from local.provider.properties import Properties, is_unknown

_UNSUPPORTED = ("assumeRoles", "ignoreTags", "endpoints", "profile")


def refused(configuration: Properties) -> dict[str, str]:
    """What is wrong with a configuration: the setting's name and why.

    As the official provider does, this one works in no account but those that it is given.
    """
    reasons = {
        name: f"aws:{name} is not known to the local provider; use --official-plugins"
        for name in _UNSUPPORTED
        if name in configuration
    }
    allowed = _value(configuration, "allowedAccountIds")
    if allowed and not is_unknown(allowed) and account() not in allowed:
        reasons["allowedAccountIds"] = (
            f"AWS account ID not allowed: {account()}: aws:allowedAccountIds has "
            f"{', '.join(map(str, allowed))}. Use the credentials of that account, or set "
            "aws:allowedAccountIds to the account that you mean"
        )
    return reasons


def default_tags(configuration: Properties) -> dict[str, str]:
    """The tags that every resource gets that takes tags."""
    tags = _value(configuration, "defaultTags") or {}
    return {} if is_unknown(tags) else dict(tags.get("tags") or {})


def _value(configuration: Properties, name: str) -> Any:
    """A setting that is a list or an object: the engine hands these over as JSON texts."""
    value = configuration.get(name)
    return json.loads(value) if isinstance(value, str) and not is_unknown(value) else value
