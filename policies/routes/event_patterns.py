"""EventBridge patterns, so far as rules on this stack need them; anything else does not match."""

from typing import Any


def matches(pattern: Any, event: Any) -> bool:
    """Whether EventBridge would hand `event` to a rule with this pattern.

    Knows exact values, `prefix`, `suffix`, `exists` and `anything-but` values. A filter that it
    does not know matches nothing, so that a rule which relies on one is taken as broken.

    Args:
        pattern: The pattern, parsed.
        event: The event, parsed.
    """
    if isinstance(pattern, dict):
        return isinstance(event, dict) and all(
            matches(wanted, event.get(key)) for key, wanted in pattern.items()
        )
    if isinstance(pattern, list):
        values = event if isinstance(event, list) else [event]
        return any(_holds(choice, value) for choice in pattern for value in values)
    return False


def _holds(choice: Any, value: Any) -> bool:
    if not isinstance(choice, dict):
        return type(choice) is type(value) and choice == value
    if len(choice) != 1:
        return False
    ((operator, operand),) = choice.items()
    if operator == "exists":
        return (value is not None) is operand
    if not isinstance(value, str):
        return False
    if operator == "prefix":
        return isinstance(operand, str) and value.startswith(operand)
    if operator == "suffix":
        return isinstance(operand, str) and value.endswith(operand)
    if operator == "anything-but":
        excluded = operand if isinstance(operand, list) else [operand]
        return value not in excluded and not any(isinstance(item, dict) for item in excluded)
    return False
