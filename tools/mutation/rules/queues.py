"""Changes of queues, and of the ways by which failures reach the dead-letter ones (MQ)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import (
    DEFAULT,
    MEASURED,
    OTHER_KIND,
    REFUSED,
    STILL_TIED,
    TOOL,
)

_Q = "Queue"
_WORK = "processor-queue|aggregator-queue"
_FED = "processor-dlq|aggregator-dlq"  # by a work queue's redrive policy
_SENT = "validator-dlq|status-dlq"  # to by an event rule
_DENY = "policy.Statement[DenyPlainTransport]"
_RULE = "policy.Statement[FailuresRule]"

_QUEUE = (
    owned(_Q, "", "function-dead-letter", of="*-dlq"),
    owned(_Q, "", "event-source-mapping function-dead-letter iam-resources", of=_WORK),
    owned(_Q, "fifoQueue", "queue-fifo"),
    owned(_Q, "kmsMasterKeyId", "queue-encryption", also="function-dead-letter"),
    equivalent(_Q, "sqsManagedSseEnabled", REFUSED),
    equivalent(_Q, "kmsDataKeyReusePeriodSeconds", "how often SQS asks for a data key"),
    owned(_Q, "contentBasedDeduplication", "function-dead-letter", of=_SENT),
    equivalent(
        _Q,
        "contentBasedDeduplication",
        "senders name a deduplication id, which counts instead of the content",
    ),
    equivalent(_Q, "deduplicationScope|fifoThroughputLimit", MEASURED),
    equivalent(_Q, "delaySeconds|maxMessageSize|receiveWaitTimeSeconds", MEASURED),
    owned(_Q, "messageRetentionSeconds", "dead-letter-retention", "drop|become zero", of=_FED),
    owned(_Q, "messageRetentionSeconds", "dead-letter-retention", "multiply by ten", of=_WORK),
    owned(
        _Q,
        "messageRetentionSeconds",
        "dead-letter-retention",
        "unknown",
        of=f"{_FED}|{_WORK}",
        also="queue-max-receive-count",
    ),
    owned(_Q, "messageRetentionSeconds", "queue-max-receive-count", "become zero", of=_WORK),
    equivalent(_Q, "messageRetentionSeconds", DEFAULT, "drop", of=_WORK),
    equivalent(_Q, "messageRetentionSeconds", REFUSED, "increment|multiply by ten", of="*-dlq"),
    equivalent(
        _Q,
        "messageRetentionSeconds",
        "no number is asked for, and dead letters stay longer than where they come from",
    ),
    owned(
        _Q,
        "visibilityTimeoutSeconds",
        "queue-visibility",
        "drop|unknown|decrement|become zero",
        of=_WORK,
        also="queue-max-receive-count",
    ),
    equivalent(_Q, "visibilityTimeoutSeconds", "more than six times the timeout", of=_WORK),
    equivalent(_Q, "visibilityTimeoutSeconds", "no function consumes this queue"),
)

_REDRIVE = (
    owned(_Q, "redrivePolicy", "function-dead-letter", "drop"),
    owned(
        _Q,
        "redrivePolicy",
        "function-dead-letter queue-max-receive-count",
        also="dead-letter-alarm dead-letter-retention",
    ),
    owned(_Q, "redrivePolicy.maxReceiveCount", "queue-max-receive-count"),
    owned(_Q, "redrivePolicy.deadLetterTargetArn", "function-dead-letter"),
    equivalent(
        _Q, "redriveAllowPolicy", "by default every queue may; the one that must still may", "drop"
    ),
    owned(_Q, "redriveAllowPolicy*", "function-dead-letter", of=_FED, also="dead-letter-retention"),
    equivalent(
        _Q, "redriveAllowPolicy*", "no queue redrives to this one, and AWS refuses a malformed text"
    ),
)

_POLICY = (
    owned(_Q, "policy", "queue-transport function-dead-letter", "drop", of=_SENT),
    owned(_Q, "policy", "queue-transport", "drop"),
    owned(_Q, "policy", "queue-transport resource-policy", also="function-dead-letter"),
    owned(_Q, "policy.Statement", "resource-policy", "add everyone"),
    owned(_Q, "policy.Statement", "queue-transport resource-policy", also="function-dead-letter"),
    owned(
        _Q,
        f"{_DENY}.Effect",
        "queue-transport resource-policy",
        also="function-dead-letter",
    ),
    equivalent(_Q, f"{_DENY}.Action*|{_DENY}.Resource*", "denies more", "broaden*"),
    # Without its condition it denies everyone everything: EventBridge to send, and to delete it.
    owned(
        _Q,
        f"{_DENY}.Condition*",
        "queue-transport resource-policy",
        "drop",
        also="function-dead-letter",
    ),
    owned(_Q, f"{_DENY}.Condition*", "queue-transport", also="function-dead-letter"),
    owned(_Q, f"{_DENY}*", "queue-transport"),
    owned(
        _Q,
        f"{_RULE}.Effect",
        "resource-policy",
        "drop",
        also="function-dead-letter queue-transport",
    ),
    owned(_Q, f"{_RULE}.Action[]", "resource-policy", "broaden*"),
    owned(_Q, f"{_RULE}.Principal*", "resource-policy", also="function-dead-letter"),
    equivalent(_Q, f"{_RULE}.Condition.*", STILL_TIED, "drop"),
    owned(_Q, f"{_RULE}.Condition", "resource-policy"),
    owned(
        _Q,
        f"{_RULE}.Condition.*",
        "function-dead-letter",
        also="resource-policy",
    ),
    equivalent(_Q, f"{_RULE}.Resource[]", "in a queue's own policy, that is itself", "broaden"),
    owned(_Q, f"{_RULE}*", "function-dead-letter"),
)

_ROUTE = (
    owned("EventBus", "", "function-dead-letter", also="iam-resources"),
    owned("EventBus", "kmsKeyIdentifier", "event-bus-encryption", also="function-dead-letter"),
    owned("EventBus|EventTarget", "deadLetterConfig", "function-dead-letter"),
    equivalent("EventBus", "logConfig", "logs of the bus itself; AWS writes none unless asked to"),
    owned("EventRule", "", "function-dead-letter"),
    equivalent("EventRule|EventTarget", "forceDestroy", TOOL),
    equivalent("EventRule", "state", DEFAULT, "drop"),
    owned("EventRule", "state|isEnabled|eventBusName", "function-dead-letter"),
    equivalent(
        "EventRule",
        "eventPattern.detail-type|eventPattern.source",
        "takes more, and Lambda alone sends to this bus, failures alone",
        "drop",
    ),
    equivalent(
        "EventRule",
        "eventPattern.detail.requestContext.functionArn[0]",
        "Lambda names the version that failed; the pattern for it stays",
    ),
    owned("EventRule", "eventPattern*", "function-dead-letter"),
    owned(
        "EventTarget",
        "arn",
        "function-dead-letter known-destination",
        "unknown|drop",
        also="dead-letter-alarm",
    ),
    owned(
        "EventTarget",
        "|arn|eventBusName|rule|sqsTarget|inputTransformer|retryPolicy",
        "function-dead-letter",
        also="dead-letter-alarm",
    ),
    equivalent(
        "EventTarget",
        "sqsTarget.messageGroupId",
        "any one group keeps the order of what comes to this queue",
        "alter",
    ),
    owned("EventTarget", "sqsTarget.messageGroupId", "function-dead-letter"),
    equivalent("EventTarget", "*Target|*Targets", OTHER_KIND, "add"),
)

RULES = (*_QUEUE, *_REDRIVE, *_POLICY, *_ROUTE)
