"""Queues: FIFO, receives, visibility, mappings, retention of dead letters."""

import json
from typing import Any

from tests.policies.baseline import queue_arn
from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    check,
    declare,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

QUEUE = "processor-queue"
SOURCE = "processor-source"


def _attaching(kind: str, queue: str, policy: dict[str, Any]) -> Change:
    """A policy of the queue in a resource of its own, beside the inline one."""
    inputs: dict[str, Any] = {
        "queueUrl": f"https://sqs.us-east-1.amazonaws.com/123456789012/{queue}-dev.fifo",
        kind: json.dumps(policy),
    }
    type_ = f"aws:sqs/{kind}:{kind[0].upper()}{kind[1:]}"
    return lambda s: s.add(declare(type_, "attached", **inputs))


def _with_default_timeout(*, visibility: int) -> Change:
    return lambda s: s.drop("processor-function", "timeout").set(
        QUEUE, "visibilityTimeoutSeconds", visibility
    )


CASES = [
    fails(
        "messages that are gone before their third receive",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.set(QUEUE, "visibilityTimeoutSeconds", 5400).set(
            QUEUE, "messageRetentionSeconds", 16199
        ),
        "messageRetentionSeconds is 16199, less than 16200",
    ),
    passes(
        "messages that stay for three receives",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.set(QUEUE, "visibilityTimeoutSeconds", 5400).set(
            QUEUE, "messageRetentionSeconds", 16200
        ),
    ),
    undetermined(
        "queue-max-receive-count",
        QUEUE,
        "messageRetentionSeconds",
        dead_letter_retention={QUEUE},
    ),
    *(
        passes(
            f"the function called {name}",
            "event-source-mapping",
            "processor-source",
            setting("processor-source", "functionName", name),
        )
        for name in (
            "processor-function-dev:$LATEST",
            "function:processor-function-dev",
            "123456789012:processor-function-dev",
            "123456789012:function:processor-function-dev:$LATEST",
            "us-east-1:123456789012:function:processor-function-dev",
            "arn:aws:lambda:us-east-1:123456789012:function:processor-function-dev",
            "arn:aws:lambda:us-east-1:123456789012:function:processor-function-dev:$LATEST",
        )
    ),
    *(
        fails(
            f"the function called {name}",
            "event-source-mapping",
            "processor-source",
            setting("processor-source", "functionName", name),
            "functionName is no function",
            function_dead_letter={"processor-function"},
        )
        for name in (
            "processor-function-dev:live",
            "other-function-dev:$LATEST",
            "999999999999:function:processor-function-dev",
            "us-west-2:123456789012:function:processor-function-dev",
        )
    ),
    fails(
        "a standard queue",
        "queue-fifo",
        QUEUE,
        lambda s: s.set(QUEUE, "fifoQueue", False),
        "fifoQueue is not true",
    ),
    fails("no word of FIFO", "queue-fifo", QUEUE, lambda s: s.drop(QUEUE, "fifoQueue")),
    fails(
        "a standard dead-letter queue",
        "queue-fifo",
        "validator-dlq",
        lambda s: s.set("validator-dlq", "fifoQueue", False),
    ),
    undetermined("queue-fifo", QUEUE, "fifoQueue"),
    fails(
        "four receives",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.set(QUEUE, "redrivePolicy.maxReceiveCount", 4),
        "redrivePolicy.maxReceiveCount is 4, not 3",
    ),
    fails(
        "two receives",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.set(QUEUE, "redrivePolicy.maxReceiveCount", 2),
    ),
    fails(
        "no number of receives",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.drop(QUEUE, "redrivePolicy.maxReceiveCount"),
    ),
    fails(
        "receives as a text",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.set(QUEUE, "redrivePolicy.maxReceiveCount", "3"),
        "not an integer",
    ),
    fails(
        "a redrive policy that is no JSON",
        "queue-max-receive-count",
        QUEUE,
        lambda s: s.set(QUEUE, "redrivePolicy", "3 times"),
        "not valid JSON",
        function_dead_letter={"processor-function"},
        dead_letter_retention={QUEUE},
    ),
    undetermined(
        "queue-max-receive-count",
        QUEUE,
        "redrivePolicy.maxReceiveCount",
        function_dead_letter={"processor-function"},
        dead_letter_retention={QUEUE},
        dead_letter_alarm={QUEUE, "processor-dlq"},
    ),
    fails(
        "four receives in a redrive policy of its own",
        "queue-max-receive-count",
        "redrive",
        lambda s: s.drop(QUEUE, "redrivePolicy").add(
            declare(
                "aws:sqs/redrivePolicy:RedrivePolicy",
                "redrive",
                queueUrl=f"https://sqs.us-east-1.amazonaws.com/123456789012/{QUEUE}-dev.fifo",
                redrivePolicy=json.dumps(
                    {"deadLetterTargetArn": queue_arn("processor-dlq"), "maxReceiveCount": 4}
                ),
            )
        ),
    ),
    not_applicable(
        "no redrive policy",
        "queue-max-receive-count",
        "validator-dlq",
        lambda s: s,
    ),
    fails(
        "less than six times the timeout",
        "queue-visibility",
        QUEUE,
        lambda s: s.set(QUEUE, "visibilityTimeoutSeconds", 359),
        "visibilityTimeoutSeconds is 359, less than 360",
    ),
    fails(
        "AWS's own visibility",
        "queue-visibility",
        QUEUE,
        lambda s: s.drop(QUEUE, "visibilityTimeoutSeconds"),
        "is 30",
    ),
    fails(
        "a longer timeout of the consumer",
        "queue-visibility",
        QUEUE,
        lambda s: s.set("processor-function", "timeout", 61),
    ),
    passes(
        "18 s for a consumer with AWS's own timeout",
        "queue-visibility",
        QUEUE,
        _with_default_timeout(visibility=18),
    ),
    fails(
        "17 s for a consumer with AWS's own timeout",
        "queue-visibility",
        QUEUE,
        _with_default_timeout(visibility=17),
    ),
    undetermined(
        "queue-visibility",
        QUEUE,
        "visibilityTimeoutSeconds",
        queue_max_receive_count={QUEUE},
    ),
    fails(
        "batches of two",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(SOURCE, "batchSize", 2),
        "batchSize is 2",
    ),
    fails(
        "batches of none",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(SOURCE, "batchSize", 0),
        "batchSize is 0",
    ),
    *(
        fails(title, "function-dead-letter", "processor-function", change, message)
        for title, change, message in (
            (
                "a redrive policy of its own that leads elsewhere",
                _attaching(
                    "redrivePolicy",
                    QUEUE,
                    {"deadLetterTargetArn": queue_arn("status-dlq"), "maxReceiveCount": 3},
                ),
                "each of its declarations",
            ),
            (
                "a redrive allow policy of its own that lets nobody",
                _attaching("redriveAllowPolicy", "processor-dlq", {"redrivePermission": "denyAll"}),
                "shuts out",
            ),
        )
    ),
    not_applicable(
        "one more redrive policy to the same queue",
        "dead-letter-retention",
        "processor-dlq",
        _attaching(
            "redrivePolicy",
            QUEUE,
            {"deadLetterTargetArn": queue_arn("processor-dlq"), "maxReceiveCount": 3},
        ),
    ),
    fails("AWS's batches", "event-source-mapping", SOURCE, lambda s: s.drop(SOURCE, "batchSize")),
    fails(
        "a batching window",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(SOURCE, "maximumBatchingWindowInSeconds", 5),
    ),
    fails(
        "no report of failures",
        "event-source-mapping",
        SOURCE,
        lambda s: s.drop(SOURCE, "functionResponseTypes"),
    ),
    fails(
        "bisected batches",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(SOURCE, "bisectBatchOnFunctionError", True),
    ),
    fails(
        "switched off",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(SOURCE, "enabled", False),
    ),
    fails(
        "a filter that drops messages",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(SOURCE, "filterCriteria", {"filters": [{"pattern": "{}"}]}),
    ),
    fails(
        "a stream as its source",
        "event-source-mapping",
        SOURCE,
        lambda s: s.set(
            SOURCE, "eventSourceArn", "arn:aws:kinesis:us-east-1:123456789012:stream/trades"
        ),
        "no queue of this stack",
        function_dead_letter={"processor-function"},
    ),
    undetermined("event-source-mapping", SOURCE, "batchSize"),
    fails(
        "dead letters kept no longer than work",
        "dead-letter-retention",
        QUEUE,
        lambda s: s.set("processor-dlq", "messageRetentionSeconds", 345_600),
        "not more than",
    ),
    fails(
        "dead letters kept for AWS's four days",
        "dead-letter-retention",
        QUEUE,
        lambda s: s.drop("processor-dlq", "messageRetentionSeconds"),
    ),
    undetermined(
        "dead-letter-retention",
        QUEUE,
        "messageRetentionSeconds",
        lambda s: s.hide("processor-dlq", "messageRetentionSeconds"),
    ),
]


@parametrized(CASES)
def test_queue(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
