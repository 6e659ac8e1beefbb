"""The operator's program: the ledger's own code, run on this machine for one request."""

import json
import subprocess
from typing import Any

from pipeline.deployment import Deployment
from pipeline.engine import let_go
from pipeline.errors import CommandError
from pipeline.programs import built

Answer = dict[str, Any]


class RefusedError(Exception):
    """The ledger does not do what it was asked for.

    Args:
        refusal: Why, as `feed.Refusal` has it (`handlers/internal/feed/operator.go`).
    """

    def __init__(self, refusal: dict[str, Any]) -> None:
        super().__init__(refusal["why"])
        self.refusal = refusal


def ask(deployment: Deployment, command: str, **arguments: object) -> Answer:
    """Have the program carry out one command on a stack, under the caller's rights.

    Interrupted, it is given the time to let go of what it holds.

    Raises:
        RefusedError: The ledger's rules forbid it.
        CommandError: The program is missing, or failed; the message is its own.
    """
    request = {"command": command, "stack": dict(deployment.outputs), **arguments}
    with subprocess.Popen(
        [str(built("operator"))],
        env=deployment.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,  # the terminal's Ctrl-C is passed on below, once
    ) as process:
        try:
            output, errors = process.communicate(json.dumps(request))
        except (KeyboardInterrupt, SystemExit):
            let_go(process)
            raise
    if process.returncode != 0:
        hint = ". For the local stack, run `pipeline up`: its emulator does not answer."
        raise CommandError(errors.strip() + (hint if "connection refused" in errors else ""))
    answer: Answer = json.loads(output)
    if "refusal" in answer:
        raise RefusedError(answer["refusal"])
    return answer
