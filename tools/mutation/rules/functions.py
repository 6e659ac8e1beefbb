"""Changes of functions, their event source mappings and their asynchronous calls (FN, MQ)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import DEFAULT, OTHER_KIND, REFUSED, STACK_TESTS

_F = "Function"
_M = "EventSourceMapping"
_I = "FunctionEventInvokeConfig"

_FUNCTION = (
    owned(_F, "", "bucket-notification", of="validator-function", also="function-permission"),
    owned(_F, "", "event-source-mapping", of="processor-function|aggregator-function"),
    owned(_F, "", "api-function", of="status-function", also="function-permission"),
    equivalent(_F, "packageType", DEFAULT, "drop"),
    owned(_F, "runtime|handler|packageType|imageUri", "function-runtime"),
    owned(_F, "code", "function-binary"),
    owned(_F, "architectures*", "function-binary"),
    owned(_F, "memorySize", "function-memory"),
    owned(_F, "tracingConfig*", "function-tracing"),
    owned(_F, "vpcConfig|fileSystemConfig|capacityProviderConfig", "no-vpc"),
    owned(_F, "deadLetterConfig", "function-dead-letter"),
    # The next role in the alphabet is the one for API Gateway, which trusts no function.
    owned(
        _F,
        "role",
        "iam-trust",
        "point at a sibling",
        of="processor-function",
        also="iam-resources",
    ),
    owned(_F, "role", "function-role", also="function-dead-letter iam-resources iam-trust"),
    owned(_F, "environment.variables.DB_PASSWORD", "credential-names", "add"),
    owned(_F, "environment.variables", "credential-names", "hide a password"),
    owned(_F, "environment.variables.DATABASE", "no-credentials", "add"),
    owned(
        _F,
        "environment|environment.variables|environment.variables.*",
        "no-credentials",
        "unknown|hide *",
        also="credential-names",
    ),
    equivalent(
        _F,
        "environment*",
        "names only; a function without one stops at its start, which `tests/integration` would "
        "show",
    ),
    equivalent(
        _F, "loggingConfig|loggingConfig.logGroup", "AWS's default is the same group", "drop"
    ),
    owned(_F, "loggingConfig|loggingConfig.logGroup", "function-log-group", also="iam-resources"),
    equivalent(_F, "loggingConfig.*", STACK_TESTS),
    owned(
        _F,
        "timeout",
        "queue-visibility",
        "increment|multiply by ten|unknown",
        of="processor-function|aggregator-function",
    ),
    equivalent(_F, "timeout", "no number is asked for; that the time suffices, `make bench` shows"),
    equivalent(_F, "reservedConcurrentExecutions", DEFAULT, "drop"),
    owned(_F, "reservedConcurrentExecutions", "elastic-capacity"),
    equivalent(_F, "publish", "a version more that nobody calls, destroyed with the function"),
    equivalent(_F, "sourceCodeHash", "only tells Pulumi when to send the archive again"),
    equivalent(_F, "snapStart|imageConfig|tenancyConfig|durableConfig", OTHER_KIND),
    equivalent(_F, "ephemeralStorage", "no function writes to its disk, and AWS encrypts it"),
    equivalent(_F, "replaceSecurityGroupsOnDestroy", "there are no security groups to replace"),
)

_MAPPING = (
    owned(_M, "", "function-dead-letter"),
    owned(
        _M,
        "eventSourceArn",
        "function-dead-letter",
        "point at a sibling",
        also="queue-visibility",
    ),
    owned(
        _M,
        "eventSourceArn|functionName",
        "event-source-mapping function-dead-letter",
        also="dead-letter-retention queue-visibility",
    ),
    equivalent(_M, "enabled", DEFAULT, "drop"),
    owned(
        _M,
        "batchSize|enabled|functionResponseTypes*|filterCriteria|bisectBatchOnFunctionError|"
        "maximumBatchingWindowInSeconds",
        "event-source-mapping",
    ),
    owned(_M, "metricsConfig*", "detailed-metrics"),
    owned(_M, "provisionedPollerConfig", "elastic-capacity"),
    equivalent(
        _M,
        "scalingConfig*",
        "groups bound how many run at a time, far below this; the order within one stays",
    ),
    equivalent(
        _M,
        "amazonManagedKafkaEventSourceConfig|documentDbEventSourceConfig|destinationConfig|"
        "selfManaged*|sourceAccessConfigurations|maximumRecordAgeInSeconds|maximumRetryAttempts|"
        "parallelizationFactor|tumblingWindowInSeconds|startingPosition*",
        OTHER_KIND,
    ),
)

_ASYNCHRONOUS = (
    owned(_I, "", "function-dead-letter"),
    owned(_I, "maximumRetryAttempts", "function-attempts"),
    equivalent(_I, "destinationConfig.onSuccess", "a text that is no ARN; AWS refuses it", "add"),
    owned(_I, "destinationConfig", "function-dead-letter", "unknown", also="known-destination"),
    owned(_I, "functionName|destinationConfig*", "function-dead-letter"),
    equivalent(_I, "maximumEventAgeInSeconds", DEFAULT, "drop"),
    equivalent(_I, "maximumEventAgeInSeconds", REFUSED, "increment|multiply by ten"),
    owned(_I, "maximumEventAgeInSeconds", "function-attempts", "unknown|become zero"),
    equivalent(
        _I,
        "maximumEventAgeInSeconds",
        "hours; three attempts take AWS three minutes and the function's own time",
    ),
)

RULES = (*_FUNCTION, *_MAPPING, *_ASYNCHRONOUS)
