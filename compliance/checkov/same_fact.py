"""Which of Checkov's rules judge a fact that a policy of the pack judges too.

Where the two differ, the evidence shows both. Rules are listed by what they look at, not by what
they conclude: CKV_AWS_117 and `no-vpc` read the same setting and want the opposite.
"""

from collections.abc import Mapping

SAME_FACT: Mapping[str, str] = {
    "CKV_AWS_7": "key-rotation",
    "CKV_AWS_19": "bucket-encryption",
    "CKV_AWS_21": "bucket-versioning",
    "CKV_AWS_26": "topic-encryption",
    "CKV_AWS_27": "queue-encryption",
    "CKV_AWS_28": "table-recovery",
    "CKV_AWS_33": "resource-policy",
    "CKV_AWS_45": "no-credentials",
    "CKV_AWS_50": "function-tracing",
    "CKV_AWS_53": "bucket-public-access",
    "CKV_AWS_54": "bucket-public-access",
    "CKV_AWS_55": "bucket-public-access",
    "CKV_AWS_56": "bucket-public-access",
    "CKV_AWS_59": "api-authorisation",
    "CKV_AWS_60": "iam-trust",
    "CKV_AWS_61": "iam-trust",
    "CKV_AWS_62": "iam-actions",
    "CKV_AWS_63": "iam-actions",
    "CKV_AWS_66": "log-group-retention",
    "CKV_AWS_70": "resource-policy",
    "CKV_AWS_73": "api-tracing",
    "CKV_AWS_76": "api-logs",
    "CKV_AWS_116": "function-dead-letter",
    "CKV_AWS_117": "no-vpc",
    "CKV_AWS_119": "table-encryption",
    "CKV_AWS_145": "bucket-encryption",
    "CKV_AWS_158": "log-group-encryption",
    "CKV_AWS_274": "iam-managed-policies",
    "CKV_AWS_301": "function-permission",
    "CKV_AWS_308": "api-cache-encryption",
    "CKV_AWS_338": "log-group-retention",
    "CKV_AWS_355": "iam-resources",
    "CKV_AWS_363": "function-runtime",
    "CKV_AWS_364": "function-permission",
    "CKV2_AWS_4": "api-logging-level",
    "CKV2_AWS_6": "bucket-public-access",
    "CKV2_AWS_40": "iam-actions",
    "CKV2_AWS_56": "iam-managed-policies",
    "CKV2_AWS_61": "bucket-archive",
    "CKV2_AWS_62": "bucket-notification",
    "CKV2_AWS_65": "bucket-ownership",
    "CKV2_AWS_70": "api-authorisation",
    "CKV2_AWS_73": "queue-encryption",
}
