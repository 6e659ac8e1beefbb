"""A preview becomes Terraform configuration, its unknowns references."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from compliance.terraform.export import export
from compliance.terraform.names import snake_case
from compliance.terraform.view import map_preview
from tests.compliance.terraform.test_plan import ARCHIVE, GROUP, KEY, SECRET, UNKNOWN, Planned


def configuration(tmp_path: Path, *resources: Planned) -> dict[str, Any]:
    done = export(
        map_preview(resources), region="us-east-1", program=tmp_path, output=tmp_path / "out"
    )
    document: dict[str, Any] = json.loads(done.path.read_text(encoding="utf-8"))
    return document


def test_an_unknown_key_becomes_a_reference_to_its_arn(tmp_path: Path) -> None:
    resources = configuration(tmp_path, KEY, GROUP)["resource"]
    assert resources["aws_cloudwatch_log_group"]["logs"]["kms_key_id"] == "${aws_kms_key.key.arn}"


def test_what_looks_like_a_template_stays_text(tmp_path: Path) -> None:
    text = "${aws:PrincipalTag/team} %{if}"
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"policy": text})
    body = configuration(tmp_path, queue)["resource"]["aws_sqs_queue"]["q"]
    assert body["policy"] == "$${aws:PrincipalTag/team} %%{if}"


def test_what_looks_like_a_template_stays_text_in_keys_too(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"tags": {"${team}": "x"}})
    body = configuration(tmp_path, queue)["resource"]["aws_sqs_queue"]["q"]
    assert body["tags"] == {"$${team}": "x"}


def test_an_unknown_that_depends_on_nothing_becomes_a_variable(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"name": UNKNOWN})
    document = configuration(tmp_path, queue)
    assert document["resource"]["aws_sqs_queue"]["q"]["name"] == "${var.q_name}"
    assert "q_name" in document["variable"]


def test_the_archives_travel_with_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "validator.zip").write_bytes(b"PK")
    (tmp_path / "stack").mkdir()
    function = Planned(name="f", type="aws:lambda/function:Function", inputs={"code": ARCHIVE})
    done = export(
        map_preview([function]),
        region="us-east-1",
        program=tmp_path / "stack",
        output=tmp_path / "out",
    )
    body = json.loads(done.path.read_text(encoding="utf-8"))["resource"]["aws_lambda_function"]["f"]
    assert body["filename"] == "${path.module}/validator.zip"
    assert (tmp_path / "out" / "validator.zip").read_bytes() == b"PK"


def test_the_root_resource_of_an_api_is_asked_for_by_its_own_name(tmp_path: Path) -> None:
    api = Planned(name="api", type="aws:apigateway/restApi:RestApi", inputs={"name": "api"})
    resource = Planned(
        name="status",
        type="aws:apigateway/resource:Resource",
        inputs={"restApi": UNKNOWN, "parentId": UNKNOWN, "pathPart": "status"},
        property_dependencies={"restApi": [api.urn], "parentId": [api.urn]},
    )
    body = configuration(tmp_path, api, resource)["resource"]["aws_api_gateway_resource"]["status"]
    assert body["rest_api_id"] == "${aws_api_gateway_rest_api.api.id}"
    assert body["parent_id"] == "${aws_api_gateway_rest_api.api.root_resource_id}"


def test_an_execution_log_group_is_named_after_the_api_and_its_stage(tmp_path: Path) -> None:
    api = Planned(name="api", type="aws:apigateway/restApi:RestApi", inputs={"name": "api"})
    stage = Planned(
        name="stage", type="aws:apigateway/stage:Stage", inputs={"stageName": "status-stage-dev"}
    )
    group = Planned(
        name="execution",
        type="aws:cloudwatch/logGroup:LogGroup",
        inputs={"name": UNKNOWN},
        property_dependencies={"name": [api.urn]},
    )
    resources = configuration(tmp_path, api, stage, group)["resource"]
    assert resources["aws_cloudwatch_log_group"]["execution"]["name"] == (
        "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.api.id}/status-stage-dev"
    )


def test_what_has_to_exist_before_is_said(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={}, dependencies=[KEY.urn])
    body = configuration(tmp_path, KEY, queue)["resource"]["aws_sqs_queue"]["q"]
    assert body["depends_on"] == ["aws_kms_key.key"]


def test_an_unknown_inside_a_block_is_filled_in_place(tmp_path: Path) -> None:
    table = Planned(
        name="t",
        type="aws:dynamodb/table:Table",
        inputs={"name": "t", "serverSideEncryption": {"enabled": True, "kmsKeyArn": UNKNOWN}},
        property_dependencies={"serverSideEncryption": [KEY.urn]},
    )
    body = configuration(tmp_path, KEY, table)["resource"]["aws_dynamodb_table"]["t"]
    assert body["server_side_encryption"] == [
        {"enabled": True, "kms_key_arn": "${aws_kms_key.key.arn}"}
    ]


def test_unknown_elements_of_lists_and_maps_are_filled_in_place(tmp_path: Path) -> None:
    function = Planned(
        name="f",
        type="aws:lambda/function:Function",
        inputs={
            "layers": ["a", UNKNOWN],
            "environment": {"variables": {"A": "1", "KEY": UNKNOWN}},
        },
        property_dependencies={"layers": [KEY.urn], "environment": [KEY.urn]},
    )
    body = configuration(tmp_path, KEY, function)["resource"]["aws_lambda_function"]["f"]
    assert body["layers"] == ["a", "${aws_kms_key.key.id}"]
    assert body["environment"] == [{"variables": {"A": "1", "KEY": "${aws_kms_key.key.id}"}}]


def test_the_parent_of_a_deeper_resource_is_that_resource(tmp_path: Path) -> None:
    above = Planned(name="above", type="aws:apigateway/resource:Resource", inputs={"pathPart": "a"})
    below = Planned(
        name="below",
        type="aws:apigateway/resource:Resource",
        inputs={"pathPart": "b", "parentId": UNKNOWN},
        property_dependencies={"parentId": [above.urn]},
    )
    resources = configuration(tmp_path, above, below)["resource"]["aws_api_gateway_resource"]
    assert resources["below"]["parent_id"] == "${aws_api_gateway_resource.above.id}"


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


ROLE = Planned(name="role", type="aws:iam/role:Role", inputs={"name": "r"})
TABLE = Planned(name="table", type="aws:dynamodb/table:Table", inputs={"name": "t"})
QUEUE = Planned(name="queue", type="aws:sqs/queue:Queue", inputs={"name": "q"})
RULE = Planned(name="rule", type="aws:cloudwatch/eventRule:EventRule", inputs={"name": "r"})
FUNCTION = Planned(name="function", type="aws:lambda/function:Function", inputs={})


@pytest.mark.parametrize(
    ("kind", "key", "target", "reference"),
    [
        ("lambda/function:Function", "role", ROLE, "aws_iam_role.role.arn"),
        ("iam/rolePolicy:RolePolicy", "role", ROLE, "aws_iam_role.role.name"),
        (
            "lambda/eventSourceMapping:EventSourceMapping",
            "eventSourceArn",
            TABLE,
            "aws_dynamodb_table.table.stream_arn",
        ),
        ("sns/topicSubscription:TopicSubscription", "endpoint", QUEUE, "aws_sqs_queue.queue.arn"),
        ("sqs/queuePolicy:QueuePolicy", "queueUrl", QUEUE, "aws_sqs_queue.queue.id"),
        ("apigateway/integration:Integration", "credentials", ROLE, "aws_iam_role.role.arn"),
        ("cloudwatch/eventTarget:EventTarget", "rule", RULE, "aws_cloudwatch_event_rule.rule.name"),
        (
            "lambda/alias:Alias",
            "functionVersion",
            FUNCTION,
            "aws_lambda_function.function.version",
        ),
        ("s3/bucketPolicy:BucketPolicy", "policy", QUEUE, "aws_sqs_queue.queue.id"),
    ],
)
def test_a_property_asks_for_the_attribute_that_it_is_made_of(
    tmp_path: Path, kind: str, key: str, target: Planned, reference: str
) -> None:
    asking = Planned(
        name="x",
        type=f"aws:{kind}",
        inputs={key: UNKNOWN},
        property_dependencies={key: [target.urn]},
    )
    resources = configuration(tmp_path, target, asking)["resource"]
    (body,) = (body for named in resources.values() for at, body in named.items() if at == "x")
    assert body == {snake_case(key): f"${{{reference}}}"}


def test_of_several_resources_the_one_is_meant_that_the_name_speaks_of(tmp_path: Path) -> None:
    function = Planned(
        name="f",
        type="aws:lambda/function:Function",
        inputs={"environment": {"variables": {"TABLE_ARN": UNKNOWN, "QUEUE_URL": UNKNOWN}}},
        property_dependencies={"environment": [QUEUE.urn, TABLE.urn]},
    )
    resources = configuration(tmp_path, QUEUE, TABLE, function)["resource"]
    assert resources["aws_lambda_function"]["f"]["environment"] == [
        {
            "variables": {
                "TABLE_ARN": "${aws_dynamodb_table.table.arn}",
                "QUEUE_URL": "${aws_sqs_queue.queue.id}",
            }
        }
    ]


def test_an_unknown_list_is_a_list_of_references(tmp_path: Path) -> None:
    alarm = Planned(
        name="a",
        type="aws:cloudwatch/metricAlarm:MetricAlarm",
        inputs={"alarmActions": UNKNOWN},
        property_dependencies={"alarmActions": [QUEUE.urn, TABLE.urn]},
    )
    resources = configuration(tmp_path, QUEUE, TABLE, alarm)["resource"]
    assert resources["aws_cloudwatch_metric_alarm"]["a"]["alarm_actions"] == [
        "${aws_dynamodb_table.table.arn}",
        "${aws_sqs_queue.queue.arn}",
    ]


def test_the_order_in_which_the_engine_names_what_a_value_is_made_of_does_not_matter(
    tmp_path: Path,
) -> None:
    def alarm(*urns: str) -> Planned:
        return Planned(
            name="a",
            type="aws:cloudwatch/metricAlarm:MetricAlarm",
            inputs={"alarmActions": UNKNOWN},
            property_dependencies={"alarmActions": urns},
        )

    one = configuration(tmp_path, QUEUE, TABLE, alarm(QUEUE.urn, TABLE.urn))
    other = configuration(tmp_path, QUEUE, TABLE, alarm(TABLE.urn, QUEUE.urn))
    assert one == other


BUCKET = Planned(name="bucket", type="aws:s3/bucket:Bucket", inputs={})
OTHER = Planned(name="other", type="aws:sqs/queue:Queue", inputs={"name": "o"})
API = Planned(name="api", type="aws:apigateway/restApi:RestApi", inputs={"name": "api"})


@pytest.mark.parametrize(
    ("kind", "inputs", "targets", "guesses"),
    [
        (
            "s3/bucketPolicy:BucketPolicy",
            {"bucket": UNKNOWN, "policy": UNKNOWN},
            [BUCKET],
            ["policy of aws_s3_bucket_policy.x: ${aws_s3_bucket.bucket.id}"],
        ),
        (
            "sns/topic:Topic",
            {"displayName": UNKNOWN, "kmsMasterKeyId": UNKNOWN},
            [KEY],
            ["display_name of aws_sns_topic.x: ${aws_kms_key.key.id}"],
        ),
        (
            "sns/topic:Topic",
            {"displayName": UNKNOWN},
            [QUEUE],
            ["display_name of aws_sns_topic.x: ${aws_sqs_queue.queue.name}"],
        ),
        (
            "lambda/function:Function",
            {"description": UNKNOWN, "role": UNKNOWN},
            [ROLE],
            ["description of aws_lambda_function.x: ${aws_iam_role.role.id}"],
        ),
        (
            "lambda/permission:Permission",
            {"function": "f", "sourceArn": UNKNOWN},
            [API],
            [
                "source_arn of aws_lambda_permission.x: "
                "${aws_api_gateway_rest_api.api.execution_arn}"
            ],
        ),
        (
            "lambda/function:Function",
            {"environment": {"variables": {"QUEUE_URL": UNKNOWN, "API_URL": UNKNOWN}}},
            [QUEUE, API],
            [
                "environment.0.variables.API_URL of aws_lambda_function.x: "
                "${aws_api_gateway_rest_api.api.id}"
            ],
        ),
        (
            "lambda/function:Function",
            {"environment": {"variables": {"QUEUE_NAME": UNKNOWN}}},
            [QUEUE, OTHER],
            [
                "environment.0.variables.QUEUE_NAME of aws_lambda_function.x: "
                "${aws_sqs_queue.other.name}"
            ],
        ),
    ],
)
def test_what_may_be_more_than_the_reference_is_told(
    tmp_path: Path, kind: str, inputs: dict[str, Any], targets: list[Planned], guesses: list[str]
) -> None:
    asking = Planned(
        name="x",
        type=f"aws:{kind}",
        inputs=inputs,
        property_dependencies={key: [target.urn for target in targets] for key in inputs},
    )
    done = export(
        map_preview([*targets, asking]), region="r", program=tmp_path, output=tmp_path / "out"
    )
    assert list(done.guesses) == guesses


def test_each_place_has_a_variable_of_its_own_and_of_its_type(tmp_path: Path) -> None:
    function = Planned(
        name="f",
        type="aws:lambda/function:Function",
        inputs={
            "timeout": UNKNOWN,
            "layers": UNKNOWN,
            "environment": {"variables": {"A": UNKNOWN, "B": UNKNOWN}},
        },
        property_dependencies={"timeout": [KEY.urn]},
    )
    document = configuration(tmp_path, KEY, function)
    variables = document["variable"]
    assert {name: variable["type"] for name, variable in variables.items()} == {
        "f_timeout": "number",
        "f_layers": "list(string)",
        "f_environment_0_variables_A": "string",
        "f_environment_0_variables_B": "string",
    }
    assert document["resource"]["aws_lambda_function"]["f"]["timeout"] == "${var.f_timeout}"


def test_two_resources_of_one_name_have_variables_of_their_own(tmp_path: Path) -> None:
    queue = Planned(name="x", type="aws:sqs/queue:Queue", inputs={"name": UNKNOWN})
    topic = Planned(name="x", type="aws:sns/topic:Topic", inputs={"name": UNKNOWN})
    resources = configuration(tmp_path, queue, topic)["resource"]
    assert resources["aws_sqs_queue"]["x"]["name"] == "${var.x_name}"
    assert resources["aws_sns_topic"]["x"]["name"] == "${var.x_name_2}"


def test_blocks_of_which_nothing_is_known_are_made_of_a_variable(tmp_path: Path) -> None:
    rules = Planned(
        name="x",
        type="aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        inputs={"bucket": "b", "rule": UNKNOWN},
    )
    document = configuration(tmp_path, rules)
    assert document["resource"]["aws_s3_bucket_ownership_controls"]["x"] == {
        "bucket": "b",
        "dynamic": {
            "rule": {
                "for_each": "${var.x_rule}",
                "content": {"object_ownership": "${rule.value.object_ownership}"},
            }
        },
    }
    assert document["variable"]["x_rule"]["type"] == "any"


@pytest.mark.parametrize("secret", [SECRET, "[secret]"])
def test_a_secret_becomes_a_variable_that_terraform_hides(tmp_path: Path, secret: Any) -> None:
    function = Planned(
        name="f",
        type="aws:lambda/function:Function",
        inputs={"timeout": secret, "environment": {"variables": {"PASSWORD": secret}}},
    )
    document = configuration(tmp_path, function)
    assert document["resource"]["aws_lambda_function"]["f"] == {
        "timeout": "${var.f_timeout}",
        "environment": [{"variables": {"PASSWORD": "${var.f_environment_0_variables_PASSWORD}"}}],
    }
    assert all(variable["sensitive"] for variable in document["variable"].values())
    assert document["variable"]["f_timeout"]["type"] == "number"


def asset(**content: Any) -> dict[str, Any]:
    return {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", **content}


def archive(**content: Any) -> dict[str, Any]:
    return {"4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7", **content}


def test_a_folder_and_files_in_the_program_become_archives(tmp_path: Path) -> None:
    (tmp_path / "app" / "lib").mkdir(parents=True)
    (tmp_path / "app" / "lib" / "a.py").write_text("a")
    code = archive(assets={"index.py": asset(text="i"), "app": archive(path="app")})
    functions = [
        Planned(name=name, type="aws:lambda/function:Function", inputs={"code": value})
        for name, value in {"folder": archive(path="app"), "mixed": code}.items()
    ]
    bodies = configuration(tmp_path, *functions)["resource"]["aws_lambda_function"]
    inside = {
        name: zipfile.ZipFile(
            tmp_path / "out" / body["filename"].removeprefix("${path.module}/")
        ).namelist()
        for name, body in bodies.items()
    }
    assert inside == {"folder": ["lib/a.py"], "mixed": ["app/lib/a.py", "index.py"]}


def test_two_archives_of_one_name_stay_apart(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "bootstrap.zip").write_text(name)
    functions = [
        Planned(
            name=name,
            type="aws:lambda/function:Function",
            inputs={"code": archive(path=f"{name}/bootstrap.zip")},
        )
        for name in ("a", "b")
    ]
    bodies = configuration(tmp_path, *functions)["resource"]["aws_lambda_function"]
    for name, body in bodies.items():
        copied = tmp_path / "out" / body["filename"].removeprefix("${path.module}/")
        assert copied.read_text() == name


def test_the_objects_of_a_bucket_travel_with_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("page")
    objects = [
        Planned(name=name, type="aws:s3/bucketObjectv2:BucketObjectv2", inputs={"source": source})
        for name, source in {"file": asset(path="page.html"), "text": asset(text="x")}.items()
    ]
    bodies = configuration(tmp_path, *objects)["resource"]["aws_s3_object"]
    assert bodies == {
        "file": {"source": "${path.module}/page.html"},
        "text": {"source": "${path.module}/aws_s3_object.text.txt"},
    }
    assert (tmp_path / "out" / "aws_s3_object.text.txt").read_text() == "x"


def test_what_the_provider_does_not_know_is_told(tmp_path: Path) -> None:
    vpc = Planned(name="vpc", type="aws:ec2/vpc:Vpc", inputs={})
    api = Planned(
        name="a", type="aws:apigateway/restApi:RestApi", inputs={"securityPolicy": "TLS_1_2"}
    )
    done = export(
        map_preview([vpc, api]), region="us-east-1", program=tmp_path, output=tmp_path / "out"
    )
    assert done.left_out == (
        "vpc (aws:ec2/vpc:Vpc)",
        "securityPolicy of aws_api_gateway_rest_api.a",
    )


WEST = Planned(name="west", type="pulumi:providers:aws", inputs={"region": "us-west-2"})


def test_a_resource_of_another_region_has_the_provider_of_that_region(tmp_path: Path) -> None:
    resources = [
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
    done = export(
        map_preview(resources), region="us-east-1", program=tmp_path, output=tmp_path / "out"
    )
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


def test_what_else_a_provider_is_told_is_left_out(tmp_path: Path) -> None:
    settings = {"version": "7", "region": "us-west-2", "profile": "x", "skipRegionValidation": True}
    provider = Planned(name="west", type="pulumi:providers:aws", inputs=settings)
    done = export(
        map_preview([provider]), region="us-east-1", program=tmp_path, output=tmp_path / "out"
    )
    assert done.left_out == ("profile of the provider west",)


def test_a_region_that_the_preview_does_not_tell_is_left_out(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"region": UNKNOWN})
    done = export(
        map_preview([queue]), region="us-east-1", program=tmp_path, output=tmp_path / "out"
    )
    assert done.left_out == ("region of aws_sqs_queue.q",)
