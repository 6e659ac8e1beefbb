"""The rule on capacity: it follows the load, and nobody plans or caps it (SCALE-1)."""

from policies.facts.resource import Resource
from policies.facts.types import API_STAGE, EVENT_SOURCE_MAPPING, FUNCTION, TABLE
from policies.pack.answers import Answer, verdict
from policies.pack.policy import Rule, Settings, Severity, only

_PROPERTIES = {
    API_STAGE: (),
    EVENT_SOURCE_MAPPING: ("provisionedPollerConfig",),
    FUNCTION: (),
    TABLE: ("onDemandThroughput", "warmThroughput"),
}
_UNRESERVED = (None, -1)  # AWS writes none as -1

ELASTIC = Rule(
    name="elastic-capacity",
    sentence="Capacity follows the load: nothing is reserved, provisioned, kept warm or capped.",
    severity=Severity.MEDIUM,
    requirements=("SCALE-1",),
    fix="Leave reserved and provisioned capacity, throughput limits and caches out.",
    governs=only(*_PROPERTIES),
    passes=("Function: {}",),
    fails=(
        "Function: {reservedConcurrentExecutions: 10}",
        "Table: {onDemandThroughput: {maxReadRequestUnits: 1}}",
    ),
)


def _judge(resource: Resource, _settings: Settings) -> Answer:
    inputs = resource.inputs
    problems = [
        f"{holder.at(key)} holds capacity ready, or caps it"
        for holder in (inputs, *inputs.items("globalSecondaryIndexes"))
        for key in _PROPERTIES[resource.type]
        if not holder.is_empty(key)
    ]
    if resource.type == FUNCTION:
        if inputs.integer("reservedConcurrentExecutions") not in _UNRESERVED:
            problems.append("reservedConcurrentExecutions reserves concurrency, and caps it")
    elif resource.type == API_STAGE and inputs.flag("cacheClusterEnabled"):
        problems.append("cacheClusterEnabled is true, which is paid by the hour")
    return verdict(problems)


POLICIES = (ELASTIC.judged_alone(_judge),)
