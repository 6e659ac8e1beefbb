"""The four functions."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import pulumi
import pytest

from stack import pipeline
from stack.function import ArchiveError
from stack.pipeline import FUNCTIONS, QUEUED
from tests.stack.conftest import NAMES, SETTINGS
from tests.stack.recorder import Recorded, Recording, record

ASYNCHRONOUS = ["validator", "status"]
ARCHITECTURE_PAGE = Path(__file__).parents[2] / "docs" / "architecture.md"


def function(stack: Recording, name: str) -> Recorded:
    return stack.one("aws:lambda/function:Function", f"{name}-function")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_runs_go_on_the_managed_base_with_512_mb(stack: Recording, name: str) -> None:
    inputs = function(stack, name).inputs
    assert inputs["name"] == f"{name}-function-dev"
    assert inputs["runtime"] == "provided.al2023"
    assert inputs["handler"] == "bootstrap"
    assert inputs["memorySize"] == 512
    assert inputs["architectures"] == ["arm64"]


@pytest.mark.parametrize(
    ("name", "timeout"),
    [("validator", 900), ("processor", 900), ("aggregator", 300), ("status", 10)],
)
def test_a_function_has_its_time(stack: Recording, name: str, timeout: int) -> None:
    assert function(stack, name).inputs["timeout"] == timeout


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_functions_code_is_its_archive_and_the_archives_hash(
    stack: Recording, archives: Path, name: str
) -> None:
    inputs = function(stack, name).inputs
    assert isinstance(inputs["code"], pulumi.FileArchive)
    archive = Path(inputs["code"].path)
    assert archive.is_relative_to(archives / "arm64")
    assert archive.name == f"{name}.zip"
    digest = hashlib.sha256(archive.read_bytes()).digest()
    assert base64.b64decode(inputs["sourceCodeHash"]) == digest


def test_the_architecture_chooses_the_archive(archives: Path) -> None:
    settings = replace(SETTINGS, architecture="x86_64")
    stack = record(lambda: pipeline.build(NAMES, settings, archives))
    for name in FUNCTIONS:
        inputs = function(stack, name).inputs
        assert inputs["architectures"] == ["x86_64"]
        archive = Path(inputs["code"].path)
        assert archive.is_relative_to(archives / "x86_64")
        assert archive.name == f"{name}.zip"


def test_a_missing_archive_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    missing = tmp_path / "arm64" / "validator.zip"
    with pytest.raises(
        ArchiveError, match=f"{re.escape(str(missing))} is missing: .*make functions"
    ):
        record(lambda: pipeline.build(NAMES, SETTINGS, tmp_path))


def test_a_functions_environment_is_what_the_architecture_page_says(stack: Recording) -> None:
    page = ARCHITECTURE_PAGE.read_text()
    section = page.partition("## Functions' environment")[2].partition("\n### ")[0]
    rows = re.findall(r"^\| (\w+) \| (`.*) \|$", section, re.MULTILINE)
    documented = {name: set(re.findall(r"`([A-Z_]+)`", variables)) for name, variables in rows}
    assert documented == {
        name: set(function(stack, name).inputs["environment"]["variables"]) for name in FUNCTIONS
    }


def test_the_environment_holds_names_and_a_time(stack: Recording) -> None:
    values: dict[str, str] = {}
    for name in FUNCTIONS:
        values |= function(stack, name).inputs["environment"]["variables"]
    assert values == {
        "TABLE_NAME": "status-table-dev",
        "BUCKET_NAME": "uploads-bucket-dev",
        "PROCESSOR_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/processor-queue-dev.fifo",
        "AGGREGATOR_QUEUE_URL": "https://sqs.us-east-1.amazonaws.com/123456789012/aggregator-queue-dev.fifo",
        "ALLOWED_ORIGINS": "*",
        "LEASE_SECONDS": "120",
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_logs_json_to_a_group_that_exists_before_it(stack: Recording, name: str) -> None:
    group = stack.one("aws:cloudwatch/logGroup:LogGroup", f"{name}-log-group")
    assert group.inputs["name"] == f"/aws/lambda/{name}-function-dev"
    assert function(stack, name).inputs["loggingConfig"] == {
        "logFormat": "JSON",
        "logGroup": f"/aws/lambda/{name}-function-dev",
    }
    assert group.urn in function(stack, name).dependencies


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_traced(stack: Recording, name: str) -> None:
    assert function(stack, name).inputs["tracingConfig"] == {"mode": "Active"}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_role_of_its_own_that_lambda_alone_assumes(
    stack: Recording, name: str
) -> None:
    role = stack.one("aws:iam/role:Role", f"{name}-role")
    policy = stack.one("aws:iam/rolePolicy:RolePolicy", f"{name}-policy")
    assert function(stack, name).inputs["role"] == f"arn:aws:iam::123456789012:role/{name}-role-dev"
    assert role.inputs["name"] == policy.inputs["role"] == f"{name}-role-dev"
    (statement,) = role.document("assumeRolePolicy")["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert {role.urn, policy.urn} <= function(stack, name).dependencies


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_keeps_no_concurrency_for_itself(stack: Recording, name: str) -> None:
    assert function(stack, name).inputs["reservedConcurrentExecutions"] == -1


@pytest.mark.parametrize("name", QUEUED)
def test_a_queue_feeds_one_file_at_a_time_and_hears_what_failed(
    stack: Recording, name: str
) -> None:
    mapping = stack.one("aws:lambda/eventSourceMapping:EventSourceMapping", f"{name}-source")
    assert mapping.inputs["eventSourceArn"] == (
        f"arn:aws:sqs:us-east-1:123456789012:{name}-queue-dev.fifo"
    )
    assert mapping.inputs["functionName"] == f"{name}-function-dev"
    assert mapping.inputs["batchSize"] == 1
    assert mapping.inputs["functionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping.inputs["scalingConfig"] == {"maximumConcurrency": 100}
    assert mapping.inputs["metricsConfig"] == {"metrics": ["EventCount"]}
    assert "maximumBatchingWindowInSeconds" not in mapping.inputs
    assert stack.one("aws:sqs/queue:Queue", f"{name}-queue").urn in mapping.dependencies
    assert function(stack, name).urn in mapping.dependencies


@pytest.mark.parametrize("name", ASYNCHRONOUS)
def test_an_asynchronous_call_is_tried_three_times_and_then_reported(
    stack: Recording, name: str
) -> None:
    config = stack.one(
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig", f"{name}-invoke-config"
    )
    assert config.inputs["functionName"] == f"{name}-function-dev"
    assert config.inputs["maximumRetryAttempts"] == 2
    assert config.inputs["maximumEventAgeInSeconds"] == 21_600
    assert config.inputs["destinationConfig"] == {
        "onFailure": {
            "destination": "arn:aws:events:us-east-1:123456789012:event-bus/failures-bus-dev"
        }
    }
    target = stack.one("aws:cloudwatch/eventTarget:EventTarget", f"{name}-failures-target")
    assert target.urn in config.dependencies


def test_only_queues_and_failure_routes_are_attached(stack: Recording) -> None:
    assert len(stack.of_type("aws:lambda/eventSourceMapping:EventSourceMapping")) == 2
    assert len(stack.of_type("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig")) == 2
