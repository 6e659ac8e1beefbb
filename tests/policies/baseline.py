"""A small stack that keeps every rule, written for the tests alone; each test changes one thing."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pulumi_aws as aws

from tests.policies.kit import ACCOUNT, REGION

TAGS = {"Environment": "Production", "Team": "Analytics"}
BUCKET_ARN = "arn:aws:s3:::uploads-bucket-dev"
ALIAS = "alias/pipeline-key-dev"


def arn(service: str, resource: str) -> str:
    """The ARN of a resource of the baseline."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


KEY_ALIAS = arn("kms", ALIAS)
TABLE_ARN = arn("dynamodb", "table/status-table-dev")
TOPIC_ARN = arn("sns", "alarms-topic-dev")
BUS_ARN = arn("events", "event-bus/failures-bus-dev")


def queue_arn(name: str) -> str:
    """The ARN of a queue, by its name without suffix."""
    return arn("sqs", f"{name}-dev.fifo")


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(actions: list[str], resources: list[str], **more: Any) -> dict[str, Any]:
    """An allowing statement."""
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny_plain(actions: str, *resources: str) -> dict[str, Any]:
    """The statement that refuses what comes without TLS."""
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": [actions],
        "Resource": list(resources),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def trust(kind: str, principal: str) -> str:
    """A role's trust policy."""
    return document({"Effect": "Allow", "Principal": {kind: principal}, "Action": "sts:AssumeRole"})


def use_key(*actions: str) -> dict[str, Any]:
    """The statement that lets a function use the stack's key alone."""
    alias = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ALIAS}}
    return allow(list(actions), [arn("kms", "key/*")], Condition=alias)


# What a function does with the bucket; the status function does nothing with it.
OBJECTS = (
    use_key("kms:Decrypt", "kms:GenerateDataKey"),
    allow(["s3:GetObjectVersion"], [f"{BUCKET_ARN}/uploads/*"]),
)


def program(archive: Path) -> None:
    """Declare the stack; the functions run what is in `archive`."""
    key = _key()
    _work_queue("processor")
    _table(key)
    for function in ("validator", "status"):
        _asynchronous(function, key, archive)
    _queued("processor", key, archive)
    aws.cloudwatch.EventBus(
        "failures-bus", name="failures-bus-dev", kms_key_identifier=KEY_ALIAS, tags=TAGS
    )
    _bucket()
    _api(key)
    _partner()
    _topic()


def _key() -> pulumi.Output[str]:
    key = aws.kms.Key(
        "pipeline-key",
        enable_key_rotation=True,
        deletion_window_in_days=7,
        policy=document(
            allow(["kms:Decrypt"], ["*"], Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
            *(
                allow(
                    ["kms:Decrypt", "kms:GenerateDataKey"],
                    ["*"],
                    Principal={"Service": f"{service}.amazonaws.com"},
                    Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
                )
                for service in ("events", "cloudwatch")
            ),
        ),
        tags=TAGS,
    )
    aws.kms.Alias("pipeline-alias", name=ALIAS, target_key_id=key.key_id)
    return key.arn


def _dead_letters(name: str, *statements: dict[str, Any], **more: Any) -> None:
    aws.sqs.Queue(
        f"{name}-dlq",
        name=f"{name}-dlq-dev.fifo",
        fifo_queue=True,
        message_retention_seconds=1_209_600,
        kms_master_key_id=KEY_ALIAS,
        policy=document(deny_plain("sqs:*", queue_arn(f"{name}-dlq")), *statements),
        tags=TAGS,
        **more,
    )
    aws.cloudwatch.MetricAlarm(
        f"{name}-dlq-alarm",
        name=f"{name}-dlq-messages-alarm-dev",
        namespace="AWS/SQS",
        metric_name="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": f"{name}-dlq-dev.fifo"},
        statistic="Maximum",
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        period=60,
        evaluation_periods=1,
        alarm_actions=[TOPIC_ARN],
        tags=TAGS,
    )


