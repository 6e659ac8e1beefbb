"""Resources created, changed, replaced and deleted on the emulator by the real CLI."""

import json
from collections.abc import Callable
from typing import Any

from tests.local.kit import Program

Client = Callable[[str], Any]

EVERYTHING = """
    import json
    def document(action, **more):
        statement = {"Effect": "Allow", "Action": action, **more}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    trust = document("sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    key = aws.kms.Key("key", enable_key_rotation=ROTATE, tags=TAGS)
    aws.kms.Alias("alias", name="alias/life", target_key_id=key.key_id)
    queue = aws.sqs.Queue("queue", name=QUEUE, fifo_queue=True, tags=TAGS,
        visibility_timeout_seconds=TIMEOUT)
    bucket = aws.s3.Bucket("bucket", bucket="life-bucket", force_destroy=True, tags=TAGS)
    aws.s3.BucketVersioning("versioning", bucket=bucket.bucket,
        versioning_configuration={"status": "Enabled"})
    role = aws.iam.Role("role", name="life-role", assume_role_policy=trust, tags=TAGS)
    aws.iam.RolePolicy("policy", role=role.name, name="inline",
        policy=document(ACTION, Resource="*"))
    aws.dynamodb.Table("table", name="life-table", billing_mode="PAY_PER_REQUEST", hash_key="pk",
        attributes=[{"name": "pk", "type": "S"}], tags=TAGS,
        ttl={"attribute_name": "expires", "enabled": True} if TTL else None)
    aws.cloudwatch.LogGroup("logs", name="/life/logs", retention_in_days=DAYS, tags=TAGS)
    aws.sns.Topic("topic", name="life-topic", display_name="Life", tags=TAGS)
    bus = aws.cloudwatch.EventBus("bus", name="life-bus", tags=TAGS)
    rule = aws.cloudwatch.EventRule("rule", name="life-rule", event_bus_name=bus.name,
        event_pattern=json.dumps({"source": ["life"]}), tags=TAGS)
    aws.cloudwatch.EventTarget("target", rule=rule.name, event_bus_name=bus.name,
        target_id="life-target", arn=queue.arn, sqs_target={"message_group_id": "life"})
    aws.cloudwatch.MetricAlarm("alarm", name="life-alarm",
        comparison_operator="GreaterThanThreshold", evaluation_periods=1,
        metric_name="Errors", namespace="AWS/Lambda", period=60,
        statistic="Sum", threshold=THRESHOLD, tags=TAGS)
"""
FIRST = """
    QUEUE, TIMEOUT, ROTATE, TTL, DAYS, THRESHOLD = "life-a.fifo", 30, False, False, 7, 1
    TAGS, ACTION = {"Team": "Analytics", "Old": "1"}, "sqs:SendMessage"
"""
SECOND = """
    QUEUE, TIMEOUT, ROTATE, TTL, DAYS, THRESHOLD = "life-b.fifo", 60, True, True, 14, 2
    TAGS, ACTION = {"Team": "Research"}, "sqs:ReceiveMessage"
"""


def test_a_change_updates_or_replaces_and_destruction_leaves_nothing(
    program: Program, client: Client
) -> None:
    program.up(FIRST + EVERYTHING)
    assert program.plan(FIRST + EVERYTHING) == {}

    plan = program.plan(SECOND + EVERYTHING)
    assert plan["queue"] == "replace"
    assert plan["table"] == "update"
    assert not plan.keys() & {"alias", "versioning"}
    s3 = client("s3")
    for body in (b"1", b"2"):
        s3.put_object(Bucket="life-bucket", Key="k", Body=body)
    s3.delete_object(Bucket="life-bucket", Key="k")
    program.up(SECOND + EVERYTHING)
    _assert_second(client)

    program.done("destroy", "--yes", "--skip-preview")
    _assert_empty(client)


