"""A preview becomes Terraform configuration, and what of it cannot is told."""

import json
from pathlib import Path

from compliance.terraform.export import export
from compliance.terraform.view import map_preview
from tests.compliance.terraform.planned import KEY, UNKNOWN, Planned, configuration


def test_what_looks_like_a_template_stays_text(tmp_path: Path) -> None:
    text = "${aws:PrincipalTag/team} %{if}"
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"policy": text})
    body = configuration(tmp_path, queue)["resource"]["aws_sqs_queue"]["q"]
    assert body["policy"] == "$${aws:PrincipalTag/team} %%{if}"


def test_what_looks_like_a_template_stays_text_in_keys_too(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"tags": {"${team}": "x"}})
    body = configuration(tmp_path, queue)["resource"]["aws_sqs_queue"]["q"]
    assert body["tags"] == {"$${team}": "x"}


def test_what_has_to_exist_before_is_said(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={}, dependencies=[KEY.urn])
    body = configuration(tmp_path, KEY, queue)["resource"]["aws_sqs_queue"]["q"]
    assert body["depends_on"] == ["aws_kms_key.key"]


def test_what_the_provider_filled_in_is_left_to_the_next_provider(tmp_path: Path) -> None:
    queue = Planned(
        name="q",
        type="aws:sqs/queue:Queue",
        inputs={"name": "q", "maxMessageSize": 1048576, "__defaults": ["maxMessageSize"]},
    )
    assert configuration(tmp_path, queue)["resource"]["aws_sqs_queue"]["q"] == {"name": "q"}


def test_a_name_that_the_provider_made_up_stays(tmp_path: Path) -> None:
    table = Planned(
        name="t",
        type="aws:dynamodb/table:Table",
        inputs={"name": "t-251ea43", "__defaults": ["name"]},
    )
    assert configuration(tmp_path, table)["resource"]["aws_dynamodb_table"]["t"] == {
        "name": "t-251ea43"
    }


def test_a_name_that_the_provider_made_up_stands_in_place_of_its_prefix(tmp_path: Path) -> None:
    role = Planned(
        name="r",
        type="aws:iam/role:Role",
        inputs={"name": "r-251ea43", "namePrefix": "ops-", "__defaults": ["name"]},
    )
    other = Planned(name="r", type="aws:sqs/queue:Queue", inputs={"namePrefix": "ops-"})
    resources = configuration(tmp_path, role, other)["resource"]
    assert resources["aws_iam_role"]["r"] == {"name": "r-251ea43"}
    assert resources["aws_sqs_queue"]["r"] == {"name_prefix": "ops-"}


def test_what_the_provider_does_not_know_is_told(tmp_path: Path) -> None:
    vpc = Planned(name="vpc", type="aws:ec2/vpc:Vpc", inputs={})
    api = Planned(
        name="a", type="aws:apigateway/restApi:RestApi", inputs={"securityPolicy": "TLS_1_2"}
    )
    done = export(map_preview([vpc, api]), program=tmp_path, output=tmp_path / "out")
    assert done.left_out == (
        "vpc (aws:ec2/vpc:Vpc)",
        "securityPolicy of aws_api_gateway_rest_api.a",
    )


HERE = Planned(name="default", type="pulumi:providers:aws", inputs={"region": "us-east-1"})
WEST = Planned(name="west", type="pulumi:providers:aws", inputs={"region": "us-west-2"})


def test_a_resource_of_another_region_has_the_provider_of_that_region(tmp_path: Path) -> None:
    resources = [
        HERE,
        WEST,
        Planned(name="here", type="aws:sqs/queue:Queue", inputs={"region": "us-east-1"}),
        Planned(name="west", type="aws:sqs/queue:Queue", inputs={}, provider=WEST.urn),
        Planned(
            name="south",
            type="aws:s3/bucket:Bucket",
            inputs={"region": "eu-south-1"},
            provider=WEST.urn,
        ),
    ]
    done = export(map_preview(resources), program=tmp_path, output=tmp_path / "out")
    document = json.loads(done.path.read_text(encoding="utf-8"))
    assert document["provider"]["aws"] == [
        {"region": "us-east-1"},
        {"alias": "eu-south-1", "region": "eu-south-1"},
        {"alias": "us-west-2", "region": "us-west-2"},
    ]
    assert document["resource"] == {
        "aws_sqs_queue": {"here": {}, "west": {"provider": "aws.us-west-2"}},
        "aws_s3_bucket": {"south": {"provider": "aws.eu-south-1"}},
    }
    assert done.left_out == ()


def test_the_region_is_the_programs(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={}, provider=WEST.urn)
    document = configuration(tmp_path, WEST, queue)
    assert document["provider"]["aws"] == {"region": "us-west-2"}
    assert document["resource"]["aws_sqs_queue"]["q"] == {}


def test_a_region_that_nothing_names_is_left_to_the_environment(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={})
    assert configuration(tmp_path, queue)["provider"]["aws"] == {}


def test_what_else_a_provider_is_told_is_left_out(tmp_path: Path) -> None:
    settings = {"version": "7", "region": "us-west-2", "profile": "x", "skipRegionValidation": True}
    provider = Planned(name="west", type="pulumi:providers:aws", inputs=settings)
    done = export(map_preview([provider]), program=tmp_path, output=tmp_path / "out")
    assert done.left_out == ("profile of the provider west",)


def test_a_region_that_the_preview_does_not_tell_is_left_out(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"region": UNKNOWN})
    done = export(map_preview([queue]), program=tmp_path, output=tmp_path / "out")
    assert done.left_out == ("region of aws_sqs_queue.q",)


def test_all_tags_of_a_resource_are_its_tags_and_said_once(tmp_path: Path) -> None:
    own = {"tags": {"Team": "x"}, "tagsAll": {"Team": "x", "Stage": "dev"}}
    queues = [
        Planned(name="own", type="aws:sqs/queue:Queue", inputs=own),
        Planned(name="none", type="aws:sqs/queue:Queue", inputs={"tagsAll": {"Stage": "dev"}}),
    ]
    bodies = configuration(tmp_path, *queues)["resource"]["aws_sqs_queue"]
    assert bodies == {
        "own": {"tags": {"Team": "x", "Stage": "dev"}},
        "none": {"tags": {"Stage": "dev"}},
    }


def test_the_notes_of_the_bridge_are_left_out_at_any_depth(tmp_path: Path) -> None:
    table = Planned(
        name="t",
        type="aws:dynamodb/table:Table",
        inputs={
            "attributes": [{"name": "pk", "type": "S", "__defaults": []}],
            "ttl": {"enabled": True, "attributeName": "e", "__defaults": ["enabled"]},
            "region": "us-east-1",
            "__defaults": [],
        },
    )
    assert "__" not in json.dumps(configuration(tmp_path, table)["resource"])


def test_the_account_that_the_provider_is_held_to_is_carried_over(tmp_path: Path) -> None:
    provider = Planned(
        name="default",
        type="pulumi:providers:aws",
        inputs={"region": "us-east-1", "allowedAccountIds": '["123456789012"]'},
    )
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={}, provider=provider.urn)
    assert configuration(tmp_path, provider, queue)["provider"]["aws"] == {
        "region": "us-east-1",
        "allowed_account_ids": ["123456789012"],
    }
