"""What can be destroyed, and at once: nothing is protected, locked or left behind (ORG)."""

from collections.abc import Iterator

from policies.facts import pulumi_aws
from policies.facts.reading import Node
from policies.facts.resource import Resource
from policies.facts.types import BUCKET, DIRECTORY_BUCKET, KEY, TABLE_BUCKET, VECTOR_BUCKET
from policies.pack.answers import Answer, verdict
from policies.pack.policy import ResourcePolicy, Settings, Severity, Types

_EVERYTHING = Types(where=lambda _type: True, otherwise="Governs everything.")
# Switches that keep a resource, or what it holds, from being deleted.
_RETAINING = (
    "bypassPolicyLockoutCheck",
    "bypassPolicyLockoutSafetyCheck",
    "dataDeletionPolicy",
    "deleteProtection",
    "deletionProtection",
    "deletionProtectionEnabled",
    "disableApiTermination",
    "enableDeletionProtection",
    "isBackupRetentionLocked",
    "prevent_destroy",
    "retainOnDelete",
    "skipDestroy",
    "terminationProtection",
    "terminationProtectionEnabled",
)
_UNPROTECTED = ("INACTIVE", "DISABLED", "DELETE")  # how some services write that it is off
# Switches that are on, and that take with a resource what belongs to it.
_DELETING = ("deleteAllPolicyResources", "deleteAutomatedBackups")
# Those that are on unless they are switched off.
_PROTECTED_BY_DEFAULT = {
    "aws:cloudtrail/eventDataStore:EventDataStore": "terminationProtectionEnabled",
    "aws:qldb/ledger:Ledger": "deletionProtection",
    "aws:quicksight/accountSettings:AccountSettings": "terminationProtectionEnabled",
}
# What fills by being used, or leaves something behind: the switch without which it would stay.
_FORCED = {
    BUCKET: "forceDestroy",
    DIRECTORY_BUCKET: "forceDestroy",
    TABLE_BUCKET: "forceDestroy",
    VECTOR_BUCKET: "forceDestroy",
    "aws:athena/database:Database": "forceDestroy",
    "aws:athena/workgroup:Workgroup": "forceDestroy",
    "aws:auditmanager/accountRegistration:AccountRegistration": "deregisterOnDestroy",
    "aws:backup/vault:Vault": "forceDestroy",
    "aws:codebuild/reportGroup:ReportGroup": "deleteReports",
    "aws:dataexchange/revisionAssets:RevisionAssets": "forceDestroy",
    "aws:datazone/domain:Domain": "skipDeletionCheck",
    "aws:datazone/project:Project": "skipDeletionCheck",
    "aws:ecr/repository:Repository": "forceDelete",
    "aws:ecrpublic/repository:Repository": "forceDestroy",
    "aws:iam/user:User": "forceDestroy",
    "aws:kinesis/stream:Stream": "enforceConsumerDeletion",
    "aws:organizations/account:Account": "closeOnDeletion",
    "aws:route53/zone:Zone": "forceDestroy",
    "aws:servicediscovery/service:Service": "forceDestroy",
    "aws:synthetics/canary:Canary": "deleteLambda",
    "aws:transfer/server:Server": "forceDestroy",
    "aws:workmail/organization:Organization": "deleteDirectory",
}
_FINAL_COPIES = ("skipFinalSnapshot", "skipFinalBackup")
_WINDOWS = ("deletionWindowInDays", "permanentDeletionTimeInDays")  # at least 7, by default 30
_WINDOW_TYPES = {
    KEY: "deletionWindowInDays",
    "aws:acmpca/certificateAuthority:CertificateAuthority": "permanentDeletionTimeInDays",
    "aws:kms/externalKey:ExternalKey": "deletionWindowInDays",
    "aws:kms/replicaExternalKey:ReplicaExternalKey": "deletionWindowInDays",
    "aws:kms/replicaKey:ReplicaKey": "deletionWindowInDays",
}
_OBJECT_LOCKS = ("objectLockLegalHoldStatus", "objectLockMode", "objectLockRetainUntilDate")
# What AWS keeps for thirty days, with its name, unless it is told otherwise.
_RECOVERABLES = ("aws:secretsmanager/secret:Secret", "aws:quicksight/analysis:Analysis")
# Types that exist to keep data from being deleted.
_LOCKS = {
    "aws:backup/logicallyAirGappedVault:LogicallyAirGappedVault",
    "aws:backup/vaultLockConfiguration:VaultLockConfiguration",
    "aws:glacier/vaultLock:VaultLock",
    "aws:rbin/rule:Rule",
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration",
}


def _is_on(inputs: Node, key: str) -> bool:
    found = inputs.child(key)
    if found is not None and isinstance(found.value, str):
        return found.value not in _UNPROTECTED
    return inputs.flag(key) is True


def _left_behind(resource: Resource, settings: Settings) -> Iterator[str]:
    """What AWS would keep of a resource, or because of what it holds."""
    inputs = resource.inputs
    forced = _FORCED.get(resource.type)
    if forced is not None and inputs.flag(forced) is not True:
        yield f"{forced} is not true, so that what it holds would stay"
    protected = _PROTECTED_BY_DEFAULT.get(resource.type)
    if protected is not None and not inputs.has(protected):
        yield f"{protected} is missing, and on by default"
    for key in pulumi_aws.known(resource.type, *_FINAL_COPIES):
        if inputs.flag(key) is not True:
            yield f"{key} is not true, so that a last copy would stay"
    if resource.type == BUCKET and not inputs.is_empty("objectLockConfiguration"):
        yield "objectLockConfiguration is set, so that locked objects would stay"
    if resource.type == BUCKET and inputs.flag("objectLockEnabled"):
        yield "objectLockEnabled is true, so that locked objects would stay"
    for key in _OBJECT_LOCKS:
        if not inputs.is_empty(key) and inputs.text(key) != "OFF":
            yield f"{key} locks the object"
    for key in _WINDOWS:
        if _WINDOW_TYPES.get(resource.type) == key or inputs.has(key):
            days, longest = inputs.integer(key), settings["keyDeletionDays"]
            if days is None or days > longest:
                yield f"{key} is not at most {longest}"
    if resource.type in _RECOVERABLES and inputs.integer("recoveryWindowInDays") != 0:
        yield "recoveryWindowInDays is not 0, so that it would stay, and its name"


def _judge_destroyable(resource: Resource, settings: Settings) -> Answer:
    inputs = resource.inputs
    problems = ["the resource option protect is set"] if resource.protect else []
    if resource.type in _LOCKS:
        problems.append("it locks what cannot be deleted before a time is over")
    if resource.type.startswith("aws:"):
        problems += [f"{key} is on" for key in _RETAINING if _is_on(inputs, key)]
        problems += [f"{key} is off" for key in _DELETING if inputs.flag(key) is False]
        problems += _left_behind(resource, settings)
    return verdict(problems)


DESTROYABLE = ResourcePolicy(
    name="destroyable",
    sentence="Everything can be destroyed: nothing is protected, locked or left behind.",
    severity=Severity.HIGH,
    requirements=("ORG-4",),
    remediation=(
        "Remove the protection; set forceDestroy on buckets and what else fills by use, 7 days' "
        "window on keys."
    ),
    governs=_EVERYTHING,
    schema={
        "keyDeletionDays": {
            "type": "integer",
            "description": "Longest time that a key may stay behind, in days; AWS's least is 7.",
            "minimum": 7,
            "maximum": 30,
            "default": 7,
        }
    },
    general=True,
    judge=_judge_destroyable,
)

POLICIES = (DESTROYABLE,)
