"""Changes of keys, roles, rights and permissions (FN-5, SEC-1)."""

from tools.mutation.ownership import equivalent, owned
from tools.mutation.rules.reasons import (
    CUT_OFF,
    DEFAULT,
    FEWER_RIGHTS,
    REFUSED,
    STACK_TESTS,
    STILL_TIED,
    TOOL,
)

_R = "RolePolicy"
_S = "policy.Statement[]"
_REPORT = "policy.Statement[ReportFailures]"
_ANY = "function-dead-letter"  # reads the rights of validator and status for the way of failures

_KEYS = (
    owned("Function|EventSourceMapping", "kmsKeyArn", "other-encryption"),
    owned(
        "Key",
        "",
        "bucket-encryption event-bus-encryption log-group-encryption queue-encryption "
        "table-encryption topic-encryption",
        also="dead-letter-alarm function-dead-letter",
    ),
    owned(
        "Alias",
        "|targetKeyId",
        "bucket-encryption event-bus-encryption queue-encryption topic-encryption",
        also="iam-resources dead-letter-alarm function-dead-letter",
    ),
    owned("Key", "enableKeyRotation", "key-rotation"),
    equivalent("Key", "isEnabled|bypassPolicyLockoutSafetyCheck", DEFAULT, "drop"),
    owned("Key", "isEnabled", "key-rotation"),
    owned("Key", "bypassPolicyLockoutSafetyCheck", "destroyable"),
    equivalent("Key", "deletionWindowInDays", REFUSED, "decrement|become zero"),
    owned("Key", "deletionWindowInDays", "destroyable"),
    equivalent("Key", "customerMasterKeySpec|keyUsage", DEFAULT, "drop"),
    equivalent("Key", "customerMasterKeySpec|keyUsage", STACK_TESTS, "unknown"),
    equivalent("Key", "customerMasterKeySpec|keyUsage", REFUSED, "alter"),
    equivalent("Key", "multiRegion", "it stays in its region until a replica is declared"),
    owned("Key", "rotationPeriodInDays", "key-rotation", "add"),
)

# What carries failures and alarms, by the service that has to use the key for it.
_SERVICES = {
    "policy.Statement[FailuresBus]": "function-dead-letter",
    "policy.Statement[FailuresRulesToQueues]": "function-dead-letter",
    "policy.Statement[AlarmsToTopic]": "dead-letter-alarm",
}
_KEY_POLICY = (
    owned("Key", "policy", "resource-policy", also="function-dead-letter dead-letter-alarm"),
    owned(
        "Key", "policy.Statement", "resource-policy", also="function-dead-letter dead-letter-alarm"
    ),
    owned("Key", f"{_S}.Action[]", "resource-policy", "broaden*"),
    # It denies the whole account what administers the key, its deletion too.
    owned("Key", "policy.Statement[AccountAdministration].Effect", "resource-policy", "become*"),
    owned(
        "Key",
        f"{_S}.Principal*",
        "resource-policy",
        "drop|broaden|another account|alter",
        also="function-dead-letter dead-letter-alarm",
    ),
    owned(
        "Key",
        f"{_S}.Effect",
        "resource-policy",
        "drop",
        also="function-dead-letter dead-letter-alarm",
    ),
    owned(
        "Key",
        f"{_S}.Condition.StringEquals.aws:SourceAccount",
        "resource-policy",
        "alter",
        also="function-dead-letter dead-letter-alarm",
    ),
    owned(
        "Key",
        f"{_S}.Condition|{_S}.Condition.*",
        "resource-policy",
        "another account",
        also="function-dead-letter dead-letter-alarm",
    ),
    equivalent(
        "Key",
        "policy.Statement[Logs].Condition.ArnLike.kms:EncryptionContext:aws:logs:arn[]",
        CUT_OFF,
        "drop",
    ),
    owned(
        "Key",
        "policy.Statement[FailuresRulesToQueues].Condition.ArnEquals.aws:SourceArn[]",
        "function-dead-letter",
        "drop",
    ),
    *(
        equivalent("Key", f"policy.Statement[{sid}].Condition.{key}", STILL_TIED, "drop")
        for sid, key in (("AlarmsToTopic", "*"), ("FailuresRulesToQueues", "ArnEquals*"))
    ),
    equivalent(
        "Key", "policy.Statement[FailuresRulesToQueues].Condition.StringEquals*", STILL_TIED, "drop"
    ),
    owned("Key", f"{_S}.Condition*", "resource-policy", "drop"),
    *(
        owned("Key", f"{statement}{part}", policy, kinds)
        for statement, policy in _SERVICES.items()
        for part, kinds in (
            ("", "drop"),
            (".Action", "drop"),
            (".Action[]", "drop|alter"),
            (".Effect", "become 'Deny'"),
            (".Resource*", "*"),
            (".Condition.*", "alter|point elsewhere"),
        )
    ),
    equivalent("Key", f"{_S}.Resource*", REFUSED),
    equivalent(
        "Key",
        "policy.Statement[AccountAdministration]*",
        "fewer rights, and AWS refuses a policy that locks out who sends it",
    ),
    equivalent("Key", f"{_S}*", CUT_OFF),
)

