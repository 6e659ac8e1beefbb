"""Which mutants a stack has."""

import json

from tests.tools.mutation.kit import PROVIDER, QUEUE, UNKNOWN, policy, queue, resource
from tools.mutation.mutants import Mutant, mutants

GROUP = "aws:cloudwatch/logGroup:LogGroup"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
TABLE = "aws:dynamodb/table:Table"


def found(all_: list[Mutant], path: str, kind: str) -> Mutant:
    (mutant,) = [m for m in all_ if (m.path, m.kind) == (path, kind)]
    return mutant


def of(*resources: object) -> list[Mutant]:
    return [m for m in mutants(resources, "dev") if m.kind != "appear"]  # type: ignore[arg-type]


def test_each_mutant_changes_one_resource_and_no_other_keeps_its_name() -> None:
    one = queue("one")
    for mutant in of(one):
        assert mutant.urn == one.urn
        assert mutant.mutated != one


def test_no_two_mutants_have_the_same_name() -> None:
    names = [mutant.name for mutant in of(queue("one"), queue("two"))]
    assert len(names) == len(set(names))


def test_each_tag_is_removed() -> None:
    mutated = found(of(queue("one")), "tags.Team", "drop").mutated
    assert mutated is not None
    assert mutated.inputs["tags"] == {"Environment": "Production"}


def test_a_resource_is_removed_protected_retained_and_left_unmanaged() -> None:
    every = of(queue("one"))
    assert found(every, "", "remove").mutated is None
    protected = found(every, "protect", "set").mutated
    retained = found(every, "retainOnDelete", "set").mutated
    abandoned = found(every, "deletedWith", "set").mutated
    ignoring = found(every, "ignoreChanges", "set").mutated
    assert protected is not None and protected.protect
    assert retained is not None and retained.retain_on_delete
    assert abandoned is not None and abandoned.deleted_with
    assert ignoring is not None and ignoring.ignore_changes


def test_a_role_gains_what_only_another_one_has() -> None:
    one, two = (
        resource(ROLE_POLICY, name, {"policy": policy({"Action": actions, "Resource": ["arn"]})})
        for name, actions in (("one", ["s3:PutObject"]), ("two", ["s3:GetObject", "sqs:Send"]))
    )
    path = "policy.Statement[0].Action"
    mutants_of_one = [mutant for mutant in of(one, two) if mutant.urn == one.urn]
    mutated = found(mutants_of_one, path, "gain another's").mutated
    assert mutated is not None
    gained = json.loads(mutated.inputs["policy"])["Statement"][0]["Action"]
    assert gained == ["s3:PutObject", "s3:GetObject"]


def test_a_resource_is_put_into_another_region() -> None:
    mutated = found(of(queue("one")), "region", "add").mutated
    assert mutated is not None
    assert mutated.inputs["region"] == "us-west-2"


def test_what_the_type_would_take_is_added_without_anyone_listing_it() -> None:
    every = of(queue("one"))
    mutated = found(every, "sqsManagedSseEnabled", "add").mutated
    assert mutated is not None
    assert mutated.inputs["sqsManagedSseEnabled"] is True


def test_what_an_object_inside_would_take_is_added_too() -> None:
    table = resource(TABLE, "t", {"ttl": {"enabled": True}})
    mutated = found(of(table), "ttl.attributeName", "add").mutated
    assert mutated is not None
    assert mutated.inputs["ttl"] == {"enabled": True, "attributeName": "sample"}


def test_a_changed_property_is_no_longer_made_from_another_resource() -> None:
    group = resource(GROUP, "g", {"name": "known"}, sources={"name": ["urn:other"]})
    mutated = found(of(group), "name", "alter").mutated
    assert mutated is not None
    assert mutated.property_dependencies["name"] == ()


def test_what_stays_unknown_keeps_its_source_when_its_neighbour_changes() -> None:
    encryption = {"enabled": True, "kmsKeyArn": UNKNOWN}
    table = resource(
        TABLE, "t", {"serverSideEncryption": encryption}, sources={"serverSideEncryption": ["key"]}
    )
    mutated = found(of(table), "serverSideEncryption.enabled", "flip").mutated
    assert mutated is not None
    assert mutated.property_dependencies["serverSideEncryption"] == ("key",)


def test_an_unknown_value_loses_its_source() -> None:
    group = resource(GROUP, "g", {"kmsKeyId": UNKNOWN}, sources={"kmsKeyId": ["urn:key"]})
    mutated = found(of(group), "kmsKeyId", "lose source").mutated
    assert mutated is not None
    assert mutated.inputs == group.inputs
    assert mutated.property_dependencies["kmsKeyId"] == ()


def test_of_the_provider_the_region_is_changed_and_what_it_could_be_told_is_added() -> None:
    provider = resource(PROVIDER, "default", {"region": "us-east-1", "version": "7"})
    every = of(provider)
    told = {"accessKey", "endpoints", "ignoreTags", "insecure"}
    assert {mutant.path for mutant in every} == {"region", *told}
    mutated = found(every, "region", "become 'us-west-2'").mutated
    assert mutated is not None
    assert mutated.inputs == {"region": "us-west-2", "version": "7"}


def test_of_the_provider_the_account_is_changed_too() -> None:
    accounts = json.dumps(["111111111111"])
    every = of(resource(PROVIDER, "default", {"allowedAccountIds": accounts}))
    changed = {m.kind: m.mutated.inputs.get("allowedAccountIds") for m in every if m.mutated}
    assert changed["drop"] is None
    assert changed["another account"] == '["999999999999"]'


def test_components_are_not_mutated() -> None:
    assert of(resource("market-data:stack:Queues", "queues", {"a": 1})) == []


def test_strangers_of_other_types_appear_beside_the_stack() -> None:
    strangers = [m for m in mutants((queue("one"),), "dev") if m.kind == "appear"]
    assert {"aws:glue/registry:Registry", QUEUE} <= {mutant.type for mutant in strangers}
    assert len({mutant.urn for mutant in strangers}) == len(strangers)


def test_the_order_is_the_same_each_time() -> None:
    stack = (queue("one"), queue("two"))
    assert [m.name for m in mutants(stack, "dev")] == [m.name for m in mutants(stack, "dev")]


def test_what_the_provider_adds_is_no_mutant_and_follows_what_the_program_says() -> None:
    tags = {"Environment": "Production", "Team": "Analytics"}
    every = of(queue("one", region="us-east-1", tagsAll=tags))
    assert not [m for m in every if m.path.startswith("tagsAll")]
    assert [m.kind for m in every if m.path == "region"] == ["add"]
    changed = found(every, "tags.Team", "drop").mutated
    assert changed is not None
    assert changed.inputs["region"] == "us-east-1"
    assert changed.inputs["tagsAll"] == {"Environment": "Production"}
    bare = found(every, "tags", "drop").mutated
    assert bare is not None
    assert "tagsAll" not in bare.inputs
