"""KMS: keys and their aliases."""

from typing import Any

from local.provider.aws import Aws, MissingError
from local.provider.calls import arguments, as_list, retag, tag_list
from local.provider.properties import Properties
from local.provider.resource import Created, Resource


class Key(Resource):
    """A key; its identifier is the key's own."""

    type_name = "aws:kms/key:Key"
    tagged = True
    replaces = ("customKeyStoreId", "customerMasterKeySpec", "keyUsage", "multiRegion", "xksKeyId")
    computed = ("arn", "description", "keyId", "multiRegion", "policy", "rotationPeriodInDays")
    defaults = {
        "bypassPolicyLockoutSafetyCheck": False,
        "customerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "enableKeyRotation": False,
        "isEnabled": True,
        "keyUsage": "ENCRYPT_DECRYPT",
    }

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client = aws.client("kms")
        key = client.create_key(
            **arguments(
                inputs,
                "bypassPolicyLockoutSafetyCheck",
                "description",
                "keyUsage",
                "multiRegion",
                "policy",
                KeySpec="customerMasterKeySpec",
            ),
            Tags=tag_list(inputs, prefix="Tag"),
        )["KeyMetadata"]
        self._switch(client, key["KeyId"], {"isEnabled": True, "enableKeyRotation": False}, inputs)
        policy = client.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"]
        return Created(
            id=key["KeyId"],
            outputs={
                "arn": key["Arn"],
                "keyId": key["KeyId"],
                "description": key.get("Description", ""),
                "multiRegion": key.get("MultiRegion", False),
                "policy": inputs.get("policy", policy),
            },
        )

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("kms")
        if "policy" in new and old.get("policy") != new["policy"]:
            client.put_key_policy(KeyId=resource_id, PolicyName="default", Policy=new["policy"])
        if "description" in new and old.get("description") != new["description"]:
            client.update_key_description(KeyId=resource_id, Description=new["description"])
        self._switch(client, resource_id, old, new)
        retag(
            old,
            new,
            write=lambda tags: client.tag_resource(
                KeyId=resource_id, Tags=as_list(tags, prefix="Tag")
            ),
            remove=lambda keys: client.untag_resource(KeyId=resource_id, TagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        client = aws.client("kms")
        key = client.describe_key(KeyId=resource_id)["KeyMetadata"]
        if key["KeyState"] == "PendingDeletion":
            raise MissingError(f"key {resource_id} is to be deleted")
        return {"arn": key["Arn"], "isEnabled": key["Enabled"]}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("kms")
        if client.describe_key(KeyId=resource_id)["KeyMetadata"]["KeyState"] == "PendingDeletion":
            return
        window = arguments(state, PendingWindowInDays="deletionWindowInDays")
        client.schedule_key_deletion(KeyId=resource_id, **window)

    @staticmethod
    def _switch(client: Any, key: str, old: Properties, new: Properties) -> None:
        """Turns the key and its rotation on or off; only an enabled key's rotation can change."""
        if new["isEnabled"] and not old["isEnabled"]:
            client.enable_key(KeyId=key)
        period = arguments(new, RotationPeriodInDays="rotationPeriodInDays")
        if new["enableKeyRotation"] and (
            not old["enableKeyRotation"]
            or old.get("rotationPeriodInDays") != new.get("rotationPeriodInDays")
        ):
            client.enable_key_rotation(KeyId=key, **period)
        if old["enableKeyRotation"] and not new["enableKeyRotation"]:
            client.disable_key_rotation(KeyId=key)
        if old["isEnabled"] and not new["isEnabled"]:
            client.disable_key(KeyId=key)


class Alias(Resource):
    """A name for a key; its identifier is the name."""

    type_name = "aws:kms/alias:Alias"
    key = ("name",)
    replaces = ("namePrefix",)
    computed = ("arn", "targetKeyArn")
    renewed = ("targetKeyArn",)
    autoname = "name"

    def name(self, logical_name: str, seed: bytes, inputs: Properties) -> str:
        """Every alias begins with ``alias/``."""
        return "alias/" + super().name(logical_name, seed, inputs)

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client = aws.client("kms")
        client.create_alias(AliasName=inputs["name"], TargetKeyId=inputs["targetKeyId"])
        outputs = {"arn": aws.arn("kms", inputs["name"]), **self._target(client, inputs)}
        return Created(id=inputs["name"], outputs=outputs)

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("kms")
        client.update_alias(AliasName=resource_id, TargetKeyId=new["targetKeyId"])
        return self._target(client, new)

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        return {"targetKeyArn": self._describe(aws.client("kms"), resource_id)["Arn"]}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("kms").delete_alias(AliasName=resource_id)

    def _target(self, client: Any, inputs: Properties) -> Properties:
        return {"targetKeyArn": self._describe(client, inputs["targetKeyId"])["Arn"]}

    @staticmethod
    def _describe(client: Any, key: str) -> Properties:
        return dict(client.describe_key(KeyId=key)["KeyMetadata"])


TYPES: tuple[Resource, ...] = (Key(), Alias())