def _assert_second(client: Client) -> None:
    (queue,) = client("sqs").list_queues()["QueueUrls"]
    attributes = client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])
    assert queue.endswith("/life-b.fifo")
    assert attributes["Attributes"]["VisibilityTimeout"] == "60"
    assert client("sqs").list_queue_tags(QueueUrl=queue)["Tags"] == {"Team": "Research"}
    tags = client("s3").get_bucket_tagging(Bucket="life-bucket")["TagSet"]
    assert tags == [{"Key": "Team", "Value": "Research"}]
    policy = client("iam").get_role_policy(RoleName="life-role", PolicyName="inline")
    assert policy["PolicyDocument"]["Statement"][0]["Action"] == "sqs:ReceiveMessage"
    assert client("iam").list_role_tags(RoleName="life-role")["Tags"] == tags
    ttl = client("dynamodb").describe_time_to_live(TableName="life-table")
    assert ttl["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED"
    (group,) = client("logs").describe_log_groups(logGroupNamePrefix="/life")["logGroups"]
    assert group["retentionInDays"] == 14
    (alarm,) = client("cloudwatch").describe_alarms(AlarmNames=["life-alarm"])["MetricAlarms"]
    assert alarm["Threshold"] == 2
    targets = client("events").list_targets_by_rule(Rule="life-rule", EventBusName="life-bus")
    assert [target["Arn"].rsplit(":", 1)[1] for target in targets["Targets"]] == ["life-b.fifo"]
    key = client("kms").describe_key(KeyId="alias/life")["KeyMetadata"]["KeyId"]
    assert client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True


def _assert_empty(client: Client) -> None:
    assert not client("sqs").list_queues().get("QueueUrls")
    assert not client("s3").list_buckets()["Buckets"]
    assert not client("iam").list_roles()["Roles"]
    assert not client("dynamodb").list_tables()["TableNames"]
    assert not client("logs").describe_log_groups()["logGroups"]
    assert not client("sns").list_topics()["Topics"]
    assert [bus["Name"] for bus in client("events").list_event_buses()["EventBuses"]] == ["default"]
    assert not client("cloudwatch").describe_alarms()["MetricAlarms"]
    kms = client("kms")
    assert not [
        a for a in kms.list_aliases()["Aliases"] if not a["AliasName"].startswith("alias/aws/")
    ]
    keys = [kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"] for key in kms.list_keys()["Keys"]]
    assert {key["KeyState"] for key in keys if key["KeyManager"] == "CUSTOMER"} <= {
        "PendingDeletion"
    }


FUNCTION = """
    role = aws.iam.Role("role", name="function", assume_role_policy='{"Version": "2012-10-17",'
        '"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",'
        '"Principal": {"Service": "lambda.amazonaws.com"}}]}')
    function = aws.lambda_.Function("function", name="function", runtime="provided.al2023",
        handler="bootstrap", role=role.arn, memory_size=MEMORY, environment=ENVIRONMENT,
        code=pulumi.AssetArchive({"bootstrap": pulumi.StringAsset(CODE)}))
    pulumi.export("hash", function.code_sha256)
"""


def test_a_functions_code_settings_and_variables_are_updated(
    program: Program, client: Client
) -> None:
    first = 'MEMORY, CODE, ENVIRONMENT = 128, "#!/bin/sh", {"variables": {"lower_case": "x"}}\n'
    second = 'MEMORY, CODE, ENVIRONMENT = 512, "#!/bin/bash", None\n'
    before = program.up(first + FUNCTION.replace("\n    ", "\n"))
    found = client("lambda").get_function_configuration(FunctionName="function")
    assert found["Environment"]["Variables"] == {"lower_case": "x"}
    after = program.up(second + FUNCTION.replace("\n    ", "\n"))
    found = client("lambda").get_function_configuration(FunctionName="function")
    assert found["MemorySize"] == 512
    assert not found.get("Environment", {}).get("Variables")
    assert after["hash"] == found["CodeSha256"] != before["hash"]
    program.done("destroy", "--yes", "--skip-preview")


API = """
    api = aws.apigateway.RestApi("api", name="api")
    path = aws.apigateway.Resource("path", rest_api=api.id, parent_id=api.root_resource_id,
        path_part="x")
    method = aws.apigateway.Method("method", rest_api=api.id, resource_id=path.id,
        http_method="GET", authorization=AUTHORIZATION)
    integration = aws.apigateway.Integration("integration", rest_api=api.id, resource_id=path.id,
        http_method=method.http_method, type="MOCK",
        request_templates={"application/json": '{"statusCode": 200}'})
    deployment = aws.apigateway.Deployment("deployment", rest_api=api.id,
        triggers={"authorization": AUTHORIZATION},
        opts=pulumi.ResourceOptions(depends_on=[integration]))
    stage = aws.apigateway.Stage("stage", rest_api=api.id, deployment=deployment.id,
        stage_name="s", xray_tracing_enabled=True)
    aws.apigateway.MethodSettings("settings", rest_api=api.id, stage_name=stage.stage_name,
        method_path="*/*", settings={"throttling_rate_limit": 1000, "throttling_burst_limit": 500})
    for name in ("api", "path", "deployment"):
        pulumi.export(name, globals()[name].id)
    pulumi.export("url", stage.invoke_url)
"""


def test_a_changed_method_keeps_its_integration_and_is_deployed_anew(
    program: Program, client: Client
) -> None:
    gateway = client("apigateway")
    before = program.up("AUTHORIZATION = 'NONE'\n" + API.replace("\n    ", "\n"))
    after = program.up("AUTHORIZATION = 'AWS_IAM'\n" + API.replace("\n    ", "\n"))
    assert before["api"] == after["api"]
    assert before["deployment"] != after["deployment"]
    method = gateway.get_method(restApiId=after["api"], resourceId=after["path"], httpMethod="GET")
    assert method["authorizationType"] == "AWS_IAM"
    assert method["methodIntegration"]["type"] == "MOCK"
    stage = gateway.get_stage(restApiId=after["api"], stageName="s")
    assert stage["deploymentId"] == after["deployment"]
    assert stage["methodSettings"]["*/*"]["throttlingRateLimit"] == 1000
    (deployment,) = gateway.get_deployments(restApiId=after["api"])["items"]
    assert deployment["id"] == after["deployment"]
    assert (
        after["url"]
        == f"{program.environment['AWS_ENDPOINT_URL']}/_aws/execute-api/{after['api']}/s"
    )
    program.done("destroy", "--yes", "--skip-preview")
    assert not gateway.get_rest_apis()["items"]


def test_a_generated_name_is_kept_by_later_deployments(program: Program) -> None:
    source = 'pulumi.export("name", aws.sqs.Queue("q", fifo_queue=True, delay_seconds={}).name)'
    name = program.up(source.format(1))["name"]
    assert name.startswith("q-")
    assert name.endswith(".fifo")
    assert program.up(source.format(2))["name"] == name
    program.done("destroy", "--yes", "--skip-preview")


def test_what_is_gone_already_is_dropped_by_refresh_and_no_obstacle_to_destruction(
    program: Program, client: Client
) -> None:
    program.up('for n in "ab": aws.sqs.Queue(n, name=f"gone-{n}")')
    urls = client("sqs").list_queues(QueueNamePrefix="gone")["QueueUrls"]
    client("sqs").delete_queue(QueueUrl=urls[0])
    program.done("refresh", "--yes", "--skip-preview")
    state = json.loads(program.done("stack", "export"))["deployment"]["resources"]
    assert sum(resource["type"] == "aws:sqs/queue:Queue" for resource in state) == 1
    client("sqs").delete_queue(QueueUrl=urls[1])
    program.done("destroy", "--yes", "--skip-preview")


def test_a_refusal_by_aws_is_told_in_a_sentence(program: Program) -> None:
    program.write('aws.iam.RolePolicy("orphan", role="nobody", name="p", policy="{}")')
    said = program.refused("up", "--yes", "--skip-preview")
    assert "creating orphan:" in said
    assert "NoSuchEntity" in said
    assert "Traceback" not in said


ALARM = """
    aws.cloudwatch.MetricAlarm("alarm", name="silenced", comparison_operator="GreaterThanThreshold",
        evaluation_periods=1, metric_name="Errors", namespace="AWS/Lambda", period=60,
        statistic="Sum", threshold=1, treat_missing_data="notBreaching")
"""


def test_a_default_that_was_changed_by_hand_is_what_the_next_preview_keeps(
    program: Program, client: Client
) -> None:
    program.up(ALARM.replace("\n    ", "\n"))
    client("cloudwatch").disable_alarm_actions(AlarmNames=["silenced"])
    assert program.plan(ALARM.replace("\n    ", "\n")) == {}
    program.done("refresh", "--yes", "--skip-preview")
    assert program.plan(ALARM.replace("\n    ", "\n")) == {}  # as if the program had asked for it
    stated = ALARM.replace("\n    ", "\n").replace("period=60", "period=60, actions_enabled=True")
    assert program.plan(stated) == {"alarm": "update"}
    program.done("destroy", "--yes", "--skip-preview")


def test_what_was_changed_by_hand_is_seen_by_a_refresh_and_put_right(
    program: Program, client: Client
) -> None:
    source = 'aws.sqs.Queue("q", name="drifting", visibility_timeout_seconds=60, policy=POLICY)'
    policy = 'POLICY = \'{"Version": "2012-10-17", "Statement": []}\'\n'
    program.up(policy + source)
    program.done("refresh", "--yes", "--skip-preview")
    assert program.plan(policy + source) == {}
    (url,) = client("sqs").list_queues(QueueNamePrefix="drifting")["QueueUrls"]
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "7"})
    program.done("refresh", "--yes", "--skip-preview")
    assert program.plan(policy + source) == {"q": "update"}
    client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    program.done("refresh", "--yes", "--skip-preview")
    program.up(policy + source)
    found = client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert (found["VisibilityTimeout"], bool(found["Policy"])) == ("60", True)
    program.done("destroy", "--yes", "--skip-preview")


def test_the_provider_works_in_no_account_but_those_it_is_given(program: Program) -> None:
    program.write("""
        here = aws.Provider("p", region="us-east-1", allowed_account_ids=["999999999999"])
        aws.sqs.Queue("q", opts=pulumi.ResourceOptions(provider=here))
    """)
    said = program.refused("preview")
    assert "AWS account ID not allowed: 000000000000" in said
    program.done("config", "set", "--path", "aws:allowedAccountIds[0]", "000000000000")
    program.done("config", "set", "--path", "aws:defaultTags.tags.Team", "Analytics")
    outputs = program.up("""
        queue = aws.sqs.Queue("q", name="tagged", tags={"Stage": "dev"})
        pulumi.export("tags", queue.tags_all)
    """)
    assert outputs["tags"] == {"Stage": "dev", "Team": "Analytics"}
    program.done("destroy", "--yes", "--skip-preview")
