"""Rules on the queues between the functions (MQ)."""

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import EVENT_SOURCE_MAPPING, FUNCTION, QUEUE, QUEUE_REDRIVE
from policies.pack.answers import PASSED, Answer, failed, not_applicable, verdict
from policies.pack.policy import Rule, Settings, Severity, only

FIFO = Rule(
    name="queue-fifo",
    sentence="Every queue is FIFO.",
    severity=Severity.CRITICAL,
    requirements=("MQ-1", "MQ-4"),
    fix="Set fifoQueue to true and let the name end with .fifo.",
    governs=only(QUEUE),
    passes=("Queue: {fifoQueue: true}",),
    fails=(
        "Queue: {fifoQueue: false}",
        "Queue: {}",
    ),
)


def _judge_fifo(queue: Resource, _settings: Settings) -> Answer:
    fifo = queue.inputs.flag("fifoQueue")
    return PASSED if fifo is True else failed("fifoQueue is not true, so that order is not kept")


RECEIVES = Rule(
    name="queue-max-receive-count",
    sentence="A message is dead-lettered after exactly {receives} receives.",
    severity=Severity.HIGH,
    requirements=("MQ-3",),
    fix=(
        "Set maxReceiveCount to {receives} in the redrive policy, and let messages stay for "
        "{receives} times the visibility timeout or more."
    ),
    governs=only(QUEUE, QUEUE_REDRIVE),
    schema={
        "receives": {
            "type": "integer",
            "description": "Receives before a message is dead-lettered.",
            "minimum": 1,
            "maximum": 1000,
            "default": 3,
        }
    },
    passes=("Queue: {redrivePolicy: {maxReceiveCount: 3}}",),
    fails=(
        "Queue: {redrivePolicy: {maxReceiveCount: 5}}",
        "RedrivePolicy: {}",
    ),
)


def _judge_receives(queue: Resource, _stack: Stack, settings: Settings) -> Answer:
    redrive = queue.inputs.document("redrivePolicy")
    if redrive is None:
        if queue.type == QUEUE_REDRIVE:
            return failed("redrivePolicy is missing")
        return not_applicable("This queue has no redrive policy of its own.")
    receives = redrive.integer("maxReceiveCount")
    required = settings["receives"]
    problems = []
    if receives != required:
        found = "missing" if receives is None else str(receives)
        problems.append(f"redrivePolicy.maxReceiveCount is {found}, not {required}")
    stays = _seconds(queue, "messageRetentionSeconds", _RETENTION)
    least = required * _seconds(queue, "visibilityTimeoutSeconds", _VISIBILITY)
    if queue.type == QUEUE and stays < least:
        problems.append(
            f"messageRetentionSeconds is {stays}, less than {least}: a message may be gone before "
            "its last receive is over"
        )
    return verdict(problems)


def _seconds(queue: Resource, key: str, default: int) -> int:
    given = queue.inputs.integer(key)
    return default if given is None else given


_VISIBILITY, _RETENTION = 30, 345_600  # AWS's defaults


def consumers(queue: Resource, stack: Stack) -> list[Resource]:
    """The functions that event source mappings feed from this queue."""
    mappings = stack.some_referring(EVENT_SOURCE_MAPPING, "eventSourceArn", queue)
    found = [stack.target(mapping, "functionName", FUNCTION) for mapping in mappings]
    return [function for function in found if function is not None]


VISIBILITY = Rule(
    name="queue-visibility",
    sentence="A queue hides a message for at least {factor} times its consumer's timeout.",
    severity=Severity.MEDIUM,
    requirements=("FN-6", "MQ-4"),
    fix="Set visibilityTimeoutSeconds to {factor} times the function's timeout or more.",
    governs=only(QUEUE),
    schema={
        "factor": {
            "type": "integer",
            "description": "Visibility timeout in multiples of the consumer's timeout.",
            "minimum": 1,
            "default": 6,
        }
    },
    passes=(
        """
        Queue: {name: work-queue-dev.fifo, visibilityTimeoutSeconds: 360}
        EventSourceMapping: {eventSourceArn:
            'arn:aws:sqs:us-east-1:123456789012:work-queue-dev.fifo',
          functionName: work-function-dev}
        Function: {name: work-function-dev, timeout: 60}
        """,
    ),
    fails=(
        """
        Queue: {name: work-queue-dev.fifo, visibilityTimeoutSeconds: 60}
        EventSourceMapping: {eventSourceArn:
            'arn:aws:sqs:us-east-1:123456789012:work-queue-dev.fifo',
          functionName: work-function-dev}
        Function: {name: work-function-dev, timeout: 60}
        """,
    ),
)


