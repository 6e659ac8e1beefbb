"""What uploads may ask of the bucket."""

from typing import Any

from tests.policies.kit import (
    Case,
    Change,
    Declarations,
    check,
    fails,
    not_applicable,
    parametrized,
    passes,
    setting,
    undetermined,
    without,
)

BUCKET = "uploads-bucket"
POLICY = "bucket-policy"
OBJECTS = "arn:aws:s3:::uploads-bucket-dev"
ENCRYPTION = "s3:x-amz-server-side-encryption"
STORAGE = "s3:x-amz-storage-class"
FIRST = 2  # the statements in front are about TLS
DOORS = ("another encryption", "a customer's key", "another storage class than STANDARD")


def _without(index: int) -> Change:
    return lambda stack: stack.drop(POLICY, f"policy.Statement[{FIRST + index}]")


def _condition(index: int, condition: dict[str, Any]) -> Change:
    return setting(POLICY, f"policy.Statement[{FIRST + index}].Condition", condition)


CASES = [
    *(
        fails(
            f"without the statement on {what}",
            "bucket-uploads",
            BUCKET,
            _without(index),
            what,
        )
        for index, what in enumerate(DOORS)
    ),
    *(
        fails(title, "bucket-uploads", BUCKET, _condition(index, condition), DOORS[index])
        for title, index, condition in (
            # Each of these would refuse the upload that says nothing too.
            ("a key that has to be named", 0, {"StringNotEquals": {ENCRYPTION: "aws:kms"}}),
            ("encryption that has to be named", 0, {"Null": {ENCRYPTION: "true"}}),
            ("a class that has to be named", 2, {"StringNotEquals": {STORAGE: "STANDARD"}}),
            # And each of these lets something through.
            (
                "encryption with any key",
                0,
                {"Null": {ENCRYPTION: "false"}, "StringNotEquals": {ENCRYPTION: "aws:kms"}},
            ),
            (
                "the customer's key without its algorithm",
                1,
                {"Null": {f"{ENCRYPTION}-customer-key": "false"}},
            ),
            (
                "another class",
                2,
                {"Null": {STORAGE: "false"}, "StringNotEquals": {STORAGE: "GLACIER"}},
            ),
            (
                "what comes from one address",
                0,
                {"Null": {ENCRYPTION: "false"}, "IpAddress": {"aws:SourceIp": "192.0.2.1"}},
            ),
        )
    ),
    *(
        fails(
            f"{path} of the statement is {value!r}",
            "bucket-uploads",
            BUCKET,
            setting(POLICY, f"policy.Statement[{FIRST}].{path}", value),
        )
        for path, value in (
            ("Action", "s3:PutObjectTagging"),
            ("Principal", {"AWS": "arn:aws:iam::123456789012:root"}),
            ("Resource", f"{OBJECTS}/uploads/acme/*"),
            ("Resource", f"{OBJECTS}/data/*"),
        )
    ),
    *(
        passes(
            f"{path} of the statement is {value!r}",
            "bucket-uploads",
            BUCKET,
            setting(POLICY, f"policy.Statement[{FIRST}].{path}", value),
        )
        for path, value in (
            ("Action", "s3:*"),
            ("Action", "*"),
            ("Resource", f"{OBJECTS}/*"),
        )
    ),
    fails(
        "without a policy",
        "bucket-uploads",
        BUCKET,
        without(POLICY),
        bucket_transport={BUCKET},
    ),
    undetermined(
        "bucket-uploads",
        BUCKET,
        "policy",
        lambda s: s.hide(POLICY, "policy"),
        bucket_transport={BUCKET},
        resource_policy={POLICY},
    ),
    not_applicable("for the bucket's policy", "bucket-uploads", POLICY, lambda s: s),
]


@parametrized(CASES)
def test_uploads(case: Case, baseline: Declarations) -> None:
    check(case, baseline)
