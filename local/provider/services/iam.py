"""IAM: roles and what they may do."""

from typing import Any

from local.provider.aws import Aws
from local.provider.calls import arguments, as_list, retag, tag_list
from local.provider.properties import Properties
from local.provider.resource import Created, Resource, Setting


class Role(Resource):
    """A role; its identifier is its name."""

    type_name = "aws:iam/role:Role"
    regional = False
    tagged = True
    key = ("name",)
    replaces = ("namePrefix", "path")
    computed = ("arn", "createDate", "uniqueId", "inlinePolicies", "managedPolicyArns")
    defaults = {"forceDetachPolicies": False, "maxSessionDuration": 3600, "path": "/"}
    documents = ("assumeRolePolicy",)
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        client = aws.client("iam")
        role = client.create_role(
            **arguments(
                inputs,
                "description",
                "maxSessionDuration",
                "path",
                "permissionsBoundary",
                RoleName="name",
                AssumeRolePolicyDocument="assumeRolePolicy",
            ),
            Tags=tag_list(inputs),
        )["Role"]
        self._write_policies(client, {}, inputs)
        return Created(
            id=inputs["name"],
            outputs={
                "arn": role["Arn"],
                "createDate": str(role["CreateDate"]),
                "uniqueId": role["RoleId"],
                "inlinePolicies": inputs.get("inlinePolicies", []),
                "managedPolicyArns": inputs.get("managedPolicyArns", []),
            },
        )

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("iam")
        if old["assumeRolePolicy"] != new["assumeRolePolicy"]:
            client.update_assume_role_policy(
                RoleName=resource_id, PolicyDocument=new["assumeRolePolicy"]
            )
        client.update_role(
            RoleName=resource_id,
            Description=new.get("description", ""),
            MaxSessionDuration=new["maxSessionDuration"],
        )
        self._write_policies(client, old, new)
        retag(
            old,
            new,
            write=lambda tags: client.tag_role(RoleName=resource_id, Tags=as_list(tags)),
            remove=lambda keys: client.untag_role(RoleName=resource_id, TagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        role = aws.client("iam").get_role(RoleName=resource_id)["Role"]
        return {"arn": role["Arn"], "uniqueId": role["RoleId"]}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("iam")
        # What a program attached inline is the role's own; IAM refuses to delete it with the rest.
        for name in client.list_role_policies(RoleName=resource_id)["PolicyNames"]:
            client.delete_role_policy(RoleName=resource_id, PolicyName=name)
        for policy in client.list_attached_role_policies(RoleName=resource_id)["AttachedPolicies"]:
            client.detach_role_policy(RoleName=resource_id, PolicyArn=policy["PolicyArn"])
        client.delete_role(RoleName=resource_id)

    @staticmethod
    def _write_policies(client: Any, old: Properties, new: Properties) -> None:
        """Writes the policies that are part of the role itself."""
        before = {item["name"]: item["policy"] for item in old.get("inlinePolicies", [])}
        after = {item["name"]: item["policy"] for item in new.get("inlinePolicies", [])}
        for name in before.keys() - after.keys():
            client.delete_role_policy(RoleName=new["name"], PolicyName=name)
        for name, document in after.items():
            client.put_role_policy(RoleName=new["name"], PolicyName=name, PolicyDocument=document)
        attached, wanted = set(old.get("managedPolicyArns", [])), new.get("managedPolicyArns", [])
        for arn in attached - set(wanted):
            client.detach_role_policy(RoleName=new["name"], PolicyArn=arn)
        for arn in wanted:
            client.attach_role_policy(RoleName=new["name"], PolicyArn=arn)


class RolePolicy(Setting):
    """A policy inside a role; its identifier is ``role:name``."""

    type_name = "aws:iam/rolePolicy:RolePolicy"
    regional = False
    key = ("role", "name")
    replaces = ("namePrefix",)
    documents = ("policy",)
    autoname = "name"

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("iam").put_role_policy(
            RoleName=inputs["role"], PolicyName=inputs["name"], PolicyDocument=inputs["policy"]
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("iam").get_role_policy(RoleName=state["role"], PolicyName=state["name"])
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("iam").delete_role_policy(RoleName=state["role"], PolicyName=state["name"])


class Policy(Resource):
    """A managed policy; its identifier is its ARN."""

    type_name = "aws:iam/policy:Policy"
    regional = False
    tagged = True
    key = ("name",)
    replaces = ("namePrefix", "path", "description")
    computed = ("arn", "attachmentCount", "policyId")
    defaults = {"path": "/"}
    documents = ("policy",)
    autoname = "name"

    def create(self, aws: Aws, inputs: Properties) -> Created:
        policy = aws.client("iam").create_policy(
            PolicyName=inputs["name"],
            PolicyDocument=inputs["policy"],
            Path=inputs["path"],
            Description=inputs.get("description", ""),
            Tags=tag_list(inputs),
        )["Policy"]
        outputs = {"arn": policy["Arn"], "policyId": policy["PolicyId"], "attachmentCount": 0}
        return Created(id=policy["Arn"], outputs=outputs)

    def update(self, aws: Aws, resource_id: str, old: Properties, new: Properties) -> Properties:
        client = aws.client("iam")
        if old["policy"] != new["policy"]:
            self._delete_versions(client, resource_id)  # IAM keeps five at most
            client.create_policy_version(
                PolicyArn=resource_id, PolicyDocument=new["policy"], SetAsDefault=True
            )
        retag(
            old,
            new,
            write=lambda tags: client.tag_policy(PolicyArn=resource_id, Tags=as_list(tags)),
            remove=lambda keys: client.untag_policy(PolicyArn=resource_id, TagKeys=keys),
        )
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        policy = aws.client("iam").get_policy(PolicyArn=resource_id)["Policy"]
        return {"attachmentCount": policy.get("AttachmentCount", 0)}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        client = aws.client("iam")
        self._delete_versions(client, resource_id)
        client.delete_policy(PolicyArn=resource_id)

    @staticmethod
    def _delete_versions(client: Any, arn: str) -> None:
        for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])


class RolePolicyAttachment(Setting):
    """A managed policy attached to a role."""

    type_name = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    regional = False
    key = ("role", "policyArn")

    def put(self, aws: Aws, inputs: Properties) -> Properties:
        aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
        return {}

    def read(self, aws: Aws, resource_id: str, state: Properties) -> Properties:
        aws.client("iam").get_role(RoleName=state["role"])
        return {}

    def delete(self, aws: Aws, resource_id: str, state: Properties) -> None:
        aws.client("iam").detach_role_policy(RoleName=state["role"], PolicyArn=state["policyArn"])


TYPES: tuple[Resource, ...] = (Role(), RolePolicy(), Policy(), RolePolicyAttachment())
