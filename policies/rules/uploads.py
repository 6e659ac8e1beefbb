"""What uploads may ask of the bucket: nothing that the functions could not read (S3-4, S3-2)."""

from functools import partial

from policies.facts.resource import Resource
from policies.facts.stack import Stack
from policies.facts.types import BUCKET
from policies.iam.denials import Condition, denied_if
from policies.iam.services import in_each_policy
from policies.iam.statements import Statement
from policies.pack.answers import Answer, verdict
from policies.pack.policy import Rule, Settings, Severity, only

_ENCRYPTION = "s3:x-amz-server-side-encryption"
_STORAGE = "s3:x-amz-storage-class"

UPLOADS = Rule(
    name="bucket-uploads",
    sentence=(
        "Objects put under {prefix} are encrypted as the bucket does it and stored in "
        "{storageClass}; whatever else is asked for is refused."
    ),
    severity=Severity.HIGH,
    requirements=("S3-4", "SEC-1", "S3-2"),
    fix=(
        "Let the bucket's policy deny * s3:PutObject on {prefix}* in three statements: if "
        "s3:x-amz-server-side-encryption is there (Null: false), if "
        "s3:x-amz-server-side-encryption-customer-algorithm is, and if s3:x-amz-storage-class is "
        "there and not {storageClass} (Null: false, StringNotEquals)."
    ),
    governs=only(BUCKET),
    schema={
        "prefix": {
            "type": "string",
            "description": "Prefix of the keys that are put from outside.",
            "default": "uploads/",
        },
        "storageClass": {
            "type": "string",
            "description": "The one storage class that may be named.",
            "default": "STANDARD",
        },
    },
    passes=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketPolicy: {bucket: uploads-bucket-dev, policy: {Statement: [{Effect: Deny,
          Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::uploads-bucket-dev/*',
          Condition: {'Null': {'s3:x-amz-server-side-encryption': 'false'}}}, {Effect: Deny,
          Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::uploads-bucket-dev/*',
          Condition: {'Null': {'s3:x-amz-server-side-encryption-customer-algorithm': 'false'}}},
          {Effect: Deny, Principal: '*', Action: 's3:PutObject',
          Resource: 'arn:aws:s3:::uploads-bucket-dev/*',
          Condition: {'Null': {'s3:x-amz-storage-class': 'false'},
          StringNotEquals: {'s3:x-amz-storage-class': STANDARD}}}]}}
        """,
    ),
    fails=(
        """
        Bucket: {bucket: uploads-bucket-dev}
        BucketPolicy: {bucket: uploads-bucket-dev, policy: {Statement: {Effect: Deny,
          Principal: '*', Action: 's3:PutObject', Resource: 'arn:aws:s3:::uploads-bucket-dev/*',
          Condition: {StringNotEquals: {'s3:x-amz-server-side-encryption': 'aws:kms'}}}}}
        """,
        "Bucket: {bucket: uploads-bucket-dev}",
    ),
)


def _judge(bucket: Resource, stack: Stack, settings: Settings) -> Answer:
    objects = f"arn:aws:s3:::{bucket.inputs.text('bucket')}/{settings['prefix']}*"
    storage_class = settings["storageClass"]
    doors: dict[str, set[Condition]] = {
        "another encryption": {("Null", _ENCRYPTION, ("false",))},
        "a customer's key": {("Null", f"{_ENCRYPTION}-customer-algorithm", ("false",))},
        f"another storage class than {storage_class}": {
            ("Null", _STORAGE, ("false",)),
            ("StringNotEquals", _STORAGE, (storage_class,)),
        },
    }
    return verdict(
        [
            f"no statement of its policy refuses everyone {what}, and lets pass what names none"
            for what, conditions in doors.items()
            if not in_each_policy(bucket, stack, partial(_refused, objects, frozenset(conditions)))
        ]
    )


def _refused(objects: str, conditions: frozenset[Condition], found: list[Statement]) -> bool:
    return denied_if(found, "s3:putobject", objects, conditions)


POLICIES = (UPLOADS.judged_in_stack(_judge),)
