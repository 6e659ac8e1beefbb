"""What the policy pack adds to a preview of the real stack, and what a whole check takes.

    python -m benchmarks.preview [--rounds 3] [--json]

Processor time (user and system, all processes) is compared, since the clock depends on what else
the machine does.
"""

import argparse
import json
import sys

from benchmarks.project import REPOSITORY, best_of, throwaway
from local import environment

PORT = 4720


def measure(rounds: int) -> dict[str, dict[str, float]]:
    """Seconds by the clock and of processor time, by what was run."""
    with throwaway(PORT) as target:
        environment.prepare(target.project)
        pulumi = str(target.pulumi())
        commands = {
            "preview": [pulumi, "preview", "--non-interactive"],
            "preview under the pack": [
                *(pulumi, "preview", "--non-interactive", "--policy-pack", str(target.project)),
            ],
            "pipeline check": [str(REPOSITORY / ".venv" / "bin" / "pipeline"), "check"],
        }
        timings = {what: best_of(rounds, command, target) for what, command in commands.items()}
    return {what: {"clock": t.clock, "cpu": t.cpu} for what, t in timings.items()}


def main() -> None:
    """Print the figures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--json", action="store_true")
    asked = arguments.parse_args()
    found = measure(asked.rounds)
    if asked.json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    for what, seconds in found.items():
        line = f"{what:<24} {seconds['clock']:6.2f} s  {seconds['cpu']:6.2f} s of processor time\n"
        sys.stdout.write(line)
    added = found["preview under the pack"]["cpu"] / found["preview"]["cpu"] - 1
    sys.stdout.write(f"the pack adds {added:.0%} to the preview\n")


if __name__ == "__main__":
    main()
