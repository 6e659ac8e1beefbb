"""Functions: runtime, memory, tracing, attempts, dead letters, roles, logs."""

from tests.policies.baseline import queue_arn
from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    check,
    declare,
    fails,
    parametrized,
    passes,
    setting,
    undetermined,
)

PROCESSOR = "processor-function"
VALIDATOR = "validator-function"
ROUTE = "function-dead-letter"


def under_output_of(role: str, *functions: str) -> Change:
    """Name the role by an output of its own, which is unknown until it is created."""

    def change(stack: Declarations) -> Declarations:
        for function in functions:
            stack = stack.hide(function, "role").redepend(function, "role", (stack[role].urn,))
        return stack

    return change


CASES = [
    fails(
        "a Python runtime",
        "function-runtime",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "runtime", "python3.12"),
        "runtime is not provided.al2023",
    ),
    fails("no runtime", "function-runtime", PROCESSOR, lambda s: s.drop(PROCESSOR, "runtime")),
    fails(
        "the retired Go runtime",
        "function-runtime",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "runtime", "go1.x"),
    ),
    fails(
        "another handler",
        "function-runtime",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "handler", "main"),
    ),
    fails(
        "an image",
        "function-runtime",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "packageType", "Image"),
    ),
    fails(
        "an image's address",
        "function-runtime",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "imageUri", "repository:1"),
    ),
    undetermined("function-runtime", PROCESSOR, "runtime"),
    fails(
        "1024 MB",
        "function-memory",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "memorySize", 1024),
        "memorySize is 1024, not 512",
    ),
    fails("513 MB", "function-memory", PROCESSOR, lambda s: s.set(PROCESSOR, "memorySize", 513)),
    fails(
        "no memory size", "function-memory", PROCESSOR, lambda s: s.drop(PROCESSOR, "memorySize")
    ),
    fails(
        "memory as a text",
        "function-memory",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "memorySize", "512"),
        "memorySize is not an integer",
    ),
    undetermined("function-memory", PROCESSOR, "memorySize"),
    fails(
        "passive tracing",
        "function-tracing",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "tracingConfig.mode", "PassThrough"),
    ),
    fails(
        "no tracing", "function-tracing", PROCESSOR, lambda s: s.drop(PROCESSOR, "tracingConfig")
    ),
    undetermined("function-tracing", PROCESSOR, "tracingConfig.mode"),
    fails(
        "one repeat",
        "function-attempts",
        "validator-invoke",
        lambda s: s.set("validator-invoke", "maximumRetryAttempts", 1),
        "maximumRetryAttempts is 1, not 2",
    ),
    fails(
        "no number of repeats",
        "function-attempts",
        "validator-invoke",
        lambda s: s.drop("validator-invoke", "maximumRetryAttempts"),
        "missing",
    ),
    undetermined("function-attempts", "validator-invoke", "maximumRetryAttempts"),
    fails(
        "an age that leaves no time for three attempts",
        "function-attempts",
        "validator-invoke",
        setting("validator-invoke", "maximumEventAgeInSeconds", 3599),
        "maximumEventAgeInSeconds is 3599, less than 3600",
    ),
    passes(
        "an age that leaves time for three attempts",
        "function-attempts",
        "validator-invoke",
        setting("validator-invoke", "maximumEventAgeInSeconds", 3600),
    ),
    undetermined("function-attempts", "validator-invoke", "maximumEventAgeInSeconds"),
    fails(
        "a layer",
        "function-binary",
        PROCESSOR,
        setting(PROCESSOR, "layers", ["arn:aws:lambda:us-east-1:999999999999:layer:x:1"]),
        "layers",
    ),
    fails(
        "no log group",
        "function-log-group",
        PROCESSOR,
        lambda s: s.remove("processor-logs"),
        iam_resources={"processor-policy"},
    ),
    fails(
        "another log group, outside the stack",
        "function-log-group",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "loggingConfig", {"logGroup": "/elsewhere"}),
        iam_resources={"processor-policy"},
    ),
    fails(
        "another function's log group",
        "function-log-group",
        (PROCESSOR, VALIDATOR),
        lambda s: s.set(
            PROCESSOR, "loggingConfig", {"logGroup": "/aws/lambda/validator-function-dev"}
        ),
        "another function",
        iam_resources={"processor-policy"},
    ),
    undetermined(
        "function-log-group",
        PROCESSOR,
        "loggingConfig.logGroup",
        iam_resources={"processor-policy"},
    ),
    fails(
        "another function's role",
        "function-role",
        (PROCESSOR, VALIDATOR),
        lambda s: s.set(PROCESSOR, "role", s[VALIDATOR].inputs["role"]),
        "another function's",
    ),
    fails(
        "a role of elsewhere",
        "function-role",
        PROCESSOR,
        lambda s: s.set(PROCESSOR, "role", "arn:aws:iam::123456789012:role/admin-dev"),
    ),
    fails(
        "another account's role of the same name",
        "function-role",
        PROCESSOR,
        setting(PROCESSOR, "role", "arn:aws:iam::999999999999:role/processor-role-dev"),
        "no role of this stack",
    ),
    undetermined(
        "function-role",
        (PROCESSOR, VALIDATOR, "status-function"),
        "role",
        iam_trust={"processor-role", "validator-role", "status-role", "api-logs-role", "acme-role"},
        iam_resources={
            *("processor-policy", "validator-policy", "status-policy"),
            *("api-logs-policy", "acme-policy"),
        },
    ),
    passes(
        "its role by an output",
        "function-role",
        PROCESSOR,
        under_output_of("processor-role", PROCESSOR),
    ),
    fails(
        "another function's role by an output",
        "function-role",
        (PROCESSOR, VALIDATOR),
        under_output_of("validator-role", PROCESSOR, VALIDATOR),
        "another function's",
    ),
]

