"""The way of a failed asynchronous call to its FIFO dead-letter queue (MQ-2).

Lambda cannot send a failed asynchronous event to a FIFO queue itself. It can put it on an
event bus, and a rule there can target a FIFO queue.
"""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.key import Key
from stack.names import Names
from stack.queues import DeadLetterQueue
from stack.tags import TAGS


@dataclass(frozen=True, kw_only=True)
class FailuresArgs:
    """Arguments of Failures.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the events.
        dead_letters: the dead-letter queue of each function, by the function's short name.
    """

    names: Names
    key: Key
    dead_letters: dict[str, DeadLetterQueue]


class Failures(pulumi.ComponentResource):
    """An event bus with one rule and one FIFO target per function.

    Attributes:
        bus: the event bus, the functions' on-failure destination.
    """

    def __init__(
        self, name: str, args: FailuresArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Failures", name, {}, opts)
        names = args.names
        self.bus = aws.cloudwatch.EventBus(
            name,
            name=names.failures_bus,
            description="What asynchronously called functions failed on three times",
            kms_key_identifier=names.key_alias_arn,
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.key.alias]),
        )
        for function, dead_letters in args.dead_letters.items():
            self._route(function, names, dead_letters)
        self.register_outputs({})

    def _route(self, function: str, names: Names, dead_letters: DeadLetterQueue) -> None:
        child = pulumi.ResourceOptions(parent=self)
        arn = names.function_arn(function)
        rule = aws.cloudwatch.EventRule(
            f"{function}-failures-rule",
            name=names.failures_rule(function),
            description=f"Failures of {names.function(function)} to its dead-letter queue",
            event_bus_name=self.bus.name,
            event_pattern=json.dumps(
                {
                    "source": ["lambda"],
                    "detail-type": ["Lambda Function Invocation Result - Failure"],
                    # AWS reports the version that ran, and an unpublished one is $LATEST.
                    "detail": {"requestContext": {"functionArn": [arn, f"{arn}:$LATEST"]}},
                }
            ),
            state="ENABLED",
            tags=TAGS,
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{function}-failures-target",
            target_id=names.of(f"{function}-failures-target"),
            rule=rule.name,
            event_bus_name=self.bus.name,
            arn=dead_letters.arn,
            sqs_target={"message_group_id": names.function(function)},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[dead_letters.queue]),
        )
