"""Capacity that nobody plans."""

from tests.policies.kit import (
    Case,
    Declarations,
    check,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
)

RULE = "elastic-capacity"

CASES = [
    *(
        fails(f"{path} of {name} is {value!r}", RULE, name, setting(name, path, value), path)
        for name, path, value in (
            ("processor-function", "reservedConcurrentExecutions", 10),
            ("processor-function", "reservedConcurrentExecutions", 0),
            ("processor-source", "provisionedPollerConfig", {"minimumPollers": 2}),
            ("status-table", "onDemandThroughput", {"maxReadRequestUnits": 10}),
            ("status-table", "warmThroughput", {"readUnitsPerSecond": 20000}),
            ("status-stage", "cacheClusterEnabled", True),
        )
    ),
    *(
        fails(
            f"an index with {key}",
            RULE,
            "status-table",
            setting(
                "status-table", "globalSecondaryIndexes", [{"name": "any-index-dev", key: {"x": 1}}]
            ),
            f"globalSecondaryIndexes[0].{key} holds",
        )
        for key in ("onDemandThroughput", "warmThroughput")
    ),
    *(
        undetermined(RULE, name, path)
        for name, path in (
            ("processor-function", "reservedConcurrentExecutions"),
            ("processor-source", "provisionedPollerConfig"),
            ("status-table", "warmThroughput"),
            ("status-stage", "cacheClusterEnabled"),
        )
    ),
    *(
        passes(f"{path} of {name} is {value!r}", RULE, name, setting(name, path, value))
        for name, path, value in (
            ("processor-function", "reservedConcurrentExecutions", -1),
            ("status-stage", "cacheClusterEnabled", False),
        )
    ),
    not_applicable("for a queue", RULE, "processor-queue", lambda s: s, "Table only"),
]


@parametrized(CASES)
def test_capacity(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
