"""Unknown values become references where something tells which, and variables elsewhere."""

from pathlib import Path
from typing import Any

import pytest

from compliance.terraform.export import export
from compliance.terraform.names import snake_case
from compliance.terraform.view import map_preview
from tests.compliance.terraform.planned import (
    GROUP,
    KEY,
    SECRET,
    UNKNOWN,
    Planned,
    configuration,
)


def test_an_unknown_key_becomes_a_reference_to_its_arn(tmp_path: Path) -> None:
    resources = configuration(tmp_path, KEY, GROUP)["resource"]
    assert resources["aws_cloudwatch_log_group"]["logs"]["kms_key_id"] == "${aws_kms_key.key.arn}"


def test_an_unknown_that_depends_on_nothing_becomes_a_variable(tmp_path: Path) -> None:
    queue = Planned(name="q", type="aws:sqs/queue:Queue", inputs={"name": UNKNOWN})
    document = configuration(tmp_path, queue)
    assert document["resource"]["aws_sqs_queue"]["q"]["name"] == "${var.q_name}"
    assert "q_name" in document["variable"]


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
    done = export(map_preview([*targets, asking]), program=tmp_path, output=tmp_path / "out")
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