def _work_queue(name: str) -> None:
    _dead_letters(
        name,
        redrive_allow_policy=json.dumps(
            {"redrivePermission": "byQueue", "sourceQueueArns": [queue_arn(f"{name}-queue")]}
        ),
    )
    aws.sqs.Queue(
        f"{name}-queue",
        name=f"{name}-queue-dev.fifo",
        fifo_queue=True,
        message_retention_seconds=345_600,
        visibility_timeout_seconds=360,
        kms_master_key_id=KEY_ALIAS,
        redrive_policy=json.dumps(
            {"deadLetterTargetArn": queue_arn(f"{name}-dlq"), "maxReceiveCount": 3}
        ),
        policy=document(deny_plain("sqs:*", queue_arn(f"{name}-queue"))),
        tags=TAGS,
    )


def _table(key: pulumi.Output[str]) -> None:
    table = aws.dynamodb.Table(
        "status-table",
        name="status-table-dev",
        billing_mode="PAY_PER_REQUEST",
        hash_key="pk",
        attributes=[{"name": "pk", "type": "S"}],
        ttl={"attribute_name": "expiresAt", "enabled": True},
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True, "kms_key_arn": key},
        tags=TAGS,
    )
    aws.dynamodb.ContributorInsights("table-insights", table_name=table.name)


def _function(name: str, key: pulumi.Output[str], archive: Path, *statements: Any) -> Any:
    group = f"/aws/lambda/{name}-function-dev"
    aws.cloudwatch.LogGroup(
        f"{name}-logs", name=group, retention_in_days=7, kms_key_id=key, tags=TAGS
    )
    role = aws.iam.Role(
        f"{name}-role",
        name=f"{name}-role-dev",
        assume_role_policy=trust("Service", "lambda.amazonaws.com"),
        tags=TAGS,
    )
    aws.iam.RolePolicy(
        f"{name}-policy",
        name=f"{name}-policy-dev",
        role=role.name,
        policy=document(
            allow(["logs:PutLogEvents"], [arn("logs", f"log-group:{group}:*")]),
            allow(["xray:PutTraceSegments", "xray:PutTelemetryRecords"], ["*"]),
            *((use_key("kms:Decrypt"),) if name == "status" else OBJECTS),
            allow(["dynamodb:GetItem"], [TABLE_ARN]),
            *statements,
        ),
    )
    return aws.lambda_.Function(
        f"{name}-function",
        name=f"{name}-function-dev",
        runtime="provided.al2023",
        handler="bootstrap",
        architectures=["arm64"],
        memory_size=512,
        timeout=60,
        role=f"arn:aws:iam::{ACCOUNT}:role/{name}-role-dev",
        code=pulumi.FileArchive(str(archive)),
        environment={"variables": {"TABLE_NAME": "status-table-dev"}},
        tracing_config={"mode": "Active"},
        tags=TAGS,
    )


def _queued(name: str, key: pulumi.Output[str], archive: Path) -> None:
    queue = queue_arn(f"{name}-queue")
    function = _function(name, key, archive, allow(["sqs:ReceiveMessage"], [queue]))
    aws.lambda_.EventSourceMapping(
        f"{name}-source",
        event_source_arn=queue,
        function_name=function.name,
        batch_size=1,
        function_response_types=["ReportBatchItemFailures"],
        metrics_config={"metrics": ["EventCount"]},
        tags=TAGS,
    )


def _asynchronous(name: str, key: pulumi.Output[str], archive: Path) -> None:
    function = _function(name, key, archive, allow(["events:PutEvents"], [BUS_ARN]))
    rule = f"{name}-failures-rule-dev"
    _dead_letters(
        name,
        allow(
            ["sqs:SendMessage"],
            [queue_arn(f"{name}-dlq")],
            Principal={"Service": "events.amazonaws.com"},
            Condition={
                "ArnEquals": {"aws:SourceArn": arn("events", f"rule/failures-bus-dev/{rule}")}
            },
        ),
        content_based_deduplication=True,
    )
    aws.lambda_.FunctionEventInvokeConfig(
        f"{name}-invoke",
        function_name=function.name,
        maximum_retry_attempts=2,
        destination_config={"on_failure": {"destination": BUS_ARN}},
    )
    own = arn("lambda", f"function:{name}-function-dev")
    aws.cloudwatch.EventRule(
        f"{name}-rule",
        name=rule,
        event_bus_name="failures-bus-dev",
        event_pattern=json.dumps(
            {
                "source": ["lambda"],
                "detail-type": ["Lambda Function Invocation Result - Failure"],
                "detail": {"requestContext": {"functionArn": [own, f"{own}:$LATEST"]}},
            }
        ),
        tags=TAGS,
    )
    aws.cloudwatch.EventTarget(
        f"{name}-target",
        rule=rule,
        event_bus_name="failures-bus-dev",
        arn=queue_arn(f"{name}-dlq"),
        sqs_target={"message_group_id": name},
    )