ROUTES = [
    fails(
        "no redrive policy on the queue that feeds it",
        ROUTE,
        PROCESSOR,
        lambda s: s.drop("processor-queue", "redrivePolicy"),
        "processor-queue.redrivePolicy is missing",
    ),
    fails(
        "redrive to a queue outside the stack",
        ROUTE,
        PROCESSOR,
        lambda s: s.set(
            "processor-queue", "redrivePolicy.deadLetterTargetArn", queue_arn("other-dlq")
        ),
    ),
    fails(
        "redrive to another account's queue of the same name",
        ROUTE,
        PROCESSOR,
        lambda s: s.set(
            "processor-queue",
            "redrivePolicy.deadLetterTargetArn",
            queue_arn("processor-dlq").replace("123456789012", "999999999999"),
        ),
    ),
    fails(
        "redrive to another region's queue of the same name",
        ROUTE,
        PROCESSOR,
        lambda s: s.set(
            "processor-queue",
            "redrivePolicy.deadLetterTargetArn",
            queue_arn("processor-dlq").replace("us-east-1", "us-west-2"),
        ),
    ),
    fails(
        "redrive to itself",
        ROUTE,
        PROCESSOR,
        lambda s: s.set(
            "processor-queue", "redrivePolicy.deadLetterTargetArn", queue_arn("processor-queue")
        ),
        dead_letter_alarm={"processor-queue"},
    ),
    fails(
        "redrive to another function's dead-letter queue",
        ROUTE,
        (PROCESSOR, VALIDATOR),
        lambda s: s.set(
            "processor-queue", "redrivePolicy.deadLetterTargetArn", queue_arn("validator-dlq")
        ),
        "another function's",
    ),
    passes(
        "a dead-letter queue that every queue may send to",
        ROUTE,
        PROCESSOR,
        lambda s: s.set("processor-dlq", "redriveAllowPolicy", {"redrivePermission": "allowAll"}),
    ),
    fails(
        "a dead-letter queue that lets nobody redrive",
        ROUTE,
        PROCESSOR,
        lambda s: s.set("processor-dlq", "redriveAllowPolicy.redrivePermission", "denyAll"),
        "shuts out",
    ),
    fails(
        "a dead-letter queue that lets another redrive",
        ROUTE,
        PROCESSOR,
        lambda s: s.set(
            "processor-dlq", "redriveAllowPolicy.sourceQueueArns", [queue_arn("status-dlq")]
        ),
    ),
    fails(
        "no mapping from its queue",
        ROUTE,
        PROCESSOR,
        lambda s: s.remove("processor-source"),
        "no queue feeds it",
    ),
    fails(
        "no configuration of asynchronous calls",
        ROUTE,
        VALIDATOR,
        lambda s: s.remove("validator-invoke"),
    ),
    fails(
        "no on-failure destination",
        ROUTE,
        VALIDATOR,
        lambda s: s.drop("validator-invoke", "destinationConfig"),
    ),
    fails(
        "a FIFO queue as on-failure destination, which Lambda refuses",
        ROUTE,
        VALIDATOR,
        lambda s: s.set(
            "validator-invoke",
            "destinationConfig.onFailure.destination",
            queue_arn("validator-dlq"),
        ),
    ),
    fails(
        "no right to put events on the bus",
        ROUTE,
        VALIDATOR,
        lambda s: s.drop("validator-policy", "policy.Statement[5]"),
        "may not events:PutEvents",
    ),
    fails("no rule", ROUTE, VALIDATOR, lambda s: s.remove("validator-rule")),
    fails(
        "a rule on the default bus",
        ROUTE,
        VALIDATOR,
        lambda s: s.drop("validator-rule", "eventBusName"),
    ),
    fails(
        "a disabled rule",
        ROUTE,
        VALIDATOR,
        lambda s: s.set("validator-rule", "state", "DISABLED"),
    ),
    fails(
        "a pattern for successes",
        ROUTE,
        VALIDATOR,
        lambda s: s.set(
            "validator-rule",
            "eventPattern.detail-type",
            ["Lambda Function Invocation Result - Success"],
        ),
    ),
    fails(
        "a pattern for another function",
        ROUTE,
        VALIDATOR,
        lambda s: s.set(
            "validator-rule",
            "eventPattern.detail.requestContext.functionArn",
            ["arn:aws:lambda:us-east-1:123456789012:function:other-function-dev:$LATEST"],
        ),
    ),
    fails(
        "a pattern for only some failures",
        ROUTE,
        VALIDATOR,
        lambda s: s.set(
            "validator-rule", "eventPattern.detail.requestContext.condition", ["RetriesExhausted"]
        ),
    ),
    passes(
        "a pattern by prefix",
        ROUTE,
        VALIDATOR,
        lambda s: s.set(
            "validator-rule",
            "eventPattern.detail.requestContext.functionArn",
            [{"prefix": "arn:aws:lambda:us-east-1:123456789012:function:validator-function-dev"}],
        ),
    ),
    fails("no target", ROUTE, VALIDATOR, lambda s: s.remove("validator-target")),
    fails(
        "a target outside the stack",
        ROUTE,
        VALIDATOR,
        lambda s: s.set("validator-target", "arn", queue_arn("other-dlq")),
    ),
    fails(
        "a target without message group",
        ROUTE,
        VALIDATOR,
        lambda s: s.drop("validator-target", "sqsTarget"),
        "messageGroupId",
    ),
    fails(
        "a target that puts a constant in the event's place",
        ROUTE,
        VALIDATOR,
        lambda s: s.set("validator-target", "input", "{}"),
    ),
    fails(
        "a queue that wants a deduplication id",
        ROUTE,
        VALIDATOR,
        lambda s: s.drop("validator-dlq", "contentBasedDeduplication"),
    ),
    fails(
        "a queue that does not let the rule send",
        ROUTE,
        VALIDATOR,
        lambda s: s.drop("validator-dlq", "policy.Statement[1]"),
        "does not let",
    ),
    fails(
        "a queue that lets another rule send",
        ROUTE,
        VALIDATOR,
        lambda s: s.set(
            "validator-dlq",
            "policy.Statement[1].Condition.ArnEquals",
            {"aws:SourceArn": "arn:aws:events:us-east-1:123456789012:rule/failures-bus-dev/other"},
        ),
    ),
    undetermined(
        ROUTE,
        VALIDATOR,
        "destinationConfig.onFailure.destination",
        lambda s: s.hide("validator-invoke", "destinationConfig.onFailure.destination"),
    ),
    undetermined(
        ROUTE,
        PROCESSOR,
        "redrivePolicy",
        lambda s: s.hide("processor-queue", "redrivePolicy"),
        queue_max_receive_count={"processor-queue"},
        dead_letter_retention={"processor-queue"},
        dead_letter_alarm={"processor-dlq", "processor-queue"},
    ),
    fails(
        "a second function without a dead-letter queue",
        ROUTE,
        "second-function",
        lambda s: _second_function(s),
    ),
]


def _second_function(stack: Declarations) -> Declarations:
    old = dict(stack[PROCESSOR].inputs)
    role = declare(
        "aws:iam/role:Role",
        "second-role",
        **{**stack["processor-role"].inputs, "name": "second-role-dev"},
    )
    logs = declare(
        "aws:cloudwatch/logGroup:LogGroup",
        "second-logs",
        **{
            **stack["processor-logs"].inputs,
            "name": "/aws/lambda/second-function-dev",
            "kmsKeyId": "alias/pipeline-key-dev",
        },
    )
    own = {
        "name": "second-function-dev",
        "role": "arn:aws:iam::123456789012:role/second-role-dev",
    }
    function = declare("aws:lambda/function:Function", "second-function", **{**old, **own})
    return stack.add(role, logs, function)


@parametrized(CASES)
def test_function(case: Case, baseline: Declarations) -> None:
    check(case, baseline)


@parametrized(ROUTES)
def test_way_of_a_failure(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
