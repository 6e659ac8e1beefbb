"""The bucket that takes the partners' files and keeps what becomes of them (S3-1 to S3-4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pulumi
import pulumi_aws as aws

from stack.documents import EVERYONE, Condition, Statement, deny, deny_plain_transport, document
from stack.function import Function
from stack.key import Key
from stack.names import Names
from stack.tags import TAGS

UPLOADS: Final = "uploads/"
ARCHIVE_AFTER: Final = 90  # days
NONCURRENT_KEPT: Final = 365  # days, of what partners sent and were told
REPLACED_KEPT: Final = ARCHIVE_AFTER + 1  # days, of what the functions made, and can make anew


@dataclass(frozen=True, kw_only=True)
class BucketArgs:
    """Arguments of Bucket.

    Attributes:
        names: the stack's names.
        key: the key that encrypts the objects.
        on_created: the function that each new object below `uploads/` is announced to.
    """

    names: Names
    key: Key
    on_created: Function


class Bucket(pulumi.ComponentResource):
    """The uploads bucket with everything that governs it.

    Attributes:
        bucket: the bucket itself.
    """

    def __init__(
        self, name: str, args: BucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("market-data:stack:Bucket", name, {}, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.bucket = aws.s3.Bucket(
            name,
            bucket=args.names.bucket,
            force_destroy=True,
            tags=TAGS,
            opts=self._child,
        )
        self._secure(name, args)
        self._archive(name)
        self._announce(name, args)
        aws.s3.BucketMetric(
            name,
            bucket=self.bucket.bucket,
            name=args.names.of("uploads-metrics"),
            opts=self._child,
        )
        self.register_outputs({})

    def _secure(self, name: str, args: BucketArgs) -> None:
        names = args.names
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=self.bucket.bucket,
            rules=[
                {
                    "apply_server_side_encryption_by_default": {
                        "sse_algorithm": "aws:kms",
                        "kms_master_key_id": names.key_alias_arn,
                    },
                    "bucket_key_enabled": True,
                }
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.key.alias]),
        )
        ownership = aws.s3.BucketOwnershipControls(
            name,
            bucket=self.bucket.bucket,
            rule={"object_ownership": "BucketOwnerEnforced"},
            opts=self._child,
        )
        public_access = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=self.bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=self._child,
        )
        everything = [names.bucket_arn, f"{names.bucket_arn}/*"]
        aws.s3.BucketPolicy(
            name,
            bucket=self.bucket.bucket,
            policy=document(
                deny_plain_transport(["s3:*"], everything),
                deny(
                    "DenyOldTransport",
                    ["s3:*"],
                    everything,
                    principal=EVERYONE,
                    condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}},
                ),
                *_door(names),
            ),
            # S3 refuses two changes of one bucket's access at the same time.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[ownership, public_access]),
        )

    def _archive(self, name: str) -> None:
        versioning = aws.s3.BucketVersioning(
            name,
            bucket=self.bucket.bucket,
            versioning_configuration={"status": "Enabled"},
            opts=self._child,
        )
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=self.bucket.bucket,
            # S3's default would leave every object below 128 KB where it is.
            transition_default_minimum_object_size="varies_by_storage_class",
            rules=[
                {
                    "id": "archive-all-objects",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "transitions": [{"days": ARCHIVE_AFTER, "storage_class": "GLACIER"}],
                    "noncurrent_version_transitions": [
                        {"noncurrent_days": ARCHIVE_AFTER, "storage_class": "GLACIER"}
                    ],
                },
                _clean_up("data"),
                _clean_up("aggregates"),
                {
                    "id": "clean-up",
                    "status": "Enabled",
                    "filter": {"prefix": ""},
                    "noncurrent_version_expiration": {"noncurrent_days": NONCURRENT_KEPT},
                    "expiration": {"expired_object_delete_marker": True},
                    "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
                },
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )

    def _announce(self, name: str, args: BucketArgs) -> None:
        names = args.names
        permission = aws.lambda_.Permission(
            f"{name}-permission",
            statement_id=names.of("uploads-bucket-permission"),
            action="lambda:InvokeFunction",
            function=args.on_created.function.name,
            principal="s3.amazonaws.com",
            source_account=names.account,
            source_arn=names.bucket_arn,
            opts=self._child,
        )
        aws.s3.BucketNotification(
            name,
            bucket=self.bucket.bucket,
            lambda_functions=[
                {
                    "id": names.of("uploads-notification"),
                    "lambda_function_arn": args.on_created.arn,
                    "events": ["s3:ObjectCreated:*"],
                    "filter_prefix": UPLOADS,
                }
            ],
            # S3 refuses a notification to a function that it may not call yet.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission]),
        )


def _clean_up(folder: str) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """Removes earlier versions of what the functions made in a folder."""
    return {
        "id": f"clean-up-{folder}",
        "status": "Enabled",
        "filter": {"prefix": f"{folder}/"},
        "noncurrent_version_expiration": {"noncurrent_days": REPLACED_KEPT},
    }


def _door(names: Names) -> Iterator[Statement]:
    """What an upload may not ask for: the functions could not read it, or not under this key.

    An upload that says nothing is encrypted by the bucket and stored in the standard class. The
    right key is not let through by name: its ARN is unknown until it exists (decision 0090).
    """
    encryption = "s3:x-amz-server-side-encryption"
    storage_class = "s3:x-amz-storage-class"
    refused: dict[str, Condition] = {
        "DenyOtherEncryption": {"Null": {encryption: "false"}},
        "DenyOtherKeys": {"Null": {f"{encryption}-customer-algorithm": "false"}},
        "DenyOtherStorage": {
            "Null": {storage_class: "false"},
            "StringNotEquals": {storage_class: "STANDARD"},
        },
    }
    for sid, condition in refused.items():
        yield deny(
            sid,
            ["s3:PutObject"],
            [f"{names.bucket_arn}/{UPLOADS}*"],
            principal=EVERYONE,
            condition=condition,
        )
