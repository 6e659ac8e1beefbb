"""Moving a dead-letter queue's messages back, in feed order.

The functions' own code reads the messages and decides (`handlers/internal/operator/redrive.go`).
"""

from typing import Any

from pipeline.deployment import Deployment, function_name
from pipeline.operator import ask

Letter = dict[str, Any]  # functions, messageId, feed, number, file, redrivable


class DeadLetterQueue:
    """A function's dead-letter queue, under the operator's rights.

    Args:
        deployment: The stack.
        function: The function's short name.
    """

    def __init__(self, deployment: Deployment, function: str) -> None:
        self._deployment = deployment
        self._function = function_name(function)

    def look(self) -> tuple[list[Letter], int]:
        """The messages that can be seen now, in feed order, and about how many more there are.

        A FIFO queue shows at most ten messages of a group at once, and none while any of the group
        is held: by another command, or for a minute by one that was killed.
        """
        found = ask(self._deployment, "look", function=self._function)
        return found["seen"], found["unseen"]

    def redrive(self) -> list[Letter]:
        """Send back what can be, in feed order. The rest stays where it is.

        What fails again meanwhile stays too, or a fault that persists would keep this going on.
        """
        moved: list[Letter] = ask(self._deployment, "redrive", function=self._function)["moved"]
        return moved
