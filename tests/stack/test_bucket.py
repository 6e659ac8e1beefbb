"""The uploads bucket and what governs it."""

from typing import Any

import pytest

from tests.stack.recorder import Recorded, Recording

ARN = "arn:aws:s3:::uploads-bucket-dev"
VALIDATOR = "arn:aws:lambda:us-east-1:123456789012:function:validator-function-dev"


def part(stack: Recording, name: str) -> Recorded:
    return stack.one(f"aws:s3/{name[0].lower()}{name[1:]}:{name}")


def test_the_bucket_is_named_and_can_be_destroyed_with_its_objects(stack: Recording) -> None:
    bucket = part(stack, "Bucket")
    assert bucket.inputs["bucket"] == "uploads-bucket-dev"
    assert bucket.inputs["forceDestroy"] is True


def test_every_part_belongs_to_the_bucket(stack: Recording) -> None:
    bucket = part(stack, "Bucket")
    parts = [resource for resource in stack if resource.type.startswith("aws:s3/bucket")]
    assert len(parts) == 9
    for resource in parts:
        assert resource.inputs["bucket"] == "uploads-bucket-dev"
        assert resource is bucket or bucket.urn in resource.dependencies


def test_objects_are_versioned(stack: Recording) -> None:
    assert part(stack, "BucketVersioning").inputs["versioningConfiguration"] == {
        "status": "Enabled"
    }


def test_objects_are_encrypted_with_the_key_through_a_bucket_key(stack: Recording) -> None:
    encryption = part(stack, "BucketServerSideEncryptionConfiguration")
    assert encryption.inputs["rules"] == [
        {
            "applyServerSideEncryptionByDefault": {
                "sseAlgorithm": "aws:kms",
                "kmsMasterKeyId": "arn:aws:kms:us-east-1:123456789012:alias/pipeline-key-dev",
            },
            "bucketKeyEnabled": True,
        }
    ]
    assert stack.one("aws:kms/alias:Alias").urn in encryption.dependencies


def test_all_objects_go_to_glacier_at_ninety_days_however_small(stack: Recording) -> None:
    lifecycle = part(stack, "BucketLifecycleConfiguration").inputs
    archive = lifecycle["rules"][0]
    assert archive["status"] == "Enabled"
    assert archive["filter"] == {"prefix": ""}
    assert archive["transitions"] == [{"days": 90, "storageClass": "GLACIER"}]
    assert archive["noncurrentVersionTransitions"] == [
        {"noncurrentDays": 90, "storageClass": "GLACIER"}
    ]
    assert lifecycle["transitionDefaultMinimumObjectSize"] == "varies_by_storage_class"


def test_what_nobody_needs_any_more_is_cleaned_up(stack: Recording) -> None:
    clean_up = part(stack, "BucketLifecycleConfiguration").inputs["rules"][-1]
    assert clean_up["status"] == "Enabled"
    assert clean_up["filter"] == {"prefix": ""}
    assert clean_up["noncurrentVersionExpiration"] == {"noncurrentDays": 365}
    assert clean_up["expiration"] == {"expiredObjectDeleteMarker": True}
    assert clean_up["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


@pytest.mark.parametrize("folder", ["data", "aggregates"])
def test_what_the_functions_replaced_goes_once_it_was_archived(
    stack: Recording, folder: str
) -> None:
    rules = part(stack, "BucketLifecycleConfiguration").inputs["rules"]
    (rule,) = (rule for rule in rules if rule["id"] == f"clean-up-{folder}")
    assert rule["status"] == "Enabled"
    assert rule["filter"] == {"prefix": f"{folder}/"}
    assert rule["noncurrentVersionExpiration"] == {"noncurrentDays": 91}


def test_no_rule_ever_expires_a_current_object(stack: Recording) -> None:
    for rule in part(stack, "BucketLifecycleConfiguration").inputs["rules"]:
        assert "days" not in rule.get("expiration", {})


def test_lifecycle_waits_for_versioning(stack: Recording) -> None:
    lifecycle = part(stack, "BucketLifecycleConfiguration")
    assert part(stack, "BucketVersioning").urn in lifecycle.dependencies


def test_public_access_is_blocked_in_every_way(stack: Recording) -> None:
    block = part(stack, "BucketPublicAccessBlock").inputs
    for switch in (
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    ):
        assert block[switch] is True


def test_the_bucket_owner_owns_every_object(stack: Recording) -> None:
    assert part(stack, "BucketOwnershipControls").inputs["rule"] == {
        "objectOwnership": "BucketOwnerEnforced"
    }


def test_plain_http_and_old_tls_are_denied_to_everyone(stack: Recording) -> None:
    assert denials(stack, "s3:*", ARN, f"{ARN}/*") == {
        "DenyPlainTransport": {"Bool": {"aws:SecureTransport": "false"}},
        "DenyOldTransport": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
    }


def test_an_upload_that_asks_for_another_encryption_or_storage_is_denied_to_everyone(
    stack: Recording,
) -> None:
    encryption = "s3:x-amz-server-side-encryption"
    assert denials(stack, "s3:PutObject", f"{ARN}/uploads/*") == {
        "DenyOtherEncryption": {"Null": {encryption: "false"}},
        "DenyOtherKeys": {"Null": {f"{encryption}-customer-algorithm": "false"}},
        "DenyOtherStorage": {
            "Null": {"s3:x-amz-storage-class": "false"},
            "StringNotEquals": {"s3:x-amz-storage-class": "STANDARD"},
        },
    }


def denials(stack: Recording, action: str, *resources: str) -> dict[str, Any]:
    """The conditions under which everyone is denied an action on resources."""
    statements = part(stack, "BucketPolicy").statements()
    assert {(s["Effect"], s["Principal"]) for s in statements.values()} == {("Deny", "*")}
    return {
        sid: statement["Condition"]
        for sid, statement in statements.items()
        if statement["Action"] == [action] and statement["Resource"] == list(resources)
    }


def test_requests_are_measured(stack: Recording) -> None:
    assert part(stack, "BucketMetric").inputs["name"] == "uploads-metrics-dev"


def test_each_new_upload_is_announced_to_the_validator(stack: Recording) -> None:
    assert part(stack, "BucketNotification").inputs["lambdaFunctions"] == [
        {
            "id": "uploads-notification-dev",
            "lambdaFunctionArn": VALIDATOR,
            "events": ["s3:ObjectCreated:*"],
            "filterPrefix": "uploads/",
        }
    ]


def test_the_announcement_waits_for_the_permission_of_this_very_bucket(stack: Recording) -> None:
    permission = stack.one("aws:lambda/permission:Permission", "uploads-bucket-permission")
    assert permission.inputs["function"] == "validator-function-dev"
    assert permission.inputs["action"] == "lambda:InvokeFunction"
    assert permission.inputs["principal"] == "s3.amazonaws.com"
    assert permission.inputs["sourceAccount"] == "123456789012"
    assert permission.inputs["sourceArn"] == ARN
    assert permission.urn in part(stack, "BucketNotification").dependencies
