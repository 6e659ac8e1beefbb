"""Changes that mean the same on every type: tags, names, region, clean destruction (ORG)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import DEFAULT, PROSE, REFUSED, TOOL

# What refers to a resource by its name comes loose when the name changes.
_LOOSE = {
    "Bucket": (
        "bucket-archive bucket-encryption bucket-notification bucket-ownership "
        "bucket-public-access bucket-transport bucket-uploads bucket-versioning detailed-metrics "
        "iam-resources"
    ),
    "Alias": "bucket-encryption dead-letter-alarm event-bus-encryption function-dead-letter "
    "iam-resources queue-encryption topic-encryption",
    "EventBus": "function-dead-letter iam-resources",
    "EventRule": "function-dead-letter",
    "Function": "bucket-notification event-source-mapping function-dead-letter api-function "
    "function-permission queue-visibility",
    "MetricAlarm": "dead-letter-alarm",
    "LogGroup": "api-logs function-log-group iam-resources",
    "Queue": "dead-letter-alarm dead-letter-retention event-source-mapping function-dead-letter "
    "iam-resources queue-transport queue-visibility",
    "Role": "api-logs function-dead-letter function-role iam-actions iam-resources iam-trust",
    "Stage": "api-function api-throttle api-logs function-permission iam-resources",
    "Table": "detailed-metrics iam-resources",
    "Topic": "dead-letter-alarm topic-transport",
}
_NAME = {"Bucket": "bucket", "Stage": "stageName", "Dashboard": "dashboardName"}
_NAMED = (
    *("BucketMetric", "Dashboard", "RequestValidator", "RestApi", "RolePolicy"),
    *_LOOSE,
)

# Where a provider works decides which ARNs are the stack's own, and so every comparison of them.
_COMPARED = (
    "api-function api-logs bucket-encryption bucket-notification event-bus-encryption "
    "event-source-mapping function-dead-letter function-permission function-role "
    "queue-encryption queue-transport topic-encryption topic-transport"
)
_HOME = (
    f"{_COMPARED} dead-letter-alarm dead-letter-retention iam-resources iam-trust "
    "queue-visibility resource-policy"
)

RULES = (
    owned("*", "tags*", "resource-tags"),
    owned(
        "aws", "allowedAccountIds[]", "iam-resources resource-policy", "another*", also=_COMPARED
    ),
    owned("aws", "allowedAccountIds*", "provider-account", also=_HOME),
    owned("aws", "region", "region", also=_HOME),
    owned("*", "region", "region"),
    owned("*", "protect", "destroyable plan-gate/no-protect"),
    owned("aws", "accessKey", "no-credentials"),
    owned("aws", "endpoints", "provider-transport region"),
    owned("aws", "ignoreTags", "resource-tags"),
    owned("aws", "insecure", "provider-transport"),
    owned("*", "aliases", "plan-gate/no-foreign-alias"),
    owned("*", "ignoreChanges", "plan-gate/no-ignored-changes"),
    owned("*", "retainOnDelete|deletedWith", "plan-gate/no-retain-on-delete"),
    owned("*", "skipDestroy|deletionProtectionEnabled", "destroyable", "unknown|flip|add"),
    equivalent("*", "skipDestroy|deletionProtectionEnabled", DEFAULT, "drop"),
    # AWS fixes the form of this name, and it is known only once the API is.
    owned("LogGroup", "name", "api-logs", of="status-execution-log-group", also="resource-name"),
    *(
        owned(type_, _NAME.get(type_, "name"), "resource-name", also=_LOOSE.get(type_, ""))
        for type_ in _NAMED
    ),
    equivalent("*", "description|alarmDescription|*.Sid|statementId|targetId", PROSE),
    equivalent("*", "policy.Version|assumeRolePolicy.Version", REFUSED, "alter"),
    equivalent(
        "*",
        "policy.Version|assumeRolePolicy.Version",
        "the older version of the language reads these statements alike: they use no variables",
        "drop",
    ),
    equivalent("*", "timeouts|useResourceTimeoutForPropagation|failOnWarnings", TOOL),
)