def _door() -> list[dict[str, Any]]:
    put = {**deny_plain("s3:PutObject", f"{BUCKET_ARN}/uploads/*")}
    encryption = "s3:x-amz-server-side-encryption"
    storage = "s3:x-amz-storage-class"
    conditions: tuple[dict[str, Any], ...] = (
        {"Null": {encryption: "false"}},
        {"Null": {f"{encryption}-customer-algorithm": "false"}},
        {"Null": {storage: "false"}, "StringNotEquals": {storage: "STANDARD"}},
    )
    return [{**put, "Condition": condition} for condition in conditions]


def _bucket() -> None:
    bucket = aws.s3.Bucket(
        "uploads-bucket", bucket="uploads-bucket-dev", force_destroy=True, tags=TAGS
    ).bucket
    aws.s3.BucketVersioning(
        "bucket-versioning", bucket=bucket, versioning_configuration={"status": "Enabled"}
    )
    aws.s3.BucketServerSideEncryptionConfiguration(
        "bucket-encryption",
        bucket=bucket,
        rules=[
            {
                "apply_server_side_encryption_by_default": {
                    "sse_algorithm": "aws:kms",
                    "kms_master_key_id": KEY_ALIAS,
                }
            }
        ],
    )
    aws.s3.BucketPublicAccessBlock(
        "bucket-access",
        bucket=bucket,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.s3.BucketOwnershipControls(
        "bucket-ownership", bucket=bucket, rule={"object_ownership": "BucketOwnerEnforced"}
    )
    old_tls = deny_plain("s3:*", BUCKET_ARN, f"{BUCKET_ARN}/*")
    aws.s3.BucketPolicy(
        "bucket-policy",
        bucket=bucket,
        policy=document(
            deny_plain("s3:*", BUCKET_ARN, f"{BUCKET_ARN}/*"),
            {**old_tls, "Condition": {"NumericLessThan": {"s3:TlsVersion": "1.2"}}},
            *_door(),
        ),
    )
    aws.s3.BucketLifecycleConfiguration(
        "bucket-lifecycle",
        bucket=bucket,
        transition_default_minimum_object_size="varies_by_storage_class",
        rules=[
            {
                "id": "archive",
                "status": "Enabled",
                "filter": {"prefix": ""},
                "transitions": [{"days": 90, "storage_class": "GLACIER"}],
                "noncurrent_version_transitions": [
                    {"noncurrent_days": 90, "storage_class": "GLACIER"}
                ],
            }
        ],
    )
    aws.s3.BucketMetric("bucket-metrics", bucket=bucket, name="uploads-metrics-dev")
    aws.lambda_.Permission(
        "bucket-permission",
        action="lambda:InvokeFunction",
        function="validator-function-dev",
        principal="s3.amazonaws.com",
        source_arn=BUCKET_ARN,
        source_account=ACCOUNT,
    )
    aws.s3.BucketNotification(
        "bucket-notification",
        bucket=bucket,
        lambda_functions=[
            {
                "lambda_function_arn": arn("lambda", "function:validator-function-dev"),
                "events": ["s3:ObjectCreated:*"],
                "filter_prefix": "uploads/",
            }
        ],
    )


def _api(key: pulumi.Output[str]) -> None:
    api = aws.apigateway.RestApi(
        "status-api",
        name="status-api-dev",
        security_policy="TLS_1_2",
        endpoint_configuration={"types": "REGIONAL"},
        tags=TAGS,
    )
    path = aws.apigateway.Resource(
        "status-path", rest_api=api.id, parent_id=api.root_resource_id, path_part="status"
    )
    at: Any = {"rest_api": api.id, "resource_id": path.id}
    aws.apigateway.Method("get-method", **at, http_method="GET", authorization="AWS_IAM")
    aws.apigateway.Method("options-method", **at, http_method="OPTIONS", authorization="NONE")
    aws.apigateway.Integration(
        "get-integration",
        **at,
        http_method="GET",
        type="AWS_PROXY",
        integration_http_method="POST",
        uri=f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/"
        f"{arn('lambda', 'function:status-function-dev')}/invocations",
    )
    aws.lambda_.Permission(
        "api-permission",
        action="lambda:InvokeFunction",
        function="status-function-dev",
        principal="apigateway.amazonaws.com",
        source_arn=arn("execute-api", "*/status-stage-dev/GET/status"),
    )
    aws.apigateway.Integration(
        "options-integration",
        **at,
        http_method="OPTIONS",
        type="MOCK",
        request_templates={"application/json": json.dumps({"statusCode": 200})},
    )
    headers = {
        f"method.response.header.Access-Control-Allow-{name}": value
        for name, value in _CORS.items()
    }
    aws.apigateway.MethodResponse(
        "options-response",
        **at,
        http_method="OPTIONS",
        status_code="200",
        response_parameters=dict.fromkeys(headers, True),
    )
    aws.apigateway.IntegrationResponse(
        "options-headers",
        **at,
        http_method="OPTIONS",
        status_code="200",
        response_parameters=headers,
    )
    for kind in ("4XX", "5XX"):
        aws.apigateway.Response(
            f"error-{kind.lower()}",
            rest_api_id=api.id,
            response_type=f"DEFAULT_{kind}",
            response_parameters={"gatewayresponse.header.Access-Control-Allow-Origin": "'*'"},
        )
    access = "/aws/apigateway/status-access-dev"
    for name, group in (
        ("access-logs", pulumi.Output.from_input(access)),
        ("execution-logs", api.id.apply(lambda id_: f"API-Gateway-Execution-Logs_{id_}/stage")),
    ):
        aws.cloudwatch.LogGroup(name, name=group, retention_in_days=7, kms_key_id=key, tags=TAGS)
    stage = aws.apigateway.Stage(
        "status-stage",
        rest_api=api.id,
        deployment="deployment",
        stage_name="status-stage-dev",
        xray_tracing_enabled=True,
        access_log_settings={"destination_arn": arn("logs", f"log-group:{access}"), "format": "{}"},
        tags=TAGS,
    )
    aws.apigateway.MethodSettings(
        "method-settings",
        rest_api=api.id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings={
            "throttling_rate_limit": 1000,
            "throttling_burst_limit": 1000,
            "metrics_enabled": True,
            "logging_level": "INFO",
        },
    )
    aws.iam.Role(
        "api-logs-role",
        name="api-logs-role-dev",
        assume_role_policy=trust("Service", "apigateway.amazonaws.com"),
        tags=TAGS,
    )
    aws.iam.RolePolicy(
        "api-logs-policy",
        name="api-logs-policy-dev",
        role="api-logs-role-dev",
        policy=document(allow(["logs:PutLogEvents"], [arn("logs", "log-group:*")])),
    )
    aws.apigateway.Account(
        "api-account", cloudwatch_role_arn=f"arn:aws:iam::{ACCOUNT}:role/api-logs-role-dev"
    )


_CORS = {"Origin": "'*'", "Methods": "'GET,OPTIONS'", "Headers": "'Authorization'"}


def _partner() -> None:
    aws.iam.Role(
        "acme-role",
        name="acme-partner-role-dev",
        assume_role_policy=trust("AWS", "arn:aws:iam::210987654321:root"),
        tags=TAGS,
    )
    aws.iam.RolePolicy(
        "acme-policy",
        name="acme-partner-policy-dev",
        role="acme-partner-role-dev",
        policy=document(
            allow(["s3:PutObject"], [f"{BUCKET_ARN}/uploads/acme/*"]),
            allow(
                ["execute-api:Invoke"],
                [arn("execute-api", "*/status-stage-dev/GET/status/acme/*")],
            ),
            allow(["s3:GetObject"], [f"{BUCKET_ARN}/rejects/acme/*"]),
        ),
    )


def _topic() -> None:
    aws.sns.Topic(
        "alarms-topic",
        name="alarms-topic-dev",
        kms_master_key_id=KEY_ALIAS,
        policy=document(
            deny_plain("sns:Publish", TOPIC_ARN),
            allow(
                ["sns:Publish"],
                [TOPIC_ARN],
                Principal={"Service": "cloudwatch.amazonaws.com"},
                Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            ),
        ),
        tags=TAGS,
    )
    aws.sns.TopicSubscription(
        "alarms-subscription", topic=TOPIC_ARN, protocol="email", endpoint="ops@example.com"
    )