def _judge_visibility(queue: Resource, stack: Stack, settings: Settings) -> Answer:
    functions = consumers(queue, stack)
    if not functions:
        return not_applicable("No function consumes this queue.")
    visibility = _seconds(queue, "visibilityTimeoutSeconds", _VISIBILITY)
    problems = []
    for function in functions:
        timeout = function.inputs.integer("timeout")
        least = settings["factor"] * (3 if timeout is None else timeout)  # AWS's default
        if visibility < least:
            problems.append(
                f"visibilityTimeoutSeconds is {visibility}, less than {least}: "
                f"{settings['factor']} times the consumer's timeout"
            )
    return verdict(problems)


MAPPING = Rule(
    name="event-source-mapping",
    sentence=(
        "Functions consume FIFO queues of this stack, at most {batchSize} messages a call, "
        "losing none."
    ),
    severity=Severity.HIGH,
    requirements=("MQ-1", "MQ-4", "FN-6"),
    fix=(
        "Map a queue of this stack with batchSize {batchSize} and ReportBatchItemFailures, "
        "without batching window, bisecting or filters."
    ),
    governs=only(EVENT_SOURCE_MAPPING),
    schema={
        "batchSize": {
            "type": "integer",
            "description": "Most messages in one call; above 1, a poison file burns its neighbours'"
            " receives.",
            "minimum": 1,
            "maximum": 10,
            "default": 1,
        }
    },
    passes=(
        """
        EventSourceMapping: {eventSourceArn:
            'arn:aws:sqs:us-east-1:123456789012:work-queue-dev.fifo',
          functionName: work-function-dev, batchSize: 1,
          functionResponseTypes: [ReportBatchItemFailures]}
        Queue: {name: work-queue-dev.fifo}
        Function: {name: work-function-dev}
        """,
    ),
    fails=(
        """
        EventSourceMapping: {eventSourceArn:
            'arn:aws:sqs:us-east-1:123456789012:work-queue-dev.fifo',
          functionName: work-function-dev, batchSize: 10,
          functionResponseTypes: [ReportBatchItemFailures]}
        Queue: {name: work-queue-dev.fifo}
        Function: {name: work-function-dev}
        """,
    ),
)


def _judge_mapping(mapping: Resource, stack: Stack, settings: Settings) -> Answer:
    inputs = mapping.inputs
    problems = []
    if stack.target(mapping, "eventSourceArn", QUEUE) is None:
        problems.append("eventSourceArn is no queue of this stack")
    if stack.target(mapping, "functionName", FUNCTION) is None:
        problems.append("functionName is no function of this stack")
    batch = inputs.integer("batchSize")
    largest = settings["batchSize"]
    if batch is None or not 1 <= batch <= largest:
        found = "missing" if batch is None else batch
        problems.append(f"batchSize is {found}, not from 1 to {largest}")
    if inputs.integer("maximumBatchingWindowInSeconds"):
        problems.append("maximumBatchingWindowInSeconds is set, which FIFO queues do not take")
    if "ReportBatchItemFailures" not in inputs.texts("functionResponseTypes"):
        problems.append("functionResponseTypes lacks ReportBatchItemFailures")
    if inputs.flag("enabled") is False:
        problems.append("enabled is false, so that nothing is consumed")
    if inputs.flag("bisectBatchOnFunctionError"):
        problems.append("bisectBatchOnFunctionError is set, which is for streams")
    if not inputs.is_empty("filterCriteria"):
        problems.append("filterCriteria is set, and drops the messages that do not match")
    return verdict(problems)


POLICIES = (
    FIFO.judged_alone(_judge_fifo),
    RECEIVES.judged_in_stack(_judge_receives),
    VISIBILITY.judged_in_stack(_judge_visibility),
    MAPPING.judged_in_stack(_judge_mapping),
)
