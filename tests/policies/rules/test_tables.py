"""The status table."""

from tests.policies.kit import (
    Case,
    Declarations,
    check,
    dropping,
    fails,
    parametrized,
    passes,
    setting,
    undetermined,
)

TABLE = "status-table"


LOGS = "processor-logs"


CASES = [
    *(
        fails(f"{path} is {value!r}", policy, TABLE, setting(TABLE, path, value))
        for policy, path, value in (
            ("table-billing", "billingMode", "PROVISIONED"),
            ("table-billing", "readCapacity", 5),
            ("table-ttl", "ttl.enabled", False),
            ("table-ttl", "ttl.attributeName", ""),
            ("table-ttl", "ttl.attributeName", "updatedAt"),
            ("table-recovery", "pointInTimeRecovery.enabled", False),
            ("table-encryption", "serverSideEncryption.enabled", False),
            ("table-encryption", "serverSideEncryption", {"enabled": True}),
            ("region", "replicas", [{"regionName": "us-west-2"}]),
            ("region", "globalTableWitness", {"regionName": "us-west-2"}),
        )
    ),
    *(
        fails(f"no {path}", policy, TABLE, dropping(TABLE, path))
        for policy, path in (
            ("table-billing", "billingMode"),
            ("table-ttl", "ttl"),
            ("table-recovery", "pointInTimeRecovery"),
            ("table-encryption", "serverSideEncryption"),
        )
    ),
    *(
        undetermined(policy, TABLE, path)
        for policy, path in (
            ("table-billing", "billingMode"),
            ("table-ttl", "ttl.enabled"),
            ("table-ttl", "ttl.attributeName"),
            ("region", "globalTableWitness.regionName"),
            ("table-recovery", "pointInTimeRecovery.enabled"),
            ("table-encryption", "serverSideEncryption.kmsKeyArn"),
        )
    ),
    fails(
        "no insights",
        "detailed-metrics",
        TABLE,
        lambda s: s.remove("table-insights"),
        "ContributorInsights",
    ),
    *(
        fails(
            f"insights of {value} alone",
            "detailed-metrics",
            TABLE,
            setting("table-insights", key, value),
            "ContributorInsights",
        )
        for key, value in (("indexName", "by-day"), ("mode", "THROTTLED_KEYS"))
    ),
    fails("no key", "log-group-encryption", LOGS, lambda s: s.drop(LOGS, "kmsKeyId")),
    fails(
        "a foreign key",
        "log-group-encryption",
        LOGS,
        lambda s: s.set(LOGS, "kmsKeyId", "arn:aws:kms:us-east-1:999999999999:key/1").redepend(
            LOGS, "kmsKeyId", ()
        ),
        "kmsKeyId is no key of this stack",
    ),
    undetermined("log-group-encryption", LOGS, "kmsKeyId"),
    fails(
        "a key made from something else as well",
        "log-group-encryption",
        LOGS,
        lambda s: s.set(LOGS, "kmsKeyId", "arn:aws:kms:us-east-1:999999999999:key/1").redepend(
            LOGS, "kmsKeyId", (s["pipeline-key"].urn, s["status-table"].urn)
        ),
    ),
    passes(
        "the key's own ARN, once it is known",
        "log-group-encryption",
        LOGS,
        lambda s: s.set(LOGS, "kmsKeyId", "arn:aws:kms:us-east-1:123456789012:key/1"),
    ),
]


@parametrized(CASES)
def test_tables(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
