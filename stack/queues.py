"""FIFO queues: the work between two functions, and what was given up (MQ-1 to MQ-4)."""

from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from stack.documents import Statement, allow, compact, deny_plain_transport, document
from stack.key import Key
from stack.names import Names
from stack.tags import TAGS

MAX_RECEIVE_COUNT: Final = 3
DAY: Final = 86_400  # seconds


@dataclass(frozen=True, kw_only=True)
class DeadLetterQueueArgs:
    """Arguments of DeadLetterQueue: exactly one of the two sources is given.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the messages.
        source_queue: the work queue whose redrive policy feeds this queue.
        source_rule_arn: the EventBridge rule that feeds this queue.
    """

    names: Names
    key: Key
    source_queue: str | None = None
    source_rule_arn: str | None = None


class DeadLetterQueue(pulumi.ComponentResource):
    """Keeps what a function failed on three times, for 14 days.

    Attributes:
        queue: the queue itself.
        arn: its ARN, known at preview.
        url: its URL, known at preview.
    """

    def __init__(
        self, name: str, args: DeadLetterQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:DeadLetterQueue", name, {}, opts)
        names = args.names
        self.arn = names.queue_arn(name)
        self.url = names.queue_url(name)
        self.queue = aws.sqs.Queue(
            name,
            name=names.fifo(name),
            fifo_queue=True,
            deduplication_scope="messageGroup",
            fifo_throughput_limit="perMessageGroupId",
            # EventBridge sends no deduplication id; a redrive keeps the one that is there.
            content_based_deduplication=args.source_rule_arn is not None,
            message_retention_seconds=14 * DAY,
            kms_master_key_id=names.key_alias_arn,
            redrive_allow_policy=_redrive_allow_policy(args),
            policy=document(*_dead_letter_statements(self.arn, args)),
            tags=TAGS,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.key.alias]),
        )
        self.register_outputs({})


@dataclass(frozen=True, kw_only=True)
class WorkQueueArgs:
    """Arguments of WorkQueue.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the messages.
        dead_letters: takes a message after three receives.
        consumer_timeout: seconds that the consuming function may run.
    """

    names: Names
    key: Key
    dead_letters: DeadLetterQueue
    consumer_timeout: int


class WorkQueue(pulumi.ComponentResource):
    """Carries claim checks from one function to the next, in order within a feed.

    Attributes:
        queue: the queue itself.
        arn: its ARN, known at preview.
        url: its URL, known at preview.
    """

    def __init__(
        self, name: str, args: WorkQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:WorkQueue", name, {}, opts)
        names = args.names
        self.arn = names.queue_arn(name)
        self.url = names.queue_url(name)
        self.queue = aws.sqs.Queue(
            name,
            name=names.fifo(name),
            fifo_queue=True,
            deduplication_scope="messageGroup",
            fifo_throughput_limit="perMessageGroupId",
            content_based_deduplication=False,  # senders derive the id from the cause of a message
            message_retention_seconds=4 * DAY,
            visibility_timeout_seconds=6 * args.consumer_timeout,  # what Lambda asks of its sources
            kms_master_key_id=names.key_alias_arn,
            redrive_policy=compact(
                {
                    "deadLetterTargetArn": args.dead_letters.arn,
                    "maxReceiveCount": MAX_RECEIVE_COUNT,
                }
            ),
            # Nobody may name a queue that carries work as the place for failures.
            redrive_allow_policy=compact({"redrivePermission": "denyAll"}),
            policy=document(deny_plain_transport(["sqs:*"], [self.arn])),
            tags=TAGS,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[args.key.alias, args.dead_letters.queue]
            ),
        )
        self.register_outputs({})


def _redrive_allow_policy(args: DeadLetterQueueArgs) -> str:
    if args.source_queue is None:
        return compact({"redrivePermission": "denyAll"})
    return compact(
        {
            "redrivePermission": "byQueue",
            "sourceQueueArns": [args.names.queue_arn(args.source_queue)],
        }
    )


def _dead_letter_statements(arn: str, args: DeadLetterQueueArgs) -> list[Statement]:
    statements = [deny_plain_transport(["sqs:*"], [arn])]
    if args.source_rule_arn is not None:
        statements.append(
            allow(
                "FailuresRule",
                ["sqs:SendMessage"],
                [arn],
                principal={"Service": "events.amazonaws.com"},
                condition={
                    "ArnEquals": {"aws:SourceArn": args.source_rule_arn},
                    "StringEquals": {"aws:SourceAccount": args.names.account},
                },
            )
        )
    return statements
