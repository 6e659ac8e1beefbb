"""What the policy pack judges, the program states: a default may have been changed by hand.

The official provider keeps a default that it once filled in, and a refresh reads what AWS has: an
alarm that somebody silenced would stay silenced through every later deployment (decision 0052).
"""

from pathlib import Path

from local.provider.services import TYPES
from tests.stack.recorder import Recording

ROOT = Path(__file__).resolve().parents[2]
# The pack reads these words of other things: the path of an asset, the time that a function's own
# queue hides a message.
NOT_OF_THE_TYPE = {
    ("aws:iam/role:Role", "path"),
    ("aws:sqs/queue:Queue", "visibilityTimeoutSeconds"),
}


def test_every_default_that_the_pack_reads_is_stated(stack: Recording) -> None:
    pack = "".join(path.read_text() for path in (ROOT / "policies").rglob("*.py"))
    left_out = {
        (resource.type, key)
        for resource in stack
        if resource.type in TYPES
        for key, value in TYPES[resource.type].defaults.items()
        if value and f'"{key}"' in pack and key not in resource.inputs
    }
    assert left_out == NOT_OF_THE_TYPE


def test_the_json_of_a_queue_is_written_as_sqs_returns_it(stack: Recording) -> None:
    for queue in stack.of_type("aws:sqs/queue:Queue"):
        for key in ("policy", "redrivePolicy", "redriveAllowPolicy"):
            assert '": ' not in str(queue.inputs.get(key, ""))