_ROLES = (
    owned(
        "Role",
        "",
        "function-role",
        of="validator-role|processor-role|aggregator-role|status-role",
        also="iam-actions iam-resources",
    ),
    owned("Role", "", "api-logs", of="api-logs-role", also="iam-actions iam-resources"),
    owned("Role", "", "iam-resources", of="*-partner-role|*-analyst-role", also="iam-actions"),
    equivalent(
        "Role",
        "assumeRolePolicy.Statement[].Principal.AWS",
        "a partner's or analyst's account is its own: which one is the operator's to say",
        "another account",
    ),
    owned(
        "Role",
        "assumeRolePolicy*",
        "iam-trust",
        of="api-logs-role",
        also="api-logs iam-resources",
    ),
    owned("Role", "assumeRolePolicy*", "iam-trust", also="iam-resources"),
    owned("Role", "inlinePolicies", "iam-actions iam-resources"),
    owned("Role", "managedPolicyArns", "iam-managed-policies"),
    equivalent("Role", "path", DEFAULT, "drop"),
    equivalent("Role", "path", REFUSED, "alter"),
    equivalent("Role", "path|maxSessionDuration", STACK_TESTS),
    equivalent("Role", "forceDetachPolicies", TOOL),
)

_RIGHTS = (
    owned(_R, "", "function-dead-letter", of="validator-policy|status-policy"),
    equivalent(_R, "", FEWER_RIGHTS),
    owned(_R, "role", "iam-resources", also="function-dead-letter iam-actions"),
    owned(_R, "policy", "iam-actions iam-resources", also=_ANY),
    owned(_R, "policy.Statement", "iam-actions iam-resources", also=_ANY),
    owned(_R, f"{_S}.Effect", "iam-actions iam-resources", "drop", also=_ANY),
    owned(_R, f"{_S}.Action", "iam-actions", "drop", also="iam-resources function-dead-letter"),
    owned(_R, f"{_S}.Action[]", "iam-actions", "broaden*", also="iam-resources"),
    owned(
        _R,
        f"{_S}.Action[]|{_S}.Action",
        "iam-actions",
        "alter|gain control|gain another's",
        also="iam-resources function-dead-letter",
    ),
    owned(_R, f"{_REPORT}", "function-dead-letter", "drop"),
    owned(_R, f"{_REPORT}.Effect", "function-dead-letter", "become 'Deny'"),
    owned(_R, f"{_S}.Resource", "iam-resources", "drop", also=_ANY),
    equivalent(_R, f"{_S}.Resource[]", FEWER_RIGHTS, "drop"),
    owned(_R, f"{_S}.Resource[]", "iam-resources", also=_ANY),
    equivalent(_R, f"{_S}.Condition.StringLike.s3:prefix[]", FEWER_RIGHTS, "drop|alter"),
    owned(_R, f"{_S}.Condition*", "iam-resources"),
    equivalent(_R, f"{_S}*", FEWER_RIGHTS),
)

_PERMISSIONS = (
    owned("Permission", "", "bucket-notification", of="uploads-bucket-permission"),
    owned("Permission", "", "api-function"),
    owned(
        "Permission",
        "action|principal|invokedViaFunctionUrl|sourceAccount",
        "function-permission",
        also="bucket-notification api-function",
    ),
    owned(
        "Permission",
        "sourceArn",
        "function-permission",
        "drop|unknown|another account",
        also="bucket-notification api-function",
    ),
    owned(
        "Permission",
        "function|sourceArn",
        "bucket-notification",
        of="uploads-bucket-permission",
        also="function-permission",
    ),
    owned("Permission", "function|sourceArn", "api-function", also="function-permission"),
)

RULES = (*_KEYS, *_KEY_POLICY, *_ROLES, *_RIGHTS, *_PERMISSIONS)
